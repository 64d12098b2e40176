/**
 * Benches for as long as the tab is open: where the browser keeps no database (private windows), and in tests.
 * Above: web/main.ts picks it. Below: nothing.
 */

import { type BenchStore, byLastUse, type SettingName } from "./bench-store.ts";
import { MemoryTransferStore } from "./memory-transfer-store.ts";
import type { SavedBench } from "./saved-bench.ts";

export class MemoryBenchStore implements BenchStore {
  readonly lasting = false;
  readonly transfers = new MemoryTransferStore();
  readonly #benches = new Map<string, SavedBench>();
  readonly #settings = new Map<SettingName, string>();

  async list(): Promise<readonly SavedBench[]> {
    return [...this.#benches.values()].sort(byLastUse);
  }

  async get(id: string): Promise<SavedBench | undefined> {
    return this.#benches.get(id);
  }

  async put(bench: SavedBench): Promise<void> {
    this.#benches.set(bench.id, bench);
  }

  async update(id: string, change: Partial<SavedBench>): Promise<SavedBench | undefined> {
    const bench = this.#benches.get(id);
    if (bench === undefined) return undefined;
    const changed = { ...bench, ...change };
    this.#benches.set(id, changed);
    return changed;
  }

  async delete(id: string): Promise<void> {
    this.#benches.delete(id);
    await this.transfers.clear(id);
  }

  async setting(name: SettingName): Promise<string | undefined> {
    return this.#settings.get(name);
  }

  async setSetting(name: SettingName, value: string | undefined): Promise<void> {
    if (value === undefined) this.#settings.delete(name);
    else this.#settings.set(name, value);
  }
}
