/**
 * Chunks of a body in their order, where small ones are joined: a megabyte that comes byte by byte takes a megabyte, and not
 * a hundred times that for its objects.
 * Above: byte-queue.ts, sender.ts. Below: fifo.ts.
 */

import { Fifo } from "./fifo.ts";
import { SMALL_BODY_BYTES } from "./limits.ts";

/** Bytes of the first buffer that small chunks are joined in: a call's message fits. */
const MIN_TAIL_BYTES = 256;

export class ChunkQueue {
  readonly #chunks = new Fifo<Uint8Array>();
  readonly #joinAfter: number;
  /** The last chunk, when it is a buffer of ours with room left. */
  #tail: Uint8Array<ArrayBuffer> | undefined;
  #tailBytes = 0;
  /** Grows with each tail up to the bound: many small chunks make few buffers. */
  #tailSize = MIN_TAIL_BYTES;

  /** @param joinAfter So many chunks may wait as they are; small ones beyond them are copied. */
  constructor(joinAfter: number) {
    this.#joinAfter = joinAfter;
  }

  /** Large chunks are kept as they are: their bytes must not change. */
  push(chunk: Uint8Array): void {
    if (chunk.length > SMALL_BODY_BYTES || this.#chunks.length < this.#joinAfter) {
      this.#sealTail();
      this.#chunks.push(chunk);
      return;
    }
    if (this.#tail !== undefined && this.#tail.length - this.#tailBytes < chunk.length) this.#sealTail();
    if (this.#tail === undefined) {
      this.#tail = new Uint8Array(Math.max(chunk.length, this.#tailSize));
      this.#tailSize = Math.min(this.#tailSize * 2, SMALL_BODY_BYTES);
    }
    this.#tail.set(chunk, this.#tailBytes);
    this.#tailBytes += chunk.length;
  }

  /** The next chunk; undefined when there is none. */
  shift(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) return chunk;
    if (this.#tail === undefined) return undefined;
    const tail = this.#tail.subarray(0, this.#tailBytes);
    this.#tail = undefined;
    this.#tailBytes = 0;
    return tail;
  }

  clear(): void {
    this.#chunks.clear();
    this.#tail = undefined;
    this.#tailBytes = 0;
  }

  #sealTail(): void {
    if (this.#tail === undefined) return;
    this.#chunks.push(this.#tail.subarray(0, this.#tailBytes));
    this.#tail = undefined;
    this.#tailBytes = 0;
  }
}
