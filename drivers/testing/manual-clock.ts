/**
 * A clock that stands still until a test moves it. Above: tests of drivers that wait. Below: nothing.
 */

import type { Clock } from "../base/clock.ts";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  /** @param now Milliseconds since 1970. */
  constructor(now = 1_800_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** How many are asleep: a driver that was disposed leaves none. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const over = new AbortController();
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          over.abort();
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener(
        "abort",
        () => {
          this.#sleepers.delete(sleeper);
          reject(signal.reason);
        },
        { once: true, signal: over.signal },
      );
    });
  }

  /** Let `ms` milliseconds pass: sleepers wake in their order, and what they start has its turn before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const [next] = [...this.#sleepers].sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      this.#sleepers.delete(next);
      next.wake();
      await settle();
    }
    this.#now = end;
  }
}

/** Everything that is ready to run, has run: promises first, then this macrotask. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
