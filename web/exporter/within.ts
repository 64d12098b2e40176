/**
 * A bound on somebody else's work: it answers in time, or it is said that it did not.
 * Above: build-tree.ts, exporter.ts. Below: the clock.
 */

import type { Clock } from "../../drivers/base/clock.ts";

/** Rejects with a sentence when `work` has not settled after `ms` milliseconds; the work itself goes on. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const tooLong = clock.sleep(ms, { signal: settled.signal }).then(() => {
    throw new Error(`it takes more than ${ms / 1000} s: going on without it`);
  });
  // When the work settles first, the sleep is given up: nobody waits for its rejection.
  tooLong.catch(() => undefined);
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    settled.abort(new Error("settled"));
  }
}
