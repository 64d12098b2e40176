import { describe, expect, it } from "vitest";
import type { LossyReader } from "../../drivers/base/methods.ts";
import { exportedStream } from "../../drivers/base/methods.ts";
import { settle } from "../../drivers/testing/manual-clock.ts";
import { LISTENER_QUEUE_BYTES, listen } from "./listener.ts";
import { MAX_PAYLOAD_BYTES } from "./router-stream.ts";

/** A device that says what a test says, to one listener. */
async function device() {
  const over = new AbortController();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let lossy: LossyReader | undefined;
  const ends: string[] = [];
  let taken = 0;
  const method = exportedStream(async (options) => {
    lossy = options.lossy;
    return {
      readable: new ReadableStream<Uint8Array>(
        {
          start: (its) => {
            controller = its;
          },
          pull: () => {
            taken += 1;
          },
          cancel: () => void ends.push("not heard any more"),
        },
        { highWaterMark: 0 },
      ),
      writable: new WritableStream<Uint8Array>({
        write: () => void ends.push("written to"),
        close: () => void ends.push("nothing to say"),
      }),
    };
  });
  const heard = await listen(method, { signal: over.signal });
  return {
    heard,
    ends,
    leave: () => over.abort(new Error("the client has gone")),
    say: async (...chunks: Uint8Array[]) => {
      for (const chunk of chunks) controller?.enqueue(chunk);
      await settle();
    },
    end: () => controller?.close(),
    fail: (error: Error) => controller?.error(error),
    skip: (bytes: number) => lossy?.onSkipped(bytes),
    taken: () => taken,
  };
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const words = ({ payload }: { payload: Uint8Array }): string => new TextDecoder().decode(payload);

describe("a listener", () => {
  it("says nothing to the device, and tells it so at once", async () => {
    const { ends } = await device();
    await settle();
    expect(ends).toEqual(["nothing to say"]);
  });

  it("hears what waits for it in one piece, up to what a message may hold", async () => {
    const { heard, say } = await device();
    const first = heard.next();
    await say(text("a"));
    expect(words((await first).value ?? { payload: text("") })).toBe("a");
    await say(text("b"), text("c"), new Uint8Array(MAX_PAYLOAD_BYTES), text("d"));
    const pieces: number[] = [];
    for (let bytes = 0; bytes < MAX_PAYLOAD_BYTES + 3; ) {
      const { value } = await heard.next();
      pieces.push(value?.payload.length ?? 0);
      bytes += value?.payload.length ?? 0;
    }
    expect(pieces).toEqual([MAX_PAYLOAD_BYTES, 3]);
  });

  it("that is slow loses the oldest bytes, is told how many, and never holds the device back", async () => {
    const { heard, say, taken } = await device();
    void heard.next();
    await say(text("first"));
    const chunk = new Uint8Array(1024);
    const chunks = LISTENER_QUEUE_BYTES / chunk.length + 10;
    for (let count = 0; count < chunks; count += 1) await say(chunk);
    expect(taken()).toBeGreaterThan(chunks);
    const { value } = await heard.next();
    expect(value?.skipped).toBe(10 * chunk.length);
    const next = await heard.next();
    expect(next.value?.skipped).toBe(0);
  });

  it("is told also what the driver has left out", async () => {
    const { heard, say, skip } = await device();
    skip(100);
    await say(text("late"));
    expect((await heard.next()).value).toMatchObject({ skipped: 100 });
  });

  it("hears the end after all that was said, and a failure too", async () => {
    const fine = await device();
    await fine.say(text("bye"));
    fine.end();
    expect(words((await fine.heard.next()).value ?? { payload: text("") })).toBe("bye");
    expect((await fine.heard.next()).done).toBe(true);
    const broken = await device();
    await broken.say(text("ouch"));
    // A stream that fails drops what it holds itself; what the listener has taken stays.
    broken.fail(new Error("unplugged"));
    await settle();
    expect(words((await broken.heard.next()).value ?? { payload: text("") })).toBe("ouch");
    await expect(broken.heard.next()).rejects.toThrow("unplugged");
  });

  it("that leaves lets the device go", async () => {
    const { heard, leave, ends } = await device();
    const waiting = heard.next();
    leave();
    expect((await waiting).done).toBe(true);
    expect(ends).toContain("not heard any more");
  });
});
