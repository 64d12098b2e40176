import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMessage, Flag, FrameType } from "./frame.ts";
import {
  ACK_EVERY_BYTES,
  BATCH_BYTES,
  DEFAULT_TUNNEL_LIMITS,
  MAX_DATA_BYTES,
  MAX_MESSAGE_BYTES,
} from "./limits.ts";
import { fuzzSettings, fuzzTimeoutMs } from "./testing/fuzz.ts";
import { TunnelPair } from "./testing/pair.ts";
import { CloseCode, GrpcStatus, type RequestHead, StreamReset, type TunnelStream } from "./types.ts";

const REQUEST: RequestHead = {
  method: "POST",
  path: "/jumpstarter.v1.ExporterService/GetReport",
  h: [["te", "trailers"]],
};

/** A body that is read to its end, in the background. */
class Collected {
  readonly #chunks: Uint8Array[] = [];
  readonly done: Promise<void>;
  error: unknown;

  constructor(stream: TunnelStream) {
    this.done = this.#read(stream);
  }

  bytes(): Uint8Array {
    return concat(this.#chunks);
  }

  async #read(stream: TunnelStream): Promise<void> {
    try {
      for await (const chunk of stream.body) this.#chunks.push(chunk.slice());
    } catch (error) {
      this.error = error;
    }
  }
}

const collect = (stream: TunnelStream): Collected => new Collected(stream);

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 17 + (index >>> 8)) & 0xff);
}

function only(pair: TunnelPair): TunnelStream {
  const stream = pair.accepted.at(-1);
  if (stream === undefined) throw new Error("the page was asked nothing");
  return stream;
}

