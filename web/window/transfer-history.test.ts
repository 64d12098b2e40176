import { describe, expect, it } from "vitest";
import type { TransferSnapshot } from "../messages.ts";
import { MemoryTransferStore } from "../store/memory-transfer-store.ts";
import { TransferHistory } from "./transfer-history.ts";

const IMAGE = { sha256: "3f".repeat(32), size: 9 };

function transfer(values: Partial<TransferSnapshot> = {}): TransferSnapshot {
  return {
    id: "1",
    path: ["storage"],
    method: "flash",
    direction: "to-device",
    target: undefined,
    name: "firmware.bin",
    by: "page",
    startedAt: 10,
    endedAt: undefined,
    state: "running",
    step: { phase: "writing", done: 0, total: 9, since: 10 },
    message: undefined,
    image: undefined,
    ...values,
  };
}

function done(values: Partial<TransferSnapshot> = {}): TransferSnapshot {
  return transfer({ state: "done", endedAt: 20, image: IMAGE, ...values });
}

function fetched(values: Partial<TransferSnapshot> = {}): TransferSnapshot {
  return done({ method: "dump", direction: "from-device", name: undefined, image: undefined, ...values });
}

function world(store = new MemoryTransferStore()) {
  const kept = new Set<string>();
  const failures: unknown[] = [];
  const history = new TransferHistory({
    store,
    images: { kept: async () => new Set(kept) },
    now: () => 99,
    onChange: () => {},
    onFailure: (error) => failures.push(error),
  });
  /** Until all that was asked for is written. */
  const settled = async (bench = "bench"): Promise<void> => history.follow(bench);
  return { history, store, kept, failures, settled };
}

describe("TransferHistory", () => {
  it("keeps what has ended, once, and finds it again after a reload", async () => {
    const { history, store, settled } = world();
    await history.follow("bench");
    history.receive([transfer()]);
    expect(history.transfers).toEqual([]);
    history.receive([done()]);
    history.receive([done()]);
    await settled();
    expect(history.transfers).toEqual([done()]);

    const reloaded = world(store);
    await reloaded.history.follow("bench");
    reloaded.history.receive([done({ id: "2", startedAt: 30, endedAt: 40 })]);
    await reloaded.settled();
    expect(reloaded.history.transfers.map(({ id }) => id)).toEqual(["2", "1"]);
    expect(await store.list("bench")).toHaveLength(2);
  });

  it("knows of each bench its own", async () => {
    const { history, settled } = world();
    await history.follow("one");
    history.receive([done()]);
    await history.follow("other");
    expect(history.transfers).toEqual([]);
    await history.follow("one");
    await settled("one");
    expect(history.transfers).toHaveLength(1);
    await history.follow(undefined);
    expect(history.transfers).toEqual([]);
  });

  it("keeps what ends while the entries from before are still read", async () => {
    const store = new MemoryTransferStore();
    await store.put("bench", done({ id: "old", startedAt: 1 }));
    const { history } = world(store);
    const reading = history.follow("bench");
    history.receive([done({ id: "new" })]);
    await reading;
    expect(history.transfers.map(({ id }) => id)).toEqual(["new", "old"]);
  });

  it("says of a transfer that vanishes with its exporter that it was not done", async () => {
    const { history, settled } = world();
    await history.follow("bench");
    history.receive([transfer()]);
    history.receive([]);
    history.receive([]);
    await settled();
    expect(history.transfers).toMatchObject([
      { state: "failed", endedAt: 99, message: "The exporter was stopped before it was done." },
    ]);
  });

  it("keeps no comparisons: nothing has moved", async () => {
    const { history } = world();
    await history.follow("bench");
    history.receive([transfer({ method: "verify" })]);
    history.receive([]);
    history.receive([done({ method: "verify", id: "2" })]);
    expect(history.transfers).toEqual([]);
  });

  it("says which file came from a device, whichever is told first", async () => {
    const file = { path: ["storage"], method: "dump", name: "storage.bin", image: IMAGE };
    const told = { name: "storage.bin", image: IMAGE };
    const { history, store, settled } = world();
    await history.follow("bench");
    history.receive([fetched()]);
    history.fetched(file);
    history.fetched(file);
    history.receive([fetched(), fetched({ id: "2", startedAt: 11 })]);
    await settled();
    expect(history.transfers).toMatchObject([told, told]);
    expect(await store.list("bench")).toMatchObject([told, told]);
  });

  it("gives a client's file no name that a file of the page has", async () => {
    const { history } = world();
    await history.follow("bench");
    history.receive([fetched({ by: "client" })]);
    history.fetched({ path: ["storage"], method: "dump", name: "storage.bin", image: IMAGE });
    expect(history.transfers).toMatchObject([{ name: undefined, image: undefined }]);
  });

  it("never says of an image that is there that it is gone", async () => {
    const { history, store, kept, settled } = world();
    await history.follow("bench");
    kept.add(IMAGE.sha256);
    history.receive([done()]);
    expect([...history.kept], "before it was looked up").toEqual([IMAGE.sha256]);
    await settled();

    const seen: boolean[] = [];
    const reloaded = new TransferHistory({
      store,
      images: { kept: async () => new Set(kept) },
      now: () => 99,
      onChange: () => {
        if (reloaded.transfers.length > 0) seen.push(reloaded.kept.has(IMAGE.sha256));
      },
      onFailure: () => {},
    });
    await reloaded.follow("bench");
    expect(seen).toEqual([true]);
  });

  it("shows what there is also when nobody can say which images there are", async () => {
    const { history, store, settled } = world();
    await history.follow("bench");
    history.receive([done()]);
    await settled();
    const failures: unknown[] = [];
    const reloaded = new TransferHistory({
      store,
      images: { kept: () => Promise.reject(new Error("the disk is broken")) },
      now: () => 99,
      onChange: () => {},
      onFailure: (error) => failures.push(error),
    });
    await reloaded.follow("bench");
    expect(reloaded.transfers).toHaveLength(1);
    expect(failures).toEqual([new Error("the disk is broken")]);
  });

  it("looks again which images there are after each transfer", async () => {
    const { history, kept, settled } = world();
    await history.follow("bench");
    expect(history.kept.size).toBe(0);
    // It has made room for a larger one meanwhile.
    history.receive([done()]);
    await settled();
    expect([...history.kept]).toEqual([]);
    kept.add(IMAGE.sha256);
    history.receive([done(), done({ id: "2", startedAt: 30 })]);
    await settled();
    expect([...history.kept]).toEqual([IMAGE.sha256]);
  });

  it("forgets what it is told to, for good", async () => {
    const { history, store, settled } = world();
    await history.follow("bench");
    const transfers = [done(), done({ id: "2", startedAt: 11 })];
    history.receive(transfers);
    await settled();
    await history.forget([transfers[0] ?? done()]);
    expect(history.transfers.map(({ id }) => id)).toEqual(["2"]);
    expect(await store.list("bench")).toHaveLength(1);
    // The exporter still tells of it, for a while.
    history.receive(transfers);
    expect(history.transfers.map(({ id }) => id)).toEqual(["2"]);
  });

  it("says when something could not be kept, and goes on", async () => {
    const store = new MemoryTransferStore();
    store.put = () => Promise.reject(new Error("the disk is full"));
    const { history, failures, settled } = world(store);
    await history.follow("bench");
    history.receive([done()]);
    await settled();
    expect(failures).toEqual([new Error("the disk is full")]);
    expect(history.transfers).toHaveLength(1);
  });
});
