/**
 * How long to wait before the next try, and how long to give it: growing, with jitter, never long.
 * Above: relay-connection.ts. Below: nothing.
 */

/** 250 ms: a relay that restarts is back in about that. */
export const FIRST_RETRY_MS = 250;

/** 5 s: a person who looks at the page should not wait longer for what works again. */
export const MAX_RETRY_MS = 5000;

/** 1 s while clients' streams wait for the connection: for half a minute a dial a second costs nothing. */
export const MAX_HURRIED_RETRY_MS = 1000;

/** 10 s: a relay that does not complete the WebSocket and its HELLO in that time is treated as away. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** 3 s while streams wait: a dial whose first packet was lost is slower than a new one. It grows by 1 s with each failure. */
export const HURRIED_CONNECT_TIMEOUT_MS = 3000;

/**
 * 3 failures in a row, and the page asks the relay with a plain request before it opens a WebSocket: Chromium holds back a
 * page's WebSockets for up to 5 s once many have failed, and plain requests not at all.
 */
export const ASK_FIRST_AFTER_FAILURES = 3;

/**
 * @param attempt Counts failures in a row, from 0.
 * @param random From 0 up to 1: spreads many pages over half of the pause.
 * @param options With `hurried`, clients' streams wait for the connection.
 */
export function retryDelayMs(attempt: number, random: number, { hurried = false } = {}): number {
  const highest = hurried ? MAX_HURRIED_RETRY_MS : MAX_RETRY_MS;
  const ceiling = Math.min(highest, FIRST_RETRY_MS * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling / 2 + (random * ceiling) / 2);
}

/** How long a dial may take; slow lines get more with each failure. */
export function connectTimeoutMs(attempt: number, { hurried = false } = {}): number {
  return hurried
    ? Math.min(CONNECT_TIMEOUT_MS, HURRIED_CONNECT_TIMEOUT_MS + 1000 * attempt)
    : CONNECT_TIMEOUT_MS;
}