describe("a tunnel", () => {
  it("carries a request and its answer with head, body and trailers, in one message each way", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    void call.write(pattern(10));
    call.end();
    pair.flush();
    expect(pair.relayWire.messages).toHaveLength(1);
    pair.settle();
    const answer = only(pair);
    expect(answer.request).toEqual(REQUEST);
    const body = collect(answer);
    await body.done;
    expect(body.bytes()).toEqual(pattern(10));
    answer.respond({ status: 200, h: [["content-type", "application/grpc"]] });
    void answer.write(pattern(5, 1));
    answer.end([["grpc-status", "0"]]);
    pair.flush();
    expect(pair.pageWire.messages).toHaveLength(1);
    pair.settle();
    expect(await call.response).toEqual({ status: 200, h: [["content-type", "application/grpc"]] });
    const reply = collect(call);
    await reply.done;
    expect(reply.bytes()).toEqual(pattern(5, 1));
    expect(call.trailers).toEqual([["grpc-status", "0"]]);
    expect(await call.closed).toBeUndefined();
    expect(await answer.closed).toBeUndefined();
    expect(pair.relay.stats.streams).toBe(0);
    expect(pair.page.stats.streams).toBe(0);
  });

  it("carries an answer that is only a head", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST, { end: true });
    pair.settle();
    only(pair).respond({ status: 200, h: [["grpc-status", "12"]] }, { end: true });
    pair.settle();
    expect((await call.response).h).toEqual([["grpc-status", "12"]]);
    expect(await call.closed).toBeUndefined();
    expect(pair.page.stats.streams).toBe(0);
  });

  it("lets the answer go on after the request has ended, and the request after the answer", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    call.end();
    pair.settle();
    const answer = only(pair);
    answer.respond({ status: 200, h: [] });
    pair.settle();
    void answer.write(pattern(3));
    pair.settle();
    const reply = collect(call);
    await pair.quiet();
    expect(reply.bytes()).toEqual(pattern(3));
    answer.end();
    await pair.quiet();
    expect(pair.relay.stats.streams).toBe(0);
  });

  it("holds no more than a window for a consumer that does not take its bytes, and loses none of them", async () => {
    const window = 64 * 1024;
    const pair = new TunnelPair({ page: { streamWindowBytes: window } });
    const call = pair.relay.open(REQUEST);
    const total = pattern(5 * window);
    void call.write(total);
    call.end();
    pair.settle();
    expect(pair.relayWire.bytesSent).toBeLessThan(window + 2048);
    const body = collect(only(pair));
    await pair.quiet(50);
    await body.done;
    expect(Buffer.compare(body.bytes(), total)).toBe(0);
  });

  it("does not let a stalled stream stall another", async () => {
    const pair = new TunnelPair();
    const stalled = pair.relay.open(REQUEST);
    void stalled.write(pattern(2 * 1024 * 1024));
    pair.settle();
    const call = pair.relay.open(REQUEST);
    const total = pattern(1024 * 1024, 3);
    void call.write(total);
    call.end();
    pair.settle();
    const body = collect(only(pair));
    await pair.quiet(100);
    expect(Buffer.compare(body.bytes(), total)).toBe(0);
    expect(pair.accepted).toHaveLength(2);
  });

  it("lets a small body pass an exhausted connection window", () => {
    const pair = new TunnelPair();
    const bulk = pair.relay.open(REQUEST);
    void bulk.write(pattern(1024 * 1024));
    pair.flush(); // the window is used up, and the page has not seen a byte
    const before = pair.relayWire.messages.length;
    const call = pair.relay.open(REQUEST);
    void call.write(pattern(100));
    call.end();
    pair.flush();
    expect(pair.relayWire.messages.length).toBe(before + 1);
    const last = pair.relayWire.messages.at(-1);
    expect(last?.length).toBeLessThan(1000);
  });

  it("gives streams turns of at most one frame", () => {
    const pair = new TunnelPair({
      page: { connectionWindowBytes: 1024 * 1024, streamWindowBytes: 1024 * 1024 },
    });
    const first = pair.relay.open(REQUEST);
    const second = pair.relay.open(REQUEST);
    void first.write(pattern(BATCH_BYTES - 1));
    void second.write(pattern(BATCH_BYTES - 1));
    pair.flush();
    const message = pair.relayWire.messages[0];
    const order = message === undefined ? [] : dataStreams(message);
    expect(order.slice(0, 4)).toEqual([first.id, second.id, first.id, second.id]);
  });

  it("asks a writer to wait for room, and lets it go on", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    pair.settle();
    let waits = 0;
    const writing = (async () => {
      for (let index = 0; index < 100; index += 1) {
        const room = call.write(pattern(MAX_DATA_BYTES));
        if (room !== undefined) {
          waits += 1;
          await room;
        }
      }
      call.end();
    })();
    const body = collect(only(pair));
    await pair.quiet(300);
    await writing;
    expect(waits).toBeGreaterThan(0);
    expect(body.bytes()).toHaveLength(100 * MAX_DATA_BYTES);
  });

  it("tells the peer of a reset with its code and text, and forgets late frames of it", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    pair.settle();
    const answer = only(pair);
    answer.respond({ status: 200, h: [] });
    void answer.write(pattern(10));
    call.reset(GrpcStatus.cancelled, "the client has gone");
    pair.settle();
    expect(answer.signal.aborted).toBe(true);
    expect(answer.signal.reason).toEqual(new StreamReset(GrpcStatus.cancelled, "the client has gone"));
    expect(pair.relay.isOpen).toBe(true);
    expect(pair.relay.stats.streams + pair.page.stats.streams).toBe(0);
    await expect(call.response).rejects.toMatchObject({ code: GrpcStatus.cancelled });
  });

  it("hands out what came before a reset, and then says that it is not the whole", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    void call.write(pattern(10));
    pair.settle();
    call.reset(GrpcStatus.cancelled, "gone");
    pair.settle();
    const body = collect(only(pair));
    await body.done;
    expect(body.bytes()).toEqual(pattern(10));
    expect(body.error).toMatchObject({ code: GrpcStatus.cancelled });
  });

  it("can deliver what is queued before it resets", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    const total = pattern(1024 * 1024);
    void call.write(total);
    call.reset(GrpcStatus.cancelled, "gone", { afterFlush: true });
    void call.write(pattern(10));
    pair.settle();
    const body = collect(only(pair));
    await pair.quiet(60);
    await body.done;
    expect(Buffer.compare(body.bytes(), total)).toBe(0);
    expect(body.error).toMatchObject({ code: GrpcStatus.cancelled });
    expect(await call.closed).toMatchObject({ code: GrpcStatus.cancelled });
    expect(pair.relay.stats.streams + pair.page.stats.streams).toBe(0);
  });

  it("that is answered to its end tells its opener to stop, with all of the answer delivered first", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    void call.write(pattern(1024 * 1024));
    await pair.quiet();
    const answer = only(pair);
    const sent = pattern(1024 * 1024, 2);
    answer.respond({ status: 200, h: [] });
    void answer.write(sent);
    answer.end([["grpc-status", "0"]], { stop: true });
    await pair.quiet();
    const body = collect(call);
    await pair.quiet(60);
    await body.done;
    expect(body.error).toBeUndefined();
    expect(Buffer.compare(body.bytes(), sent)).toBe(0);
    expect(call.trailers).toEqual([["grpc-status", "0"]]);
    expect(await call.closed).toMatchObject({ code: 0, message: "the answer is whole" });
    expect(pair.relay.stats.streams + pair.page.stats.streams).toBe(0);
  });

  it("that is answered to its end is over without a word when its opener has stopped before", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    call.end();
    await pair.quiet();
    const answer = only(pair);
    answer.respond({ status: 200, h: [] });
    answer.end([], { stop: true });
    await pair.quiet();
    expect(await call.closed).toBeUndefined();
    expect(await answer.closed).toBeUndefined();
    expect(pair.relay.stats.streams + pair.page.stats.streams).toBe(0);
  });

  it("resets at once when delivering takes too long for its owner", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    void call.write(pattern(1024 * 1024));
    call.reset(GrpcStatus.cancelled, "gone", { afterFlush: true });
    pair.settle();
    expect(only(pair).signal.aborted).toBe(false);
    call.reset(GrpcStatus.cancelled, "gone");
    pair.settle();
    expect(only(pair).signal.aborted).toBe(true);
    expect(pair.relay.stats.streams + pair.page.stats.streams).toBe(0);
  });

  it("lets a consumer leave a body unread and the peer finish all the same", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    pair.settle();
    const answer = only(pair);
    for await (const _ of unread(answer)) break;
    void call.write(pattern(3 * 1024 * 1024));
    call.end();
    answer.respond({ status: 200, h: [] });
    answer.end();
    await pair.quiet();
    expect(await call.closed).toBeUndefined();
    expect(pair.page.stats.streams).toBe(0);
  });

  it("ends all streams with UNAVAILABLE and the reason when the peer ends it", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    pair.settle();
    pair.relay.closedByPeer(1001, "the page was closed");
    expect(await call.closed).toMatchObject({
      code: GrpcStatus.unavailable,
      message: "the page was closed",
    });
    expect(await pair.relay.closed).toEqual({ code: 1001, reason: "the page was closed", byUs: false });
    expect(() => pair.relay.open(REQUEST)).toThrow("the tunnel is not open");
  });

  it("answers a ping", () => {
    const pair = new TunnelPair();
    const before = pair.relay.stats.receivedMessages;
    pair.relay.ping();
    pair.settle();
    expect(pair.relay.stats.receivedMessages).toBe(before + 1);
  });

  it("refuses one stream too many and keeps the others", async () => {
    const pair = new TunnelPair({ page: { maxStreams: 2 } });
    const calls = [pair.relay.open(REQUEST), pair.relay.open(REQUEST), pair.relay.open(REQUEST)];
    pair.settle();
    expect(await calls[2]?.closed).toMatchObject({ code: GrpcStatus.resourceExhausted });
    expect(pair.page.stats.streams).toBe(2);
  });

  it("acknowledges messages", async () => {
    const pair = new TunnelPair();
    for (let index = 0; index < 200; index += 1) {
      pair.relay.ping();
      pair.settle();
    }
    expect(pair.relay.stats.acknowledgedMessages).toBeGreaterThan(100);
  });

  it("refuses a request with more headers than fit, and keeps the others", async () => {
    const pair = new TunnelPair();
    const other = pair.relay.open(REQUEST);
    expect(() => pair.relay.open({ ...REQUEST, h: [["x", '"'.repeat(40_000)]] })).toThrow(/send less/);
    pair.settle();
    only(pair).respond({ status: 200, h: [] }, { end: true });
    pair.settle();
    expect((await other.response).status).toBe(200);
  });

  it("resets a stream whose answer has more headers than fit, and keeps the others", async () => {
    const pair = new TunnelPair();
    const heads = pair.relay.open(REQUEST, { end: true });
    pair.settle();
    only(pair).respond({ status: 200, h: [["x", "y".repeat(70_000)]] });
    const trailers = pair.relay.open(REQUEST, { end: true });
    pair.settle();
    only(pair).respond({ status: 200, h: [] });
    only(pair).end([["x", "y".repeat(70_000)]]);
    pair.settle();
    expect(await heads.closed).toMatchObject({ code: GrpcStatus.internal });
    expect(await trailers.closed).toMatchObject({ code: GrpcStatus.internal });
    expect(pair.relay.isOpen && pair.page.isOpen).toBe(true);
  });

  it("opens nothing more to a peer that does not read, and cuts off one that goes on sending", () => {
    const pair = new TunnelPair({ relay: { replayBytes: 2 * 1024 * 1024 } });
    pair.relayWire.bufferedAmount = 5 * 1024 * 1024;
    expect(() => pair.relay.open(REQUEST)).toThrow(/does not keep up/);
    const ping = encodeMessage([{ type: FrameType.ping, flags: 0, stream: 0, payload: new Uint8Array(8) }]);
    // It asks and asks, and takes no answer.
    while (pair.relayWire.closed === undefined && pair.relayWire.bytesSent < 4 * 1024 * 1024) {
      for (let count = 0; count < 1000; count += 1) pair.relayLink.receive(ping);
      pair.flush();
    }
    expect(pair.relayWire.closed).toMatchObject({
      code: CloseCode.limit,
      reason: expect.stringMatching(/more than 2097152 bytes/),
    });
  });

  it("pauses its streams while the connection is away, and goes on where it was", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    const sent = pattern(1_000_000);
    void call.write(sent.subarray(0, 400_000));
    pair.step();
    pair.step();
    const got = collect(only(pair));
    pair.cut();
    expect([pair.relay.isOpen, pair.page.isOpen, pair.relay.isOver]).toEqual([false, false, false]);
    void call.write(sent.subarray(400_000));
    call.end();
    await pair.quiet();
    expect(got.bytes().length).toBeLessThan(sent.length);
    pair.connect();
    await pair.quiet();
    expect(Buffer.compare(got.bytes(), sent)).toBe(0);
    expect(pair.timers.size, "nobody waits for the end of the grace time").toBe(0);
  });

  it("opens nothing while the connection is away", () => {
    const pair = new TunnelPair();
    pair.cut();
    expect(() => pair.relay.open(REQUEST)).toThrow("the tunnel is not open");
    pair.connect();
    expect(() => pair.relay.open(REQUEST)).not.toThrow();
  });

  it("is over when nobody comes back within the grace time, and says so", async () => {
    const pair = new TunnelPair({ relay: { graceMs: 10_000 } });
    const call = pair.relay.open(REQUEST);
    pair.settle();
    pair.cut();
    pair.timers.advance(9_999);
    expect(pair.relay.isOver).toBe(false);
    pair.timers.advance(1);
    expect(await call.closed).toMatchObject({
      code: GrpcStatus.unavailable,
      message: "the connection to the page was lost, and it did not come back within 10 s",
    });
    expect(await pair.relay.closed).toMatchObject({ code: CloseCode.lost });
  });

  it("is over when more is held for an absent peer than the bound allows", async () => {
    const pair = new TunnelPair({ page: { replayBytes: 1024 * 1024 } });
    for (let call = 0; call < 30; call += 1) pair.relay.open(REQUEST);
    pair.settle();
    pair.cut();
    for (const stream of pair.accepted) stream.respond({ status: 200, h: [["x", "y".repeat(50_000)]] });
    expect(await pair.page.closed).toMatchObject({ code: CloseCode.limit });
    expect(pair.page.stats.streams).toBe(0);
  });

  it("sends no message that a peer does not take, however much it has to say after an absence", async () => {
    const pair = new TunnelPair();
    const calls = Array.from({ length: 200 }, () => pair.relay.open(REQUEST));
    pair.settle();
    pair.cut();
    for (const stream of pair.accepted) {
      stream.respond({ status: 200, h: [["x", "y".repeat(20_000)]] });
      stream.end([["grpc-status", "0"]]);
    }
    pair.connect();
    pair.flush();
    expect(Math.max(...pair.pageWire.messages.map(({ length }) => length))).toBeLessThan(MAX_MESSAGE_BYTES);
    await pair.quiet(40);
    for (const call of calls) expect((await call.response).status).toBe(200);
  });

  it("takes an ACK in a message that is sent again for what it is: old", () => {
    const pair = new TunnelPair({ page: { ackEveryMessages: 2 } });
    for (const round of [1, 2, 3]) {
      for (let count = 0; count < round; count += 1) pair.relay.ping();
      pair.settle();
    }
    // The page's last messages, with ACKs in them, are lost on their way; HELLO says more than they do.
    pair.relay.ping();
    pair.flush();
    pair.pageLink.receive(pair.relayWire.messages.shift() ?? new Uint8Array());
    pair.relay.ping();
    pair.flush();
    pair.pageLink.receive(pair.relayWire.messages.shift() ?? new Uint8Array());
    pair.flush();
    expect(pair.pageWire.messages.length).toBeGreaterThan(0);
    pair.cut();
    pair.connect();
    pair.settle();
    expect(pair.relay.isOpen && pair.page.isOpen).toBe(true);
  });

  it("takes nothing more from a connection that a newer one has replaced", () => {
    const pair = new TunnelPair();
    pair.relay.ping();
    pair.flush();
    const [late] = pair.relayWire.messages;
    const { pageLink, pageWire } = pair;
    pair.connect();
    expect(pageWire.closed?.code).toBe(CloseCode.replaced);
    pair.settle();
    const { received } = pair.page;
    if (late !== undefined) pageLink.receive(late);
    pageLink.lost();
    expect(pair.page.received).toBe(received);
    expect(pair.page.isOpen).toBe(true);
  });

  it("keeps hardly more for a replay than a window, however much goes through", async () => {
    const pair = new TunnelPair();
    const call = pair.relay.open(REQUEST);
    pair.settle();
    const got = collect(only(pair));
    let most = 0;
    for (let round = 0; round < 200; round += 1) {
      void call.write(pattern(100_000, round));
      await pair.quiet(1);
      most = Math.max(most, pair.relay.stats.keptBytes);
    }
    call.end();
    await pair.quiet(400);
    expect(got.bytes().length).toBe(20_000_000);
    expect(most).toBeLessThan(DEFAULT_TUNNEL_LIMITS.connectionWindowBytes + 4 * ACK_EVERY_BYTES);
  });

  const broken: [string, Uint8Array, RegExp][] = [
    ["a cut header", new Uint8Array(5), /inside a frame header/],
    ["a cut payload", Uint8Array.of(0, 0, 9, 0, 0, 0, 0, 0, 1), /inside a frame/],
    ["an unknown type", Uint8Array.of(0, 0, 0, 99, 0, 0, 0, 0, 0), /type 99/],
    ["a body frame above 64 KiB", new Uint8Array([1, 0, 1, 0, 0, 0, 0, 0, 1]), /65536 are allowed/],
    ["an OPEN that is not JSON", message(FrameType.open, 1, "nonsense"), /OPEN is not JSON/],
    ["an OPEN without a path", message(FrameType.open, 1, '{"method":"POST","h":[]}'), /method or a path/],
    [
      "an OPEN with a number for a header",
      message(FrameType.open, 1, '{"method":"POST","path":"/","h":[["a",1]]}'),
      /pair of texts/,
    ],
    [
      "an OPEN with an id of the page's",
      message(FrameType.open, 2, '{"method":"POST","path":"/","h":[]}'),
      /stream id 2/,
    ],
    ["DATA for the connection", message(FrameType.data, 0, "x"), /no stream/],
    [
      "a WINDOW of nothing",
      encodeMessage([{ type: FrameType.window, flags: 0, stream: 0, payload: new Uint8Array(4) }]),
      /grants nothing/,
    ],
    [
      "an ACK of what was never sent",
      encodeMessage([{ type: FrameType.ack, flags: 0, stream: 0, payload: Uint8Array.of(0, 1, 0, 0) }]),
      /ACK 65536 is beyond/,
    ],
    ["a second HELLO", message(FrameType.hello, 0, "{}"), /second HELLO/],
    ["a PING of another size", message(FrameType.ping, 0, "x"), /8 bytes/],
  ];
  for (const [what, bytes, sentence] of broken) {
    it(`closes with a code and a sentence on ${what}`, async () => {
      const pair = new TunnelPair();
      pair.pageLink.receive(bytes);
      expect(pair.pageWire.closed?.code).toBe(CloseCode.protocolError);
      expect(pair.pageWire.closed?.reason).toMatch(sentence);
      expect((await pair.page.closed).byUs).toBe(true);
    });
  }

  it("closes on more bytes than the window allows", () => {
    const pair = new TunnelPair({ page: { streamWindowBytes: MAX_DATA_BYTES } });
    pair.relay.open(REQUEST);
    pair.settle();
    const frame = { type: FrameType.data, flags: 0, stream: 1, payload: new Uint8Array(MAX_DATA_BYTES) };
    pair.pageLink.receive(encodeMessage([frame]));
    expect(pair.page.isOpen).toBe(true);
    pair.pageLink.receive(encodeMessage([{ ...frame, payload: new Uint8Array(1) }]));
    expect(pair.pageWire.closed?.reason).toMatch(/exceeds its window/);
  });

  it("drops frames of streams that it does not know", () => {
    const pair = new TunnelPair();
    for (const type of [FrameType.data, FrameType.rst]) {
      pair.pageLink.receive(
        encodeMessage([{ type, flags: Flag.end, stream: 77, payload: new Uint8Array(4) }]),
      );
    }
    pair.pageLink.receive(message(FrameType.headers, 77, '{"status":200,"h":[]}'));
    expect(pair.page.isOpen).toBe(true);
  });

  it("carries any mix of streams and chunk sizes whole and in order, with any window", {
    timeout: fuzzTimeoutMs(),
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 180_000 }), { maxLength: 6 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.constantFrom(64 * 1024, 80_000, 512 * 1024),
        fc.constantFrom(64 * 1024, 100_000, 512 * 1024),
        async (streams, streamWindowBytes, connectionWindowBytes) => {
          const pair = new TunnelPair({ page: { streamWindowBytes, connectionWindowBytes } });
          const calls = streams.map(() => pair.relay.open(REQUEST));
          pair.settle();
          const bodies = pair.accepted.map(collect);
          for (const [index, sizes] of streams.entries()) {
            for (const [turn, size] of sizes.entries())
              void calls[index]?.write(pattern(size, index * 10 + turn));
            calls[index]?.end();
          }
          await pair.quiet(60);
          for (const [index, sizes] of streams.entries()) {
            const expected = concat(sizes.map((size, turn) => pattern(size, index * 10 + turn)));
            await bodies[index]?.done;
            expect(Buffer.compare(bodies[index]?.bytes() ?? new Uint8Array(), expected)).toBe(0);
          }
        },
      ),
      fuzzSettings(40),
    );
  });
});

function message(type: (typeof FrameType)[keyof typeof FrameType], stream: number, text: string): Uint8Array {
  return encodeMessage([{ type, flags: 0, stream, payload: new TextEncoder().encode(text) }]);
}

function dataStreams(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const streams: number[] = [];
  for (let at = 0; at < bytes.length; at += 9 + (view.getUint32(at) >>> 8)) {
    if (view.getUint8(at + 3) === FrameType.data) streams.push(view.getUint32(at + 5));
  }
  return streams;
}

/** A body as an iterable of one empty turn, so that leaving the loop is leaving it unread. */
async function* unread(stream: TunnelStream): AsyncGenerator<undefined> {
  const iterator = stream.body[Symbol.asyncIterator]();
  try {
    yield undefined;
  } finally {
    await iterator.return?.();
  }
}
