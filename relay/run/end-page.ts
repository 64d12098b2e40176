/**
 * The orderly end of the page that runs in our browser: it is told, it runs its afterLease hook and stops, it says so.
 * Above: main.ts. Below: the relay's `tellPage`, and what the page says in its console (page-message.ts), as functions.
 */

import type { Logger } from "../logging.ts";
import { AFTER_HOOK_MS, LAST_HOOK_MS, PAGE_END_MS } from "./limits.ts";

export interface EndPageOptions {
  /** Tell the page how long its hook may take, and that the end has come. @returns false when no page listens. */
  tell(hookMs: number): boolean;
  /** Settled when the page has said that its exporter has stopped. */
  readonly stopped: Promise<void>;
  /** Since the signal to end: the page gets what is left of PAGE_END_MS. */
  readonly passedMs: number;
  readonly log: Logger;
}

/**
 * @returns whether the browser can be ended in order: its page has stopped, or there is none to ask. Not, when a page did not
 * answer in time, or the signal is aborted. Never rejects.
 */
export async function endPage(
  { tell, stopped, passedMs, log }: EndPageOptions,
  { signal }: { signal: AbortSignal },
): Promise<boolean> {
  const leftMs = Math.max(0, PAGE_END_MS - passedMs);
  // In tenths of a second: a hook that takes longer has this number in its last line.
  const hookMs = Math.max(0, Math.min(LAST_HOOK_MS, Math.round((leftMs - AFTER_HOOK_MS) / 100) * 100));
  if (signal.aborted) return false;
  if (!tell(hookMs)) return true;
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<false>();
  const give = (): void => giveUp(false);
  const timer = setTimeout(() => {
    log.warning("the page has not stopped its exporter in time: its browser is ended as it is", {
      seconds: leftMs / 1000,
    });
    give();
  }, leftMs);
  signal.addEventListener("abort", give, { once: true });
  const done = await Promise.race([stopped.then(() => true), givenUp]);
  clearTimeout(timer);
  signal.removeEventListener("abort", give);
  return done;
}
