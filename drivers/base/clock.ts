/**
 * Time as drivers see it, so that tests can hold it still.
 * Above: every driver that waits. Below: the platform's timers.
 */

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, options?: { signal?: AbortSignal }): Promise<void>;
}

/** The real clock. In a worker its timers keep time while the tab is hidden. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(ms, { signal } = {}) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const done = new AbortController();
      const timer = setTimeout(() => {
        done.abort();
        resolve();
      }, ms);
      signal?.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          reject(signal.reason);
        },
        { once: true, signal: done.signal },
      );
    });
  },
};
