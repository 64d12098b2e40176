/**
 * A console's log: everything from now on, into a file. Nothing is left out in silence: when it cannot be written, it is over and says so.
 * Above: console.ts. Below: log-lines.ts, and a sink (log-sinks.ts): the person's file, or memory.
 */

import type { LogLines } from "./log-lines.ts";
import type { Direction } from "./transcript.ts";

export interface LogSink {
  /** One at a time, in order. Rejects with a sentence. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** What was written is in the file. */
  flush(): Promise<void>;
  /** What was written is the person's. */
  close(): Promise<void>;
}

export interface LogWriterOptions {
  readonly sink: LogSink;
  readonly lines: LogLines;
  /** What was sent goes in, too. */
  readonly typed: boolean;
  /** Nothing more is written. */
  onFailure(message: string): void;
}

/** 16 MiB: what a disk may be behind; ten seconds of the fastest UARTs. */
export const LOG_WAITING_BYTES = 16 * 1024 * 1024;

export class LogWriter {
  readonly #options: LogWriterOptions;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #written = 0;
  #lost = 0;
  #over = false;

  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  /** Bytes that are written or wait for it. */
  get bytes(): number {
    return this.#written + this.#waitingBytes;
  }

  /** Bytes that the page did not get, and that therefore are missing in it. */
  get lostBytes(): number {
    return this.#lost;
  }

  data(direction: Direction, bytes: Uint8Array, at: number): void {
    if (direction === "out" && !this.#options.typed) return;
    this.#add(this.#options.lines.data(direction, bytes, at));
  }

  lost(bytes: number, at: number): void {
    this.#lost += bytes;
    this.#add(this.#options.lines.lost(bytes, at));
  }

  /** Resolves when what came until now is in the file, as far as it can be. Never rejects: `onFailure` is told. */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#over) return;
    try {
      await this.#options.sink.flush();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Write what waits, and give the person the file. Rejects with a sentence. */
  async stop(): Promise<void> {
    await this.#writing;
    this.#over = true;
    await this.#options.sink.close();
  }

  #add(parts: readonly Uint8Array[]): void {
    if (this.#over) return;
    for (const part of parts) {
      this.#waiting.push(part);
      this.#waitingBytes += part.length;
    }
    if (this.#waitingBytes > LOG_WAITING_BYTES) {
      this.#fail(new Error("the disk is slower than the device, and what waits for it became too much"));
      return;
    }
    if (this.#waitingBytes > 0) this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    while (this.#waitingBytes > 0 && !this.#over) {
      const bytes = joined(this.#waiting, this.#waitingBytes);
      this.#waiting = [];
      this.#waitingBytes = 0;
      this.#written += bytes.length;
      try {
        await this.#options.sink.write(bytes);
      } catch (error) {
        this.#written -= bytes.length;
        this.#fail(error);
      }
    }
    this.#writing = undefined;
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#options.onFailure(error instanceof Error ? error.message : String(error));
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
