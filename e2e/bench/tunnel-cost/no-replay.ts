/**
 * In the place of proto/tunnel/replay-buffer.ts: counts messages and keeps none. Memory is used again at once, which only a
 * transport allows that copies; a real tunnel without resume could do no better.
 * Above: variants.ts. Below: nothing.
 */

import type { MessageMemory } from "../../../proto/tunnel/message-memory.ts";
import type { ReplayBuffer as Replaced } from "../../../proto/tunnel/replay-buffer.ts";

/** What tunnel.ts uses of the replay buffer. */
type Used = { readonly [Name in keyof Replaced]: Replaced[Name] };

export class ReplayBuffer implements Used {
  readonly #memory: MessageMemory;
  readonly bytes = 0;
  #sent = 0;

  constructor(memory: MessageMemory) {
    this.#memory = memory;
  }

  get sent(): number {
    return this.#sent;
  }

  get acknowledged(): number {
    return this.#sent;
  }

  push(message: Uint8Array<ArrayBuffer>): void {
    this.#sent += 1;
    this.#memory.release(message);
  }

  covers(): boolean {
    return true;
  }

  numberOf(low: number): number {
    return low;
  }

  acknowledge(): void {
    // there is nothing to let go of
  }

  pending(): readonly Uint8Array<ArrayBuffer>[] {
    return [];
  }

  clear(): void {
    // nothing is kept
  }
}
