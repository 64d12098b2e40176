import { describe, expect, it } from "vitest";
import type { TransferSnapshot } from "../messages.ts";
import { MemoryBenchStore } from "./memory-bench-store.ts";
import { MemoryTransferStore } from "./memory-transfer-store.ts";
import { MAX_TRANSFERS_OF_BENCH } from "./transfer-store.ts";

function transfer(startedAt: number, values: Partial<TransferSnapshot> = {}): TransferSnapshot {
  return {
    id: "1",
    path: ["storage"],
    method: "flash",
    direction: "to-device",
    target: undefined,
    name: undefined,
    by: "page",
    startedAt,
    endedAt: startedAt + 1,
    state: "done",
    step: { phase: "writing", done: 1, total: 1, since: startedAt },
    message: undefined,
    image: undefined,
    ...values,
  };
}

describe("MemoryTransferStore", () => {
  it("lists one bench's transfers, newest first", async () => {
    const store = new MemoryTransferStore();
    await store.put("a", transfer(1));
    await store.put("a", transfer(2));
    await store.put("b", transfer(3));
    expect((await store.list("a")).map(({ startedAt }) => startedAt)).toEqual([2, 1]);
  });

  it("keeps two that a reload has given the same number, and one that is told twice once", async () => {
    const store = new MemoryTransferStore();
    await store.put("a", transfer(1, { state: "failed" }));
    await store.put("a", transfer(1, { name: "told again" }));
    await store.put("a", transfer(9));
    expect((await store.list("a")).map(({ name }) => name)).toEqual([undefined, "told again"]);
  });

  it("lets the oldest go when there are too many", async () => {
    const store = new MemoryTransferStore();
    for (let time = 1; time <= MAX_TRANSFERS_OF_BENCH + 2; time++) await store.put("a", transfer(time));
    const kept = await store.list("a");
    expect(kept).toHaveLength(MAX_TRANSFERS_OF_BENCH);
    expect(kept.at(-1)?.startedAt).toBe(3);
  });

  it("forgets one, or all of a bench, or those of a bench that is deleted", async () => {
    const store = new MemoryTransferStore();
    await store.put("a", transfer(1));
    await store.put("a", transfer(2));
    await store.delete("a", transfer(1));
    expect(await store.list("a")).toHaveLength(1);
    await store.clear("a");
    expect(await store.list("a")).toEqual([]);

    const benches = new MemoryBenchStore();
    await benches.transfers.put("a", transfer(1));
    await benches.delete("a");
    expect(await benches.transfers.list("a")).toEqual([]);
  });
});
