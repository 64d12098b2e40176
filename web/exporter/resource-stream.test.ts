import { describe, expect, it } from "vitest";
import { ManualClock, settle } from "../../drivers/testing/manual-clock.ts";
import { FrameType } from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import { ResourceStream } from "./resource-stream.ts";
import { CLIENT_END_GRACE_MS, MAX_PAYLOAD_BYTES, type StreamFrame } from "./router-stream.ts";

const GOAWAY: StreamFrame = { frameType: FrameType.GOAWAY, payload: new Uint8Array(0) };

function data(...payload: number[]): StreamFrame {
  return { frameType: FrameType.DATA, payload: Uint8Array.from(payload) };
}

/** Frames that a test sends one by one, and how many have been asked for. */
function client() {
  const waiting: PromiseWithResolvers<IteratorResult<StreamFrame>>[] = [];
  const asked: PromiseWithResolvers<IteratorResult<StreamFrame>>[] = [];
  const state = { asked: 0 };
  const answer = (): PromiseWithResolvers<IteratorResult<StreamFrame>> => {
    const next = asked.shift();
    if (next !== undefined) return next;
    const early = Promise.withResolvers<IteratorResult<StreamFrame>>();
    waiting.push(early);
    return early;
  };
  const frames: AsyncIterable<StreamFrame> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        state.asked += 1;
        const early = waiting.shift();
        if (early !== undefined) return early.promise;
        const next = Promise.withResolvers<IteratorResult<StreamFrame>>();
        asked.push(next);
        return next.promise;
      },
    }),
  };
  return {
    frames,
    state,
    sends: (frame: StreamFrame) => answer().resolve({ done: false, value: frame }),
    halfCloses: () => answer().resolve({ done: true, value: undefined }),
    breaks: (error: Error) => {
      const { promise, reject } = answer();
      promise.catch(() => undefined);
      reject(error);
    },
  };
}

/** A stream that is being served, as its RPC does it. */
function served() {
  const clock = new ManualClock();
  const peer = client();
  const abort = new AbortController();
  const state = { over: false };
  const stream = new ResourceStream({
    uuid: "u",
    frames: peer.frames,
    clock,
    onOver: () => {
      state.over = true;
    },
  });
  const sent: StreamFrame[] = [];
  const end = (async () => {
    try {
      for await (const frame of stream.serve(abort.signal)) sent.push(frame);
      return undefined;
    } catch (error) {
      return error;
    }
  })();
  return { clock, peer, abort, stream, sent, end, state };
}

