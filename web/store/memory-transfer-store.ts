/**
 * Transfers for as long as the tab is open. Above: memory-bench-store.ts. Below: nothing.
 */

import type { TransferSnapshot } from "../messages.ts";
import { MAX_TRANSFERS_OF_BENCH, type TransferStore, transferKey } from "./transfer-store.ts";

export class MemoryTransferStore implements TransferStore {
  readonly #benches = new Map<string, Map<string, TransferSnapshot>>();

  async list(bench: string): Promise<readonly TransferSnapshot[]> {
    return [...this.#of(bench).values()].sort(newestFirst);
  }

  async put(bench: string, transfer: TransferSnapshot): Promise<void> {
    const transfers = this.#of(bench);
    transfers.set(keyText(transfer), transfer);
    const tooOld = [...transfers.values()].sort(newestFirst).slice(MAX_TRANSFERS_OF_BENCH);
    for (const old of tooOld) transfers.delete(keyText(old));
  }

  async delete(bench: string, transfer: TransferSnapshot): Promise<void> {
    this.#of(bench).delete(keyText(transfer));
  }

  async clear(bench: string): Promise<void> {
    this.#benches.delete(bench);
  }

  #of(bench: string): Map<string, TransferSnapshot> {
    const transfers = this.#benches.get(bench) ?? new Map<string, TransferSnapshot>();
    this.#benches.set(bench, transfers);
    return transfers;
  }
}

function keyText(transfer: TransferSnapshot): string {
  return transferKey(transfer).join(" ");
}

function newestFirst(left: TransferSnapshot, right: TransferSnapshot): number {
  return right.startedAt - left.startedAt || (left.id < right.id ? 1 : -1);
}
