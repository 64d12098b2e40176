import { describe, expect, it } from "vitest";
import { untilAborted } from "./until-aborted.ts";

async function* counting(log: string[]): AsyncGenerator<number, void, undefined> {
  try {
    for (let item = 1; ; item += 1) yield item;
  } finally {
    log.push("ended");
  }
}

/** One item, and then neither another one nor an end. */
async function* deaf(): AsyncGenerator<number, void, undefined> {
  yield 1;
  await new Promise(() => undefined);
}

describe("untilAborted()", () => {
  it("passes items on, to their end or to their failure", async () => {
    const failure = new Error("no more");
    async function* two(): AsyncGenerator<number, void, undefined> {
      yield 1;
      yield 2;
      throw failure;
    }
    const { signal } = new AbortController();
    const items: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const item of untilAborted(two(), { signal })) items.push(item);
    };
    await expect(reading()).rejects.toBe(failure);
    expect(items).toEqual([1, 2]);
  });

  it("ends its source when its reader leaves, before the reader goes on", async () => {
    const log: string[] = [];
    const { signal } = new AbortController();
    for await (const item of untilAborted(counting(log), { signal })) if (item === 3) break;
    expect(log).toEqual(["ended"]);
  });

  it("leaves a source behind that does not end by itself", async () => {
    const stop = new AbortController();
    const items = untilAborted(deaf(), { signal: stop.signal });
    expect(await items.next()).toEqual({ done: false, value: 1 });
    const next = items.next();
    const reason = new Error("over");
    stop.abort(reason);
    await expect(next).rejects.toBe(reason);
  });

  it("gives nothing more when it was aborted between two items", async () => {
    const log: string[] = [];
    const stop = new AbortController();
    const items = untilAborted(counting(log), { signal: stop.signal });
    await items.next();
    const reason = new Error("over");
    stop.abort(reason);
    await expect(items.next()).rejects.toBe(reason);
    expect(log).toEqual(["ended"]);
  });
});
