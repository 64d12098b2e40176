import { describe, expect, it } from "vitest";
import { type Pace, SEND_PIECE_BYTES, sendPaced } from "./paced-sender.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

async function* of(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === "string" ? utf8(chunk) : chunk;
}

/** What happens, in its order: pieces and pauses. */
function setup(pace: Partial<Pace> = {}) {
  const happened: (string | number)[] = [];
  const progress: number[] = [];
  const abort = new AbortController();
  const written: number[] = [];
  return {
    happened,
    progress,
    abort,
    written,
    options: {
      pace: { characterDelayMs: 0, lineDelayMs: 0, ...pace },
      async write(bytes: Uint8Array<ArrayBuffer>) {
        written.push(...bytes);
        happened.push(new TextDecoder().decode(bytes));
      },
      async sleep(ms: number, { signal }: { readonly signal: AbortSignal }) {
        signal.throwIfAborted();
        happened.push(ms);
      },
      onProgress: (sent: number) => void progress.push(sent),
      signal: abort.signal,
    },
  };
}

describe("sendPaced()", () => {
  it("sends everything as it is, in pieces, and says how far it is", async () => {
    const it = setup();
    const bytes = Uint8Array.from({ length: 2 * SEND_PIECE_BYTES + 7 }, (_, index) => index & 0xff);
    expect(await sendPaced(of(bytes.subarray(0, 100), bytes.subarray(100)), it.options)).toBe(bytes.length);
    expect(Uint8Array.from(it.written)).toEqual(bytes);
    expect(it.progress).toEqual([100, 100 + SEND_PIECE_BYTES, bytes.length]);
  });

  it("waits after each line end, whichever it is, and once for CR LF", async () => {
    const it = setup({ lineDelayMs: 20 });
    await sendPaced(of("a\r\nb\nc\rd"), it.options);
    expect(it.happened).toEqual(["a\r\n", 20, "b\n", 20, "c\r", 20, "d"]);
  });

  it("takes a CR LF as one line end that comes in two chunks", async () => {
    const it = setup({ lineDelayMs: 20 });
    await sendPaced(of("a\r", "\nb\r", "c\r"), it.options);
    expect(it.happened).toEqual(["a\r", "\n", 20, "b\r", 20, "c\r"]);
  });

  it("waits after each byte, and longer after a line", async () => {
    const it = setup({ characterDelayMs: 1, lineDelayMs: 20 });
    await sendPaced(of("a\nb"), it.options);
    expect(it.happened).toEqual(["a", 1, "\n", 1, 20, "b", 1]);
  });

  it("sends the next piece when the port has taken the last", async () => {
    const it = setup();
    const taken = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let writes = 0;
    const sending = sendPaced(of("one", "two"), {
      ...it.options,
      write: () => {
        begun[writes]?.resolve();
        return taken[writes++]?.promise ?? Promise.resolve();
      },
    });
    await begun[0]?.promise;
    expect([writes, it.progress]).toEqual([1, []]);
    taken[0]?.resolve();
    await begun[1]?.promise;
    expect([writes, it.progress]).toEqual([2, [3]]);
    taken[1]?.resolve();
    expect(await sending).toBe(6);
  });

  it("is cancelled also while the port takes nothing", async () => {
    const it = setup();
    const begun = Promise.withResolvers<void>();
    const sending = sendPaced(of("one", "two"), {
      ...it.options,
      write: () => {
        begun.resolve();
        return new Promise(() => {});
      },
    });
    await begun.promise;
    it.abort.abort(new Error("cancelled"));
    await expect(sending).rejects.toThrow("cancelled");
    expect(it.progress).toEqual([]);
  });

  it("does not begin when it was cancelled before", async () => {
    const it = setup();
    it.abort.abort(new Error("cancelled"));
    await expect(sendPaced(of("one"), it.options)).rejects.toThrow("cancelled");
    expect(it.happened).toEqual([]);
  });

  it("fails with what its source fails with", async () => {
    const it = setup();
    const broken = async function* () {
      yield utf8("one");
      throw new Error("the file cannot be read");
    };
    await expect(sendPaced(broken(), it.options)).rejects.toThrow("the file cannot be read");
    expect(it.happened).toEqual(["one"]);
  });
});
