/**
 * How fast files go, from what the snapshots say one after the other: smoothed over a few seconds, and honest when nothing moves.
 * Above: app.ts feeds it, transfer-text.ts asks it. Below: TransferSnapshot of web/messages.ts. The time comes in by argument.
 */

import type { TransferSnapshot } from "../../messages.ts";

/** 4 s: a chip that erases between two writes does not make the figure jump, and one that has stopped is soon seen. */
export const RATE_WINDOW_MS = 4_000;

/** 1 s: less says more about the browser's timers than about the device. */
export const FIRST_RATE_AFTER_MS = 1_000;

/** 5 s: longer than the pauses of devices that work. */
export const STALLED_AFTER_MS = 5_000;

/** Snapshots come every 100 ms at most: one window of them, and some to spare. */
const MAX_SAMPLES = 64;

/** So many bytes were done at that time (milliseconds since 1970). */
export interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Of one step of one transfer, oldest first, at least one. */
export interface Watched {
  readonly phase: string;
  readonly since: number;
  readonly samples: readonly Sample[];
}

/** What was seen of the transfers that run, by their id. */
export type WatchedTransfers = ReadonlyMap<string, Watched>;

export const NOTHING_WATCHED: WatchedTransfers = new Map();

/** Take down how far the running transfers are now. */
export function watchTransfers(
  before: WatchedTransfers,
  transfers: readonly TransferSnapshot[],
  now: number,
): WatchedTransfers {
  const running = transfers.filter(({ state }) => state === "running");
  if (running.length === 0) return NOTHING_WATCHED;
  return new Map(running.map(({ id, step }) => [id, watch(before.get(id), step, now)]));
}

function watch(before: Watched | undefined, step: TransferSnapshot["step"], now: number): Watched {
  const { phase, since, done } = step;
  // Another step has its own pace.
  const known = before?.phase === phase && before.since === since ? before.samples : [];
  if (known.at(-1)?.done === done) return { phase, since, samples: known };
  const from = Math.max(0, oldestNeeded(known, now));
  return { phase, since, samples: [...known.slice(from), { at: now, done }].slice(-MAX_SAMPLES) };
}

/** Bytes a second over the last RATE_WINDOW_MS; undefined while it is too early to say. */
export function bytesPerSecond(watched: Watched | undefined, now: number): number | undefined {
  const samples = watched?.samples ?? [];
  const from = samples[Math.max(0, oldestNeeded(samples, now))];
  const last = samples.at(-1);
  if (from === undefined || last === undefined) return undefined;
  const elapsed = now - from.at;
  return elapsed < FIRST_RATE_AFTER_MS ? undefined : ((last.done - from.done) / elapsed) * 1000;
}

/** How long nothing has moved, once that is longer than devices take a breath. */
export function stalledMs(watched: Watched | undefined, now: number): number | undefined {
  const last = watched?.samples.at(-1);
  if (last === undefined) return undefined;
  const stalled = now - last.at;
  return stalled < STALLED_AFTER_MS ? undefined : stalled;
}

/** Milliseconds, at this rate; undefined where nobody can say. */
export function timeLeftMs(
  { done, total }: Pick<TransferSnapshot["step"], "done" | "total">,
  rate: number | undefined,
): number | undefined {
  if (total === undefined || rate === undefined || rate <= 0) return undefined;
  return (Math.max(0, total - done) / rate) * 1000;
}

/** 0 to 1; undefined where the end is not known. */
export function fractionDone({
  done,
  total,
}: Pick<TransferSnapshot["step"], "done" | "total">): number | undefined {
  if (total === undefined || total <= 0) return undefined;
  return Math.min(1, Math.max(0, done / total));
}

/** The newest sample from before the window, by its place; -1 when all are younger. */
function oldestNeeded(samples: readonly Sample[], now: number): number {
  return samples.findLastIndex(({ at }) => at <= now - RATE_WINDOW_MS);
}
