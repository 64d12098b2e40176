import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings, fuzzTimeoutMs } from "../../proto/tunnel/testing/fuzz.ts";
import { FanOut, LOSSY_QUEUE_BYTES, MAX_BEHIND_BYTES, READER_QUEUE_BYTES } from "./fan-out.ts";

const never = () => {};

async function all(readable: ReadableStream<Uint8Array>): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of readable) bytes.push(...chunk);
  return bytes;
}

describe("FanOut", () => {
  it("gives each reader every byte from its arrival on, in order, whatever the chunks and the order of reading", {
    timeout: fuzzTimeoutMs(),
  }, async () => {
    const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const step = fc.oneof(
      chunk.map((bytes) => ({ kind: "push" as const, bytes })),
      fc.constant({ kind: "attach" as const }),
      fc.nat(5).map((reader) => ({ kind: "read" as const, reader })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const fanOut = new FanOut();
        const readers: {
          readonly reader: ReadableStreamDefaultReader<Uint8Array>;
          got: number[];
          due: number[];
        }[] = [];
        for (const action of steps) {
          if (action.kind === "attach") {
            const { readable } = fanOut.attach(undefined, never);
            readers.push({ reader: readable.getReader(), got: [], due: [] });
          } else if (action.kind === "push") {
            fanOut.push(action.bytes.slice());
            for (const { due } of readers) due.push(...action.bytes);
          } else {
            const of = readers[action.reader];
            if (of === undefined || of.got.length === of.due.length) continue;
            of.got.push(...((await of.reader.read()).value ?? []));
          }
        }
        fanOut.end();
        for (const { reader, got, due } of readers) {
          for (let next = await reader.read(); !next.done; next = await reader.read())
            got.push(...next.value);
          expect(got).toEqual(due);
        }
      }),
      fuzzSettings(),
    );
  });

  it("loses and doubles nothing between readers that come and go", async () => {
    const fanOut = new FanOut();
    const first = all(fanOut.attach(undefined, never).readable);
    fanOut.push(Uint8Array.of(1, 2));
    const second = all(fanOut.attach(undefined, never).readable);
    const leaver = fanOut.attach(undefined, never).readable;
    fanOut.push(Uint8Array.of(3));
    await leaver.cancel();
    fanOut.push(Uint8Array.of(4));
    fanOut.end();
    expect(await first).toEqual([1, 2, 3, 4]);
    expect(await second).toEqual([3, 4]);
  });

  it("tells each reader's owner once that it is over", async () => {
    const fanOut = new FanOut();
    const over: string[] = [];
    const reader = (name: string) => fanOut.attach(undefined, () => over.push(name)).readable;
    const [left] = [reader("left"), reader("ended")];
    await left.cancel();
    expect(over).toEqual(["left"]);
    fanOut.end();
    fanOut.end();
    expect(over).toEqual(["left", "ended"]);
  });

  it("lets the port be read while anybody has room, and always when nobody counts", async () => {
    const fanOut = new FanOut();
    const may = async (over = new AbortController().signal) =>
      Promise.race([fanOut.mayRead(over).then(() => true), turns(5).then(() => false)]);
    expect(await may()).toBe(true);
    fanOut.attach({ onSkipped: never }, never);
    fanOut.push(new Uint8Array(LOSSY_QUEUE_BYTES));
    expect(await may()).toBe(true);
    const slow = fanOut.attach(undefined, never).readable;
    fanOut.push(new Uint8Array(READER_QUEUE_BYTES));
    expect(await may()).toBe(false);
    const other = fanOut.attach(undefined, never).readable;
    expect(await may()).toBe(true);
    await other.cancel();
    expect(await may()).toBe(false);
    expect(fanOut.full).toBe(true);
    expect(await may(AbortSignal.abort())).toBe(true);
    await slow.getReader().read();
    expect(fanOut.full).toBe(false);
    expect(await may()).toBe(true);
  });

  it("ends a laggard and spares the bytes of the others", async () => {
    const fanOut = new FanOut();
    const slow = fanOut.attach(undefined, never).readable.getReader();
    const fast = fanOut.attach(undefined, never).readable.getReader();
    for (let sent = 0; sent <= MAX_BEHIND_BYTES; sent += READER_QUEUE_BYTES) {
      fanOut.push(new Uint8Array(READER_QUEUE_BYTES));
      await fast.read();
    }
    await expect(slow.read()).rejects.toThrow(/behind another reader/);
    fanOut.push(Uint8Array.of(7));
    expect((await fast.read()).value).toEqual(Uint8Array.of(7));
  });
});

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await Promise.resolve();
}
