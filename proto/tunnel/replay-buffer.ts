/**
 * What was sent and not yet acknowledged: numbered messages, kept until the peer has them, sent again when it comes back.
 * Above: tunnel.ts. Below: fifo.ts, message-memory.ts. No clock, no transport.
 * Specification: docs/tunnel-protocol.md, "Resuming". Numbers count from 1; an acknowledgement covers all up to its number.
 */

import { Fifo } from "./fifo.ts";
import { KEPT_MESSAGE_OVERHEAD_BYTES } from "./limits.ts";
import type { MessageMemory } from "./message-memory.ts";

/** ACK frames carry the low 32 bits of a number. */
const ACK_RANGE = 2 ** 32;

export class ReplayBuffer {
  readonly #memory: MessageMemory;
  readonly #messages = new Fifo<Uint8Array<ArrayBuffer>>();
  #acknowledged: number;
  #bytes = 0;

  /** @param acknowledged The number to go on from; 0 but in tests. */
  constructor(memory: MessageMemory, acknowledged = 0) {
    this.#memory = memory;
    this.#acknowledged = acknowledged;
  }

  /** Number of the last message that was sent. */
  get sent(): number {
    return this.#acknowledged + this.#messages.length;
  }

  /** Number of the last message that the peer is known to have. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** What it holds: each message with its overhead. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keep a message, which is the next one; its bytes must not change from here on. */
  push(message: Uint8Array<ArrayBuffer>): void {
    this.#messages.push(message);
    this.#bytes += message.length + KEPT_MESSAGE_OVERHEAD_BYTES;
  }

  /** Whether a peer that has everything up to `number` can go on from there. */
  covers(number: number): boolean {
    return number >= this.#acknowledged && number <= this.sent;
  }

  /**
   * The full number that an ACK frame means by its low 32 bits: the nearest one to what is acknowledged. It may be an older
   * one: a message that is sent again still holds the ACK of its time.
   */
  numberOf(low: number): number {
    return this.#acknowledged + ((low - (this.#acknowledged % ACK_RANGE)) | 0);
  }

  /** The peer has everything up to `number`, which was sent. Memory of those messages is used again. */
  acknowledge(number: number): void {
    while (this.#acknowledged < number) {
      const message = this.#messages.shift();
      if (message === undefined) return;
      this.#acknowledged += 1;
      this.#bytes -= message.length + KEPT_MESSAGE_OVERHEAD_BYTES;
      this.#memory.release(message);
    }
  }

  /** What the peer does not have, in order. */
  pending(): readonly Uint8Array<ArrayBuffer>[] {
    return [...this.#messages];
  }

  clear(): void {
    this.#messages.clear();
    this.#bytes = 0;
  }
}
