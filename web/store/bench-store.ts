/**
 * Where benches live between visits.
 * Above: web/window/page.ts. Below: indexed-bench-store.ts (the browser's database), memory-bench-store.ts (without one).
 */

import type { SavedBench } from "./saved-bench.ts";
import type { TransferStore } from "./transfer-store.ts";

/** Small facts that belong to this browser rather than to one bench. */
export type SettingName = "attach-token";

export interface BenchStore {
  /** False: what is saved is forgotten when the tab is closed. */
  readonly lasting: boolean;
  /** The one used last comes first. */
  list(): Promise<readonly SavedBench[]>;
  get(id: string): Promise<SavedBench | undefined>;
  put(bench: SavedBench): Promise<void>;
  /** Change a bench in one transaction; undefined when it has been deleted meanwhile. */
  update(id: string, change: Partial<Omit<SavedBench, "id" | "createdAt">>): Promise<SavedBench | undefined>;
  /** With its transfers. */
  delete(id: string): Promise<void>;
  /** What went to the devices of each bench, and came from them. */
  readonly transfers: TransferStore;
  setting(name: SettingName): Promise<string | undefined>;
  /** Undefined forgets it. */
  setSetting(name: SettingName, value: string | undefined): Promise<void>;
}

/** Used last first. */
export function byLastUse(left: SavedBench, right: SavedBench): number {
  return right.updatedAt - left.updatedAt;
}
