/**
 * What went to devices and came from them, bench by bench: the history of a lab day, over reloads.
 * Above: web/window/transfer-history.ts. Below: indexed-bench-store.ts, memory-bench-store.ts. The bytes themselves are images, kept
 * elsewhere and not for ever.
 */

import type { TransferSnapshot } from "../messages.ts";

/** 200 entries a bench: some days of work, a few hundred bytes each, and a list that a person can still look through. */
export const MAX_TRANSFERS_OF_BENCH = 200;

export interface TransferStore {
  /** Those that have ended, newest first. */
  list(bench: string): Promise<readonly TransferSnapshot[]>;
  /** Keep one that has ended; the same one again is changed. The oldest of more than MAX_TRANSFERS_OF_BENCH make room. */
  put(bench: string, transfer: TransferSnapshot): Promise<void>;
  delete(bench: string, transfer: TransferSnapshot): Promise<void>;
  clear(bench: string): Promise<void>;
}

/** A worker numbers its transfers, so that the number alone is good until the next reload; with the time it is good for ever. */
export function transferKey({ startedAt, id }: Pick<TransferSnapshot, "startedAt" | "id">): [number, string] {
  return [startedAt, id];
}
