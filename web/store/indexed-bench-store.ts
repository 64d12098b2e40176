/**
 * Benches, and what went to their devices, in the browser's own database, so that they are there again tomorrow.
 * Above: web/main.ts opens it. Below: IndexedDB, through idb.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { TransferSnapshot } from "../messages.ts";
import { type BenchStore, byLastUse, type SettingName } from "./bench-store.ts";
import { benchFromStore, type SavedBench, type StoredBench } from "./saved-bench.ts";
import { MAX_TRANSFERS_OF_BENCH, type TransferStore, transferKey } from "./transfer-store.ts";

/** Counts up with each change of the schema; `upgrade` has one step for each number. */
const SCHEMA_VERSION = 2;

interface Schema extends DBSchema {
  benches: { key: string; value: StoredBench };
  settings: { key: SettingName; value: string };
  /** Since version 2. */
  transfers: { key: TransferKey; value: TransferSnapshot };
}

/** The bench first, so that one bench's entries lie side by side, oldest first. */
type TransferKey = [bench: string, startedAt: number, id: string];

export class IndexedBenchStore implements BenchStore {
  readonly lasting = true;
  readonly transfers: TransferStore;
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
    this.transfers = new IndexedTransfers(database);
  }

  /** Rejects where the browser keeps nothing, as some private windows do. */
  static async open(): Promise<IndexedBenchStore> {
    const database = await openDB<Schema>("jumptab", SCHEMA_VERSION, {
      upgrade(db, from) {
        if (from < 1) {
          db.createObjectStore("benches", { keyPath: "id" });
          db.createObjectStore("settings");
        }
        if (from < 2) db.createObjectStore("transfers");
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
    await this.transfers.clear(id);
  }

  setting(name: SettingName): Promise<string | undefined> {
    return this.#database.get("settings", name);
  }

  async setSetting(name: SettingName, value: string | undefined): Promise<void> {
    if (value === undefined) await this.#database.delete("settings", name);
    else await this.#database.put("settings", value, name);
  }
}

class IndexedTransfers implements TransferStore {
  readonly #database: IDBPDatabase<Schema>;

  constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  async list(bench: string): Promise<readonly TransferSnapshot[]> {
    return (await this.#database.getAll("transfers", rangeOf(bench))).reverse();
  }

  async put(bench: string, transfer: TransferSnapshot): Promise<void> {
    const transaction = this.#database.transaction("transfers", "readwrite");
    await transaction.store.put(transfer, [bench, ...transferKey(transfer)]);
    const keys = await transaction.store.getAllKeys(rangeOf(bench));
    for (const key of keys.slice(0, -MAX_TRANSFERS_OF_BENCH)) await transaction.store.delete(key);
    await transaction.done;
  }

  async delete(bench: string, transfer: TransferSnapshot): Promise<void> {
    await this.#database.delete("transfers", [bench, ...transferKey(transfer)]);
  }

  async clear(bench: string): Promise<void> {
    await this.#database.delete("transfers", rangeOf(bench));
  }
}

/** All keys of one bench: an array sorts behind all texts and numbers. */
function rangeOf(bench: string): IDBKeyRange {
  return IDBKeyRange.bound([bench], [bench, []]);
}