describe("ResourceStream, as a driver reads it", () => {
  it("asks for a frame when the driver does, and for no more", async () => {
    const { peer, stream } = served();
    stream.claim();
    const { readable } = await stream.read();
    await settle();
    expect(peer.state.asked).toBe(0);
    const reader = readable.getReader();
    peer.sends(data(1));
    peer.sends(data(2));
    expect(await reader.read()).toEqual({ done: false, value: Uint8Array.of(1) });
    await settle();
    expect(peer.state.asked).toBe(1);
  });

  it("passes over pings, frames of other kinds and empty ones", async () => {
    const { peer, stream } = served();
    const reader = (await stream.read()).readable.getReader();
    peer.sends({ frameType: FrameType.PING, payload: Uint8Array.of(9) });
    peer.sends({ frameType: FrameType.RST_STREAM, payload: Uint8Array.of(9) });
    peer.sends(data());
    peer.sends(data(3));
    expect(await reader.read()).toEqual({ done: false, value: Uint8Array.of(3) });
  });

  for (const [what, end] of [
    ["GOAWAY", (peer: ReturnType<typeof client>) => peer.sends(GOAWAY)],
    ["the half-close", (peer: ReturnType<typeof client>) => peer.halfCloses()],
  ] as const) {
    it(`ends in order at ${what}`, async () => {
      const { peer, stream } = served();
      const reader = (await stream.read()).readable.getReader();
      end(peer);
      expect(await reader.read()).toEqual({ done: true, value: undefined });
    });
  }

  it("fails where the frames break off", async () => {
    const { peer, stream } = served();
    const reader = (await stream.read()).readable.getReader();
    peer.sends(data(1, 2));
    await reader.read();
    peer.breaks(new Error("the client went away"));
    await expect(reader.read()).rejects.toMatchObject({
      code: "connection",
      message: "the stream of the client's file broke off after 2 bytes: the client went away",
    });
  });

  it("fails at once when its RPC is over, and the end of the frames that follows is not the file's", async () => {
    const { peer, stream, abort, end, state } = served();
    const reader = (await stream.read()).readable.getReader();
    const read = reader.read();
    await settle();
    abort.abort(new Error("the session has ended"));
    await expect(read).rejects.toThrow(/broke off after 0 bytes: the session has ended/);
    expect(await end).toMatchObject({ message: "the session has ended" });
    expect(state.over).toBe(true);
    peer.halfCloses();
    await settle();
    await expect(reader.read()).rejects.toThrow(/the session has ended/);
  });

  it("fails also when it is read only then", async () => {
    const { stream, abort, end } = served();
    abort.abort(new Error("the session has ended"));
    await end;
    const reader = (await stream.read()).readable.getReader();
    await expect(reader.read()).rejects.toThrow(/the session has ended/);
    const writer = (await stream.write()).getWriter();
    await expect(writer.write(Uint8Array.of(1))).rejects.toThrow(/the session has ended/);
    writer.closed.catch(() => undefined);
  });

  it("is whole when the client goes after its end", async () => {
    const { peer, stream, abort, end } = served();
    const reader = (await stream.read()).readable.getReader();
    peer.sends(data(1));
    peer.sends(GOAWAY);
    await reader.read();
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    abort.abort(new Error("the client went away"));
    await end;
    expect(await reader.read()).toEqual({ done: true, value: undefined });
  });
});

describe("ResourceStream, as a driver writes it", () => {
  it("sends views of at most 64 KiB, and takes a chunk when the one before has gone", async () => {
    const { stream, sent, peer, end } = served();
    const writer = (await stream.write()).getWriter();
    const chunk = new Uint8Array(2 * MAX_PAYLOAD_BYTES + 1);
    await writer.write(chunk);
    await writer.close();
    expect(sent.map(({ payload }) => payload.length)).toEqual([MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES, 1]);
    expect(sent.every(({ payload }) => payload.buffer === chunk.buffer)).toBe(true);
    stream.complete();
    peer.halfCloses();
    expect(await end).toBeUndefined();
    expect(sent.at(-1)).toEqual(GOAWAY);
  });

  it("fails a write that waits when the client goes", async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const stream = new ResourceStream({ uuid: "u", frames: client().frames, clock, onOver: () => undefined });
    const frames = stream.serve(abort.signal);
    const writer = (await stream.write()).getWriter();
    const written = writer.write(Uint8Array.of(1));
    writer.closed.catch(() => undefined);
    expect((await frames.next()).value).toMatchObject({ frameType: FrameType.DATA });
    abort.abort(new Error("the client went away"));
    await expect(written).rejects.toMatchObject({ code: "connection" });
    await expect(frames.next()).rejects.toThrow("the client went away");
    await settle();
    expect(clock.sleeping).toBe(0);
  });
});

describe("ResourceStream, at the end of its call", () => {
  it("throws away what the client still sends, until its end", async () => {
    const { peer, stream, sent, end, clock } = served();
    stream.claim();
    stream.complete();
    await settle();
    expect(sent).toEqual([GOAWAY]);
    for (let count = 0; count < 100; count += 1) peer.sends(data(1));
    peer.sends(GOAWAY);
    expect(await end).toBeUndefined();
    expect(clock.sleeping).toBe(0);
  });

  it("gives the client its time, and no more", async () => {
    const { stream, end, clock, state } = served();
    stream.claim();
    stream.complete();
    await clock.advance(CLIENT_END_GRACE_MS - 1);
    expect(state.over).toBe(false);
    await clock.advance(1);
    expect(await end).toBeUndefined();
    expect(state.over).toBe(true);
  });

  it("keeps to the first outcome", async () => {
    const { stream, end, peer } = served();
    stream.claim();
    stream.complete();
    stream.fail(new Error("too late"));
    peer.halfCloses();
    expect(await end).toBeUndefined();
  });
});
