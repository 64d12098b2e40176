/**
 * The exporter's log as a client hears it: lines with numbers of our own, and none twice after a break.
 * Above: guest-page.ts. Below: LogStream of jumpstarter.v1, which begins with lines from before its reader came.
 */

import { timestampMs } from "@bufbuild/protobuf/wkt";
import { LogSource } from "../../../proto/gen/jumpstarter/v1/common_pb.ts";
import type { LogStreamResponse } from "../../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import type { DriverSnapshot, LogRecord } from "../../messages.ts";

/** Lines that the page keeps: an hour of a talkative board, and a few hundred KiB. */
export const MAX_LOG_LINES = 2_000;

const SOURCES: Readonly<Record<number, LogRecord["source"]>> = {
  [LogSource.DRIVER]: "driver",
  [LogSource.BEFORE_LEASE_HOOK]: "beforeLease",
  [LogSource.AFTER_LEASE_HOOK]: "afterLease",
};

const SEVERITIES: readonly LogRecord["severity"][] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

export class LogLines {
  readonly #drivers: () => readonly DriverSnapshot[];
  #records: readonly LogRecord[] = [];
  #next = 0;
  /** Also when it is not shown any more. */
  #newest: LogRecord | undefined;
  /** Of the last line that came before the stream was opened again. */
  #heardUntil: LogRecord | undefined;

  /** @param drivers Those there are now: a line names the type alone. */
  constructor(drivers: () => readonly DriverSnapshot[]) {
    this.#drivers = drivers;
  }

  get records(): readonly LogRecord[] {
    return this.#records;
  }

  /** The stream begins again: what it repeats was heard. */
  beginAgain(): void {
    this.#heardUntil = this.#newest;
  }

  /** @returns Whether it is a new one. */
  add(line: LogStreamResponse): boolean {
    const record = this.#record(line);
    if (this.#heard(record)) return false;
    this.#next += 1;
    this.#newest = record;
    this.#records = [...this.#records, record].slice(-MAX_LOG_LINES);
    return true;
  }

  clear(): void {
    this.#records = [];
  }

  #heard({ timestamp, message }: LogRecord): boolean {
    const until = this.#heardUntil;
    if (until === undefined || timestamp > until.timestamp) return false;
    if (timestamp < until.timestamp) return true;
    // Within one millisecond, the text tells them apart.
    return (
      until.message === message ||
      this.#records.some((old) => old.timestamp === timestamp && old.message === message)
    );
  }

  #record({ severity, message, source, driverType, operation, timestamp }: LogStreamResponse): LogRecord {
    return {
      sequence: this.#next,
      timestamp: timestamp === undefined ? 0 : timestampMs(timestamp),
      severity: SEVERITIES.find((known) => known === severity) ?? "INFO",
      source: SOURCES[source ?? LogSource.SYSTEM] ?? "system",
      message,
      driver: driverType === undefined ? undefined : this.#nameOf(driverType),
      operation,
    };
  }

  /** The one driver of that type, or the type's own name where there are several. */
  #nameOf(type: string): string {
    const [only, second] = [...ofType(this.#drivers(), type)];
    return only !== undefined && second === undefined
      ? only.path.join(".")
      : (type.split(".").at(-1) ?? type);
  }
}

function* ofType(
  drivers: readonly DriverSnapshot[],
  type: string,
): Generator<DriverSnapshot, void, undefined> {
  for (const driver of drivers) {
    if (driver.type === type && driver.refOf === undefined) yield driver;
    yield* ofType(driver.children, type);
  }
}
