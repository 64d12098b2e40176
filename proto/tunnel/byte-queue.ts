/**
 * Body bytes between the tunnel and their consumer: an async iterator that says when bytes have been taken.
 * Above: stream.ts. Below: chunk-queue.ts. Bounded by the stream's window, which its owner checks before `push`.
 */

import { ChunkQueue } from "./chunk-queue.ts";

type Resolver = { resolve(result: IteratorResult<Uint8Array>): void; reject(error: Error): void };

const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };

export class ByteQueue implements AsyncIterableIterator<Uint8Array> {
  readonly #onTaken: (bytes: number) => void;
  /** Small chunks are copied at once: a view of a few bytes would keep its whole message alive. */
  readonly #chunks = new ChunkQueue(0);
  #state: "open" | "ended" | "failed" | "discarding" = "open";
  #error: Error | undefined;
  #waiting: Resolver | undefined;

  /** @param onTaken Called with the size of each chunk that the consumer has taken, or that was discarded. */
  constructor(onTaken: (bytes: number) => void) {
    this.#onTaken = onTaken;
  }

  /** Add a chunk, a view into a message. Small ones are copied, so that they do not keep the message alive. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#state === "ended" || this.#state === "failed") return;
    if (this.#state === "discarding") {
      this.#onTaken(chunk.length);
      return;
    }
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting.resolve({ done: false, value: chunk });
      this.#onTaken(chunk.length);
      return;
    }
    this.#chunks.push(chunk);
  }

  /** No more bytes; what is queued can still be taken. */
  end(): void {
    if (this.#state !== "open") {
      if (this.#state === "discarding") this.#state = "ended";
      return;
    }
    this.#state = "ended";
    this.#waiting?.resolve(DONE);
    this.#waiting = undefined;
  }

  /** The stream broke. What came before can still be taken; then the consumer hears of it, so no part passes for the whole. */
  fail(error: Error): void {
    if (this.#state === "failed" || this.#state === "ended") return;
    this.#state = "failed";
    this.#error = error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#onTaken(chunk.length);
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#state === "failed" && this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#state !== "open") return Promise.resolve(DONE);
    if (this.#waiting !== undefined)
      return Promise.reject(new Error("a body has one consumer, and it is already waiting"));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** The consumer wants no more: the rest is taken and thrown away, so that the peer can finish. */
  return(): Promise<IteratorResult<Uint8Array>> {
    if (this.#state === "open") this.#state = "discarding";
    const dropped = this.#drop();
    if (dropped > 0) this.#onTaken(dropped);
    this.#waiting?.resolve(DONE);
    this.#waiting = undefined;
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #drop(): number {
    let bytes = 0;
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift())
      bytes += chunk.length;
    return bytes;
  }
}
