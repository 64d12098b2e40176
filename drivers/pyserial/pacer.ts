/**
 * `cps`: characters a second. Above: whoever sends bytes. Below: the clock.
 * Specification: jumpstarter_driver_pyserial's throttle: the first byte at once, then 1/cps seconds between bytes.
 */

import type { Clock } from "../base/clock.ts";

export class Pacer {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** Milliseconds since 1970. */
  #due = 0;

  constructor(clock: Clock, cps: number) {
    this.#clock = clock;
    this.#intervalMs = 1000 / cps;
  }

  /** Resolves when the next byte may go; rejects with the signal's reason. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const due = Math.max(now, this.#due);
    this.#due = due + this.#intervalMs;
    if (due > now) await this.#clock.sleep(due - now, { signal });
    else signal.throwIfAborted();
  }
}
