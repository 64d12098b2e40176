/**
 * Counters for the page without a message a byte. Above: the driver. Below: DriverContext.setState and the clock.
 */

import type { Clock } from "../base/clock.ts";
import type { JsonObject } from "../base/json.ts";

/** Milliseconds between two reports of counters: four a second look alive, and cost nothing. */
export const REPORT_INTERVAL_MS = 250;

export class StateReporter implements Disposable {
  readonly #clock: Clock;
  readonly #setState: (state: JsonObject) => void;
  readonly #disposed = new AbortController();
  #pending: JsonObject = {};
  #reportedAt = Number.NEGATIVE_INFINITY;
  #scheduled = false;

  constructor(clock: Clock, setState: (state: JsonObject) => void) {
    this.#clock = clock;
    this.#setState = setState;
  }

  /** Report now, with everything that was put off. */
  now(change: JsonObject): void {
    this.#pending = { ...this.#pending, ...change };
    this.#report();
  }

  /** Report soon. */
  soon(change: JsonObject): void {
    this.#pending = { ...this.#pending, ...change };
    if (this.#scheduled || this.#disposed.signal.aborted) return;
    const wait = this.#reportedAt + REPORT_INTERVAL_MS - this.#clock.now();
    if (wait <= 0) {
      this.#report();
      return;
    }
    this.#scheduled = true;
    this.#clock.sleep(wait, { signal: this.#disposed.signal }).then(
      () => {
        this.#scheduled = false;
        this.#report();
      },
      () => {}, // disposed
    );
  }

  [Symbol.dispose](): void {
    this.#disposed.abort();
  }

  #report(): void {
    const change = this.#pending;
    if (Object.keys(change).length === 0) return;
    this.#pending = {};
    this.#reportedAt = this.#clock.now();
    this.#setState(change);
  }
}
