import { describe, expect, it } from "vitest";
import { MemoryBenchStore } from "./memory-bench-store.ts";
import type { SavedBench } from "./saved-bench.ts";

function bench(id: string, updatedAt: number): SavedBench {
  return {
    id,
    name: id,
    yaml: "",
    passphrase: "p",
    bindings: {},
    access: "shared",
    createdAt: 0,
    updatedAt,
    running: false,
  };
}

describe("MemoryBenchStore", () => {
  it("lists the bench used last first", async () => {
    const store = new MemoryBenchStore();
    await store.put(bench("old", 1));
    await store.put(bench("new", 2));
    expect((await store.list()).map(({ id }) => id)).toEqual(["new", "old"]);
  });

  it("changes what it is told to and keeps the rest", async () => {
    const store = new MemoryBenchStore();
    await store.put(bench("a", 1));
    expect(await store.update("a", { running: true })).toMatchObject({ running: true, passphrase: "p" });
    expect(await store.get("a")).toMatchObject({ running: true });
  });

  it("does not bring a deleted bench back by changing it", async () => {
    const store = new MemoryBenchStore();
    await store.put(bench("a", 1));
    await store.delete("a");
    expect(await store.update("a", { running: true })).toBeUndefined();
    expect(await store.list()).toEqual([]);
  });

  it("forgets a setting that is set to nothing", async () => {
    const store = new MemoryBenchStore();
    await store.setSetting("attach-token", "t");
    expect(await store.setting("attach-token")).toBe("t");
    await store.setSetting("attach-token", undefined);
    expect(await store.setting("attach-token")).toBeUndefined();
  });
});
