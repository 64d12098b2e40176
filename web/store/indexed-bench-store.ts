/**
 * Benches in the browser's own database, so that they are there again tomorrow.
 * Above: web/main.ts opens it. Below: IndexedDB, through idb.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { type BenchStore, byLastUse, type SettingName } from "./bench-store.ts";
import { benchFromStore, type SavedBench, type StoredBench } from "./saved-bench.ts";

/** Counts up with each change of the schema; `upgrade` has one step for each number. */
const SCHEMA_VERSION = 1;

interface Schema extends DBSchema {
  benches: { key: string; value: StoredBench };
  settings: { key: SettingName; value: string };
}

export class IndexedBenchStore implements BenchStore {
  readonly lasting = true;
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  /** Rejects where the browser keeps nothing, as some private windows do. */
  static async open(): Promise<IndexedBenchStore> {
    const database = await openDB<Schema>("jumptab", SCHEMA_VERSION, {
      upgrade(db, from) {
        if (from < 1) {
          db.createObjectStore("benches", { keyPath: "id" });
          db.createObjectStore("settings");
        }
      },
      // A newer page waits to change the schema: let it. This page says so on its next access.
      blocking(_from, _to, event) {
        (event.target as IDBDatabase).close();
      },
    });
    return new IndexedBenchStore(database);
  }

  async list(): Promise<readonly SavedBench[]> {
    return (await this.#database.getAll("benches")).map(benchFromStore).sort(byLastUse);
  }

  async get(id: string): Promise<SavedBench | undefined> {
    const stored = await this.#database.get("benches", id);
    return stored && benchFromStore(stored);
  }

  async put(bench: SavedBench): Promise<void> {
    await this.#database.put("benches", bench);
  }

  async update(id: string, change: Partial<SavedBench>): Promise<SavedBench | undefined> {
    const transaction = this.#database.transaction("benches", "readwrite");
    const stored = await transaction.store.get(id);
    const changed = stored && { ...benchFromStore(stored), ...change };
    if (changed) await transaction.store.put(changed);
    await transaction.done;
    return changed;
  }

  async delete(id: string): Promise<void> {
    await this.#database.delete("benches", id);
  }

  setting(name: SettingName): Promise<string | undefined> {
    return this.#database.get("settings", name);
  }

  async setSetting(name: SettingName, value: string | undefined): Promise<void> {
    if (value === undefined) await this.#database.delete("settings", name);
    else await this.#database.put("settings", value, name);
  }
}
