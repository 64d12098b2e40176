/**
 * The exporter's log: the last lines, and a cursor for each reader, so that nobody takes another's lines.
 * Above: services.ts (LogStream), the page's log panel. Below: nothing.
 * Specification: LogStream of jumpstarter.v1; a line from before a reader came is still delivered to it.
 */

import type { LogFields, Severity } from "../../drivers/base/log.ts";

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
  readonly fields: LogFields;
}

/** 1000 lines: several times what clients expect to find (256), and a screenful of scrolling for the page. */
export const LOG_RING_LINES = 1000;

/** 256 lines: what a new reader is told of the time before it came, as the Python exporter does. */
export const LOG_REPLAY_LINES = 256;

/** 16 KiB: longer lines are cut; a message must stay far below the 4 MiB that clients take. */
export const MAX_LOG_LINE_CHARACTERS = 16 * 1024;

export class LogRing {
  readonly #now: () => number;
  readonly #onAppend: () => void;
  readonly #lines: LogLine[] = [];
  /** Sequence number of #lines[0]. */
  #first = 0;
  #next = 0;
  readonly #readers = new Set<() => void>();

  /** @param onAppend Called after each line, for whoever shows them. */
  constructor(now: () => number, onAppend: () => void = () => undefined) {
    this.#now = now;
    this.#onAppend = onAppend;
  }

  append(line: Omit<LogLine, "sequence" | "timestamp">): void {
    const message =
      line.message.length > MAX_LOG_LINE_CHARACTERS
        ? `${line.message.slice(0, MAX_LOG_LINE_CHARACTERS)} […]`
        : line.message;
    this.#lines.push({ ...line, message, sequence: this.#next, timestamp: this.#now() });
    this.#next += 1;
    if (this.#lines.length > LOG_RING_LINES) {
      this.#lines.shift();
      this.#first += 1;
    }
    for (const wake of this.#readers) wake();
    this.#onAppend();
  }

  /** Lines from `sequence` on that are still there, and the number to ask for next. */
  since(sequence: number): { lines: readonly LogLine[]; next: number; missed: number } {
    const start = Math.max(sequence, this.#first);
    return { lines: this.#lines.slice(start - this.#first), next: this.#next, missed: start - sequence };
  }

  /**
   * Read from LOG_REPLAY_LINES ago, then live, until the signal is aborted. Of the replay, hook lines come first: a client
   * always shows those. A reader that falls behind the ring gets one line that says how many it missed.
   */
  async *read({ signal }: { signal: AbortSignal }): AsyncGenerator<LogLine, void, undefined> {
    let waiting = Promise.withResolvers<void>();
    const wake = (): void => waiting.resolve();
    this.#readers.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    try {
      const replay = this.since(Math.max(this.#first, this.#next - LOG_REPLAY_LINES));
      const isHook = (line: LogLine): boolean =>
        line.source === "beforeLease" || line.source === "afterLease";
      yield* replay.lines.filter(isHook);
      yield* replay.lines.filter((line) => !isHook(line));
      let cursor = replay.next;
      while (!signal.aborted) {
        const { lines, next, missed } = this.since(cursor);
        cursor = next;
        if (missed > 0) yield this.#missedLine(missed, cursor);
        for (const line of lines) {
          if (signal.aborted) return;
          yield line;
        }
        if (cursor === this.#next) {
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
      fields: {},
    };
  }

  get readers(): number {
    return this.#readers.size;
  }
}
