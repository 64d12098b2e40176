import { describe, expect, it } from "vitest";
import { ChunkQueue } from "./chunk-queue.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("ChunkQueue", () => {
  it("gives chunks in order, the same objects, and counts what waits", async () => {
    const queue = new ChunkQueue();
    const reader = queue.readable.getReader();
    const [a, b] = [bytes(1, 2), bytes(3)];
    queue.push(a);
    queue.push(bytes());
    queue.push(b);
    expect([queue.length, queue.bytes]).toEqual([2, 3]);
    expect((await reader.read()).value).toBe(a);
    expect([queue.length, queue.bytes]).toEqual([1, 1]);
    expect((await reader.read()).value).toBe(b);
  });

  it("hands a chunk to a reader that waits", async () => {
    const queue = new ChunkQueue();
    const read = queue.readable.getReader().read();
    queue.push(bytes(1));
    expect((await read).value).toEqual(bytes(1));
    expect(queue.length).toBe(0);
  });

  it("ends after what waits, and takes nothing more", async () => {
    const queue = new ChunkQueue();
    const reader = queue.readable.getReader();
    queue.push(bytes(1));
    queue.end();
    queue.push(bytes(2));
    expect((await reader.read()).value).toEqual(bytes(1));
    expect((await reader.read()).done).toBe(true);
    queue.end();
    queue.fail(new Error("too late"));
    await reader.closed;
  });

  it("ends for a reader that waits", async () => {
    const queue = new ChunkQueue();
    const read = queue.readable.getReader().read();
    queue.end();
    expect((await read).done).toBe(true);
  });

  it("fails at once, also while it is ending", async () => {
    const queue = new ChunkQueue();
    queue.push(bytes(1));
    queue.end();
    queue.fail(new Error("broken"));
    await expect(queue.readable.getReader().read()).rejects.toThrow("broken");
  });

  it("tells of room and of a reader that leaves", async () => {
    const events: string[] = [];
    const queue = new ChunkQueue({
      onRoom: () => events.push("room"),
      onCancelled: () => events.push("cancelled"),
    });
    const reader = queue.readable.getReader();
    queue.push(bytes(1));
    await reader.read();
    expect(events).toEqual(["room"]);
    queue.push(bytes(2));
    await reader.cancel();
    expect(events).toEqual(["room", "cancelled", "room"]);
    expect([queue.over, queue.length, queue.bytes]).toEqual([true, 0, 0]);
  });

  it("drops the oldest, and says how much", async () => {
    const queue = new ChunkQueue();
    for (let n = 0; n < 10; n++) queue.push(bytes(n, n));
    expect(queue.dropDownTo(20)).toBe(0);
    expect(queue.dropDownTo(5)).toBe(16);
    expect((await queue.readable.getReader().read()).value).toEqual(bytes(8, 8));
  });

  it("stays in order over thousands of chunks", async () => {
    const queue = new ChunkQueue();
    const reader = queue.readable.getReader();
    for (let n = 0; n < 5000; n++) queue.push(bytes(n & 0xff));
    for (let n = 0; n < 5000; n++) expect((await reader.read()).value).toEqual(bytes(n & 0xff));
    expect(queue.bytes).toBe(0);
  });
});
