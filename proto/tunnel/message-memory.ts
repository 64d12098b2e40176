/**
 * Memory for outgoing messages, used again once the peer has acknowledged them: bulk makes no garbage.
 * Above: replay-buffer.ts, which says when a message is done with. Below: nothing.
 */

import { MESSAGE_BLOCK_BYTES, POOLED_MESSAGE_BYTES, SMALL_MESSAGE_BYTES } from "./limits.ts";

export class MessageMemory {
  /** Free blocks by how many MESSAGE_BLOCK_BYTES they have. */
  readonly #free = new Map<number, ArrayBuffer[]>();
  #freeBytes = 0;

  /** Memory of exactly this length, whatever is in it. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes <= SMALL_MESSAGE_BYTES) return new Uint8Array(bytes);
    const blocks = Math.ceil(bytes / MESSAGE_BLOCK_BYTES);
    const free = this.#free.get(blocks)?.pop();
    if (free !== undefined) this.#freeBytes -= free.byteLength;
    return new Uint8Array(free ?? new ArrayBuffer(blocks * MESSAGE_BLOCK_BYTES), 0, bytes);
  }

  /** Take back what `take` gave out; nobody may use it any more. */
  release({ buffer, length }: Uint8Array<ArrayBuffer>): void {
    if (length <= SMALL_MESSAGE_BYTES) return;
    if (this.#freeBytes + buffer.byteLength > POOLED_MESSAGE_BYTES) return;
    const blocks = buffer.byteLength / MESSAGE_BLOCK_BYTES;
    const free = this.#free.get(blocks);
    if (free === undefined) this.#free.set(blocks, [buffer]);
    else free.push(buffer);
    this.#freeBytes += buffer.byteLength;
  }
}
