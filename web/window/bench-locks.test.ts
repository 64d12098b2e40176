import { describe, expect, it } from "vitest";
import { BenchLocks } from "./bench-locks.ts";

// Node has the same LockManager as browsers, one for the process: two BenchLocks on it are two tabs.
const tabs = () => [new BenchLocks(navigator.locks), new BenchLocks(navigator.locks)] as const;

describe("BenchLocks", () => {
  it("gives a bench to one tab only", async () => {
    const [first, second] = tabs();
    const held = await first.acquire("one");
    expect(held?.id).toBe("one");
    expect(await second.acquire("one")).toBeUndefined();
    held?.release();
  });

  it("gives it to the next when the first lets go", async () => {
    const [first, second] = tabs();
    const held = await first.acquire("two");
    const waiting = second.acquire("two", { waitMs: 5_000 });
    held?.release();
    const next = await waiting;
    expect(next?.id).toBe("two");
    next?.release();
  });

  it("stops waiting in the end", async () => {
    const [first, second] = tabs();
    const held = await first.acquire("three");
    expect(await second.acquire("three", { waitMs: 1 })).toBeUndefined();
    held?.release();
  });

  it("tells a tab that its bench was taken over", async () => {
    const [first, second] = tabs();
    const held = await first.acquire("four");
    const taken = await second.acquire("four", { steal: true });
    await held?.lost;
    expect(await first.acquire("four")).toBeUndefined();
    taken?.release();
  });

  it("knows which benches other tabs have, and leaves out its own", async () => {
    const [first, second] = tabs();
    const held = await first.acquire("five");
    expect((await second.heldElsewhere()).has("five")).toBe(true);
    expect((await first.heldElsewhere()).has("five")).toBe(false);
    held?.release();
  });

  it("says when the tab that has a bench lets go, and not before", async () => {
    const [first, second] = tabs();
    const held = await first.acquire("six");
    const order: string[] = [];
    const freed = second.freed("six").then(() => order.push("freed"));
    await second.heldElsewhere();
    order.push("released");
    held?.release();
    await freed;
    expect(order).toEqual(["released", "freed"]);
    expect((await second.heldElsewhere()).has("six")).toBe(false);
  });

  it("gives a bench to who asks while another tab is being told that it is free", async () => {
    const [first] = tabs();
    let told = (): void => {};
    const telling = new Promise<void>((resolve) => {
      told = resolve;
    });
    const watcher = navigator.locks.request("jumptab-bench-seven", { mode: "shared" }, () => telling);
    const asked = first.acquire("seven");
    // Behind the request above in the same queue: it has found the lock in use when this is answered.
    await navigator.locks.query();
    told();
    const held = await asked;
    expect(held?.id).toBe("seven");
    held?.release();
    await watcher;
  });
});
