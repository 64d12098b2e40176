import { describe, expect, it } from "vitest";
import type { ByteStream } from "../base/byte-stream.ts";
import { settle } from "../testing/manual-clock.ts";
import { pipe } from "./pipe.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A stream whose ends are in the test's hands. */
function createStream() {
  const written: string[] = [];
  let cancelled = false;
  let source: ReadableStreamDefaultController<Uint8Array> | undefined;
  let closed = false;
  let take: () => Promise<void> = async () => undefined;
  const stream: ByteStream = {
    readable: new ReadableStream<Uint8Array>({
      start(controller) {
        source = controller;
      },
      cancel() {
        cancelled = true;
      },
    }),
    writable: new WritableStream<Uint8Array>({
      async write(chunk) {
        await take();
        written.push(new TextDecoder().decode(chunk));
      },
      close() {
        closed = true;
      },
    }),
  };
  return {
    stream,
    written,
    get cancelled() {
      return cancelled;
    },
    get closed() {
      return closed;
    },
    say: (text: string) => source?.enqueue(encode(text)),
    end: () => source?.close(),
    fail: (reason: Error) => source?.error(reason),
    onWrite(act: () => Promise<void>) {
      take = act;
    },
  };
}

function start(
  far: ReturnType<typeof createStream>,
  options: { readonly input?: string; readonly deaf?: boolean } = {},
) {
  const abort = new AbortController();
  const out: string[] = [];
  const signals: AbortSignal[] = [];
  const done = pipe({
    open: async ({ signal }) => {
      signals.push(signal);
      return far.stream;
    },
    input: options.input,
    output: options.deaf ? undefined : (text) => void out.push(text),
    signal: abort.signal,
  });
  return { abort, out, done, signals };
}

describe("pipe()", () => {
  it("sends and half-closes, reads to the end, and lets go of the stream", async () => {
    const far = createStream();
    const { out, done, signals } = start(far, { input: "hello" });
    await settle();
    expect(far.written).toEqual(["hello"]);
    expect(far.closed).toBe(true);
    far.say("one");
    far.say("two");
    far.end();
    await done;
    expect(out.join("")).toBe("onetwo");
    expect(signals[0]?.aborted).toBe(true);
  });

  it("half-closes at the end when there is nothing to send", async () => {
    const far = createStream();
    const { done } = start(far);
    await settle();
    expect(far.closed).toBe(false);
    far.end();
    await done;
    await settle();
    expect(far.closed).toBe(true);
  });

  it("rejects with the reason of an abort, and cancels", async () => {
    const far = createStream();
    const { abort, done, signals } = start(far, { input: "hello" });
    await settle();
    abort.abort(new Error("interrupted"));
    await expect(done).rejects.toThrow("interrupted");
    expect(far.cancelled).toBe(true);
    expect(signals[0]?.aborted).toBe(true);
  });

  it("does not open what nobody waits for", async () => {
    const opened: string[] = [];
    const open = async () => {
      opened.push("opened");
      return createStream().stream;
    };
    const signal = AbortSignal.abort(new Error("interrupted"));
    await expect(pipe({ open, input: undefined, output: () => undefined, signal })).rejects.toThrow(
      "interrupted",
    );
    expect(opened).toEqual([]);
  });

  it("lets go of a stream that opened too late", async () => {
    const far = createStream();
    const abort = new AbortController();
    const done = pipe({
      open: async () => {
        abort.abort(new Error("interrupted"));
        return far.stream;
      },
      input: undefined,
      output: () => undefined,
      signal: abort.signal,
    });
    await expect(done).rejects.toThrow("interrupted");
    expect(far.cancelled).toBe(true);
  });

  it("rejects with what reading fails with", async () => {
    const far = createStream();
    const { out, done } = start(far);
    far.say("be");
    await settle();
    far.fail(new Error("the line is noisy"));
    await expect(done).rejects.toThrow("the line is noisy");
    expect(out).toEqual(["be"]);
  });

  it("rejects with what writing fails with, also while it reads", async () => {
    for (const deaf of [true, false]) {
      const far = createStream();
      far.onWrite(() => Promise.reject(new Error("the board takes nothing")));
      const { done } = start(far, { input: "hello", deaf });
      await expect(done).rejects.toThrow("the board takes nothing");
      await settle();
      expect(far.cancelled).toBe(true);
    }
  });

  it("gives up a write that is never taken when it is aborted, or the other side has ended", async () => {
    const never = () => new Promise<void>(() => undefined);
    const aborted = createStream();
    aborted.onWrite(never);
    const sending = start(aborted, { input: "hello", deaf: true });
    await settle();
    sending.abort.abort(new Error("interrupted"));
    await expect(sending.done).rejects.toThrow("interrupted");

    const ended = createStream();
    ended.onWrite(never);
    const both = start(ended, { input: "hello" });
    ended.end();
    await both.done;
    expect(both.signals[0]?.aborted).toBe(true);
  });

  it("reads what nobody wants to see, so that a board that answers goes on listening", async () => {
    const far = createStream();
    far.onWrite(async () => {
      far.say("answer");
    });
    const { done, out } = start(far, { input: "x".repeat(100_000), deaf: true });
    await done;
    expect(far.written.join("")).toHaveLength(100_000);
    expect(far.closed).toBe(true);
    expect(out).toEqual([]);
  });
});
