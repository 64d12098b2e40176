/**
 * The exporter's log: the last lines, and a cursor for each reader, so that nobody takes another's lines.
 * Above: services.ts (LogStream), the page's log panel. Below: ring-buffer.ts.
 * Specification: LogStream of jumpstarter.v1; a line from before a reader came is still delivered to it. Lines of the session's
 * hooks are kept apart: clients always show them, so no flood of other lines may push them out before the first reader comes.
 */

import type { LogFields, Severity } from "../../drivers/base/log.ts";
import { RingBuffer } from "./ring-buffer.ts";

export type LogSourceName = "driver" | "beforeLease" | "afterLease" | "system";

export interface LogLine {
  /** Counts up by one. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly severity: Severity;
  readonly source: LogSourceName;
  readonly message: string;
  /** Path of the driver instance, joined with "."; undefined for lines of the exporter itself. */
  readonly driver: string | undefined;
  readonly driverType: string | undefined;
  /** The method, in lines about a driver call. */
  readonly operation: string | undefined;
  readonly fields: LogFields;
  /** For the person at the board: clients are not told. */
  readonly hereOnly: boolean;
}

/** A line as it comes in; what is left out does not apply to it. */
export type NewLogLine = Pick<LogLine, "severity" | "source" | "message"> &
  Partial<Pick<LogLine, "driver" | "driverType" | "operation" | "fields" | "hereOnly">>;

/** 1000 lines: several times what clients expect to find (256), and a screenful of scrolling for the page. */
export const LOG_RING_LINES = 1000;

/** 256 lines: what a new reader is told of the time before it came, as the Python exporter does; its session's hooks not counted. */
export const LOG_REPLAY_LINES = 256;

/** 500 lines of a session's hooks, the newest: a board's set-up in full, and less than a client reads in a blink. */
export const LOG_HOOK_LINES = 500;

/** 16 KiB: longer lines are cut; a message must stay far below the 4 MiB that clients take. */
export const MAX_LOG_LINE_CHARACTERS = 16 * 1024;

const NO_FIELDS: LogFields = {};

export class LogRing {
  readonly #now: () => number;
  readonly #onAppend: () => void;
  /** Sequence numbers are its own. */
  readonly #lines = new RingBuffer<LogLine>(LOG_RING_LINES);
  /** Lines of the current session's hooks. */
  readonly #hookLines = new RingBuffer<LogLine>(LOG_HOOK_LINES);
  readonly #readers = new Set<() => void>();

  /** @param onAppend Called after each line, for whoever shows them. */
  constructor(now: () => number, onAppend: () => void = () => undefined) {
    this.#now = now;
    this.#onAppend = onAppend;
  }

  append({
    severity,
    source,
    message,
    driver,
    driverType,
    operation,
    fields,
    hereOnly = false,
  }: NewLogLine): void {
    const line: LogLine = {
      sequence: this.#lines.next,
      timestamp: this.#now(),
      severity,
      source,
      message:
        message.length > MAX_LOG_LINE_CHARACTERS
          ? `${message.slice(0, MAX_LOG_LINE_CHARACTERS)} […]`
          : message,
      driver,
      driverType,
      operation,
      fields: fields ?? NO_FIELDS,
      hereOnly,
    };
    this.#lines.push(line);
    if (isHookLine(line)) this.#hookLines.push(line);
    for (const wake of this.#readers) wake();
    this.#onAppend();
  }

  /** A session begins: what hooks said in earlier ones is no longer told to new readers. */
  beginSession(): void {
    this.#hookLines.clear();
  }

  /** Number of the line that comes next. */
  get next(): number {
    return this.#lines.next;
  }

  /** Lines from `sequence` on that are still there, and the number to ask for next. */
  since(sequence: number): { lines: readonly LogLine[]; next: number; missed: number } {
    const missed = Math.max(0, this.#lines.first - sequence);
    return { lines: this.#lines.from(sequence), next: this.#lines.next, missed };
  }

  /**
   * For a client: what the session's hooks said so far, then the last LOG_REPLAY_LINES other lines, then live, until the signal is
   * aborted.
   * A reader that falls behind the ring gets one line that says how many it missed.
   */
  async *read({ signal }: { signal: AbortSignal }): AsyncGenerator<LogLine, void, undefined> {
    let waiting = Promise.withResolvers<void>();
    const wake = (): void => waiting.resolve();
    this.#readers.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    try {
      const { lines, next } = this.since(0);
      const hookLines = this.#hookLines.from(0);
      let cursor = next;
      yield* hookLines;
      yield* lines.filter((line) => !isHookLine(line) && !line.hereOnly).slice(-LOG_REPLAY_LINES);
      while (!signal.aborted) {
        const { lines, next, missed } = this.since(cursor);
        cursor = next;
        if (missed > 0) yield this.#missedLine(missed, cursor);
        for (const line of lines) {
          if (signal.aborted) return;
          if (!line.hereOnly) yield line;
        }
        if (cursor === this.#lines.next) {
          await waiting.promise;
          waiting = Promise.withResolvers<void>();
        }
      }
    } finally {
      this.#readers.delete(wake);
      signal.removeEventListener("abort", wake);
    }
  }

  #missedLine(missed: number, sequence: number): LogLine {
    return {
      sequence,
      timestamp: this.#now(),
      severity: "WARNING",
      source: "system",
      message: `this reader was too slow: ${missed} log lines are left out here`,
      driver: undefined,
      driverType: undefined,
      operation: undefined,
      fields: NO_FIELDS,
      hereOnly: false,
    };
  }

  get readers(): number {
    return this.#readers.size;
  }
}

function isHookLine({ source }: LogLine): boolean {
  return source === "beforeLease" || source === "afterLease";
}
