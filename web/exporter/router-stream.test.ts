import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../drivers/base/byte-stream.ts";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import {
  FrameType,
  type StreamRequest,
  StreamRequestSchema,
} from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import {
  CLIENT_END_GRACE_MS,
  carry,
  DELIVERY_STALL_MS,
  MAX_PAYLOAD_BYTES,
  parseStreamTarget,
  type StreamFrame,
} from "./router-stream.ts";

/** A device whose two sides a test holds in its hand. */
function device(options: { takes?: (bytes: Uint8Array) => Promise<void> } = {}) {
  const taken: number[] = [];
  let out: ReadableStreamDefaultController<Uint8Array> | undefined;
  const state = { closed: false, cancelled: false };
  const stream: ByteStream = {
    readable: new ReadableStream({
      start: (controller) => {
        out = controller;
      },
      cancel: () => {
        state.cancelled = true;
      },
    }),
    writable: new WritableStream({
      write: async (bytes) => {
        await options.takes?.(bytes);
        taken.push(...bytes);
      },
      close: () => {
        state.closed = true;
      },
    }),
  };
  return { stream, taken, state, says: (bytes: Uint8Array) => out?.enqueue(bytes), ends: () => out?.close() };
}

function data(...payload: number[]): StreamRequest {
  return create(StreamRequestSchema, { payload: Uint8Array.from(payload), frameType: FrameType.DATA });
}

const GOAWAY = create(StreamRequestSchema, { frameType: FrameType.GOAWAY });

/** A client that says these and then stays silent, until the signal breaks its stream. */
async function* client(frames: readonly StreamRequest[], signal: AbortSignal): AsyncGenerator<StreamRequest> {
  yield* frames;
  signal.throwIfAborted();
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

async function collect(responses: AsyncIterable<StreamFrame>): Promise<StreamFrame[]> {
  const all: StreamFrame[] = [];
  for await (const response of responses) all.push(response);
  return all;
}

/** Nobody is put out here; sharing.test.ts does that. */
const isMeant = (): boolean => true;

const turns = async (): Promise<void> => {
  for (let index = 0; index < 20; index += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe("carry()", () => {
  it("goes on reading the device after the client has ended its side", async () => {
    const { stream, taken, state, says, ends } = device();
    const abort = new AbortController();
    const options = {
      signal: abort.signal,
      clock: new ManualClock(),
      isMeant,
      onUndelivered: () => undefined,
    };
    const responses = collect(carry(stream, client([data(1, 2), GOAWAY], abort.signal), options));
    await turns();
    expect(state.closed).toBe(true);
    expect(taken).toEqual([1, 2]);
    says(Uint8Array.of(9));
    ends();
    const all = await responses;
    expect(all.map(({ frameType, payload }) => [frameType, [...payload]])).toEqual([
      [FrameType.DATA, [9]],
      [FrameType.GOAWAY, []],
    ]);
  });

  it("splits what is larger than a frame, and loses nothing of it", async () => {
    const { stream, says, ends } = device();
    const abort = new AbortController();
    const options = {
      signal: abort.signal,
      clock: new ManualClock(),
      isMeant,
      onUndelivered: () => undefined,
    };
    const responses = collect(carry(stream, client([GOAWAY], abort.signal), options));
    const large = Uint8Array.from({ length: 3 * MAX_PAYLOAD_BYTES + 5 }, (_, index) => index % 251);
    says(large);
    ends();
    const payloads = (await responses).map(({ payload }) => payload);
    expect(Math.max(...payloads.map(({ length }) => length))).toBe(MAX_PAYLOAD_BYTES);
    expect(Buffer.compare(Buffer.concat(payloads), large)).toBe(0);
  });

  it("gives a client a moment to end its side after the device has ended", async () => {
    const { stream, ends } = device();
    const abort = new AbortController();
    const clock = new ManualClock();
    let over = false;
    const options = { signal: abort.signal, clock, isMeant, onUndelivered: () => undefined };
    const responses = collect(carry(stream, client([], abort.signal), options)).then(() => {
      over = true;
    });
    ends();
    await turns();
    expect(over).toBe(false);
    await clock.advance(CLIENT_END_GRACE_MS);
    await responses;
  });

  it("writes out what a client sent before it went away", async () => {
    const open = Promise.withResolvers<void>();
    const { stream, taken, state } = device({ takes: () => open.promise });
    const abort = new AbortController();
    let undelivered = false;
    const options = {
      signal: abort.signal,
      clock: new ManualClock(),
      isMeant,
      onUndelivered: () => {
        undelivered = true;
      },
    };
    const responses = collect(carry(stream, client([data(1), data(2), data(3)], abort.signal), options));
    await turns();
    abort.abort(new Error("the client has gone"));
    await turns();
    expect(taken).toEqual([]);
    open.resolve();
    await responses;
    expect(taken).toEqual([1, 2, 3]);
    expect(state).toEqual({ closed: true, cancelled: true });
    expect(undelivered).toBe(false);
  });

  it("gives up on a device that takes nothing more of a client that has gone, and says so", async () => {
    const { stream } = device({ takes: () => new Promise(() => undefined) });
    const abort = new AbortController();
    const clock = new ManualClock();
    let undelivered = 0;
    const options = {
      signal: abort.signal,
      clock,
      isMeant,
      onUndelivered: () => {
        undelivered += 1;
      },
    };
    const responses = collect(carry(stream, client([data(1)], abort.signal), options));
    await turns();
    abort.abort(new Error("the client has gone"));
    await turns();
    await clock.advance(DELIVERY_STALL_MS);
    await responses;
    expect(undelivered).toBe(1);
  });

  it("ends with the fault of a request that cannot be read, and lets go of the device", async () => {
    const { stream, taken, state } = device();
    async function* broken(): AsyncGenerator<StreamFrame> {
      yield data(1);
      throw new Error("a message of 5000000 bytes is above the limit");
    }
    const options = {
      signal: new AbortController().signal,
      clock: new ManualClock(),
      isMeant,
      onUndelivered: () => undefined,
    };
    await expect(collect(carry(stream, broken(), options))).rejects.toThrow("above the limit");
    expect(taken).toEqual([1]);
    expect(state).toEqual({ closed: true, cancelled: true });
  });

  it("tells the client when the device refuses a write", async () => {
    const { stream, ends } = device({ takes: () => Promise.reject(new Error("the line is cut")) });
    const abort = new AbortController();
    const options = {
      signal: abort.signal,
      clock: new ManualClock(),
      isMeant,
      onUndelivered: () => undefined,
    };
    const responses = collect(carry(stream, client([data(1), GOAWAY], abort.signal), options));
    const failed = expect(responses).rejects.toThrow("the line is cut");
    await turns();
    ends();
    await failed;
  });
});

describe("parseStreamTarget()", () => {
  it("reads what clients send", () => {
    expect(parseStreamTarget('{"kind":"driver","uuid":"u","method":"connect"}')).toEqual({
      kind: "driver",
      uuid: "u",
      method: "connect",
    });
  });

  for (const [encoding, expected] of [
    ["", null],
    [',"x_jmp_content_encoding":null', null],
    [',"x_jmp_content_encoding":""', null],
    [',"x_jmp_content_encoding":"zstd"', "zstd"],
    [',"x_jmp_content_encoding":"lz4"', "lz4"],
  ] as const) {
    it(`reads a file with encoding ${expected} of {…${encoding}}`, () =>
      expect(parseStreamTarget(`{"kind":"resource","uuid":"u"${encoding}}`)).toEqual({
        kind: "resource",
        uuid: "u",
        encoding: expected,
      }));
  }

  for (const [text, sentence] of [
    [null, /is missing/],
    ["{", /not JSON/],
    ["null", /kind undefined/],
    ['{"kind":"file","uuid":"u"}', /kind "file"/],
    ['{"kind":"resource","x_jmp_content_encoding":null}', /lacks a uuid/],
    ['{"kind":"resource","uuid":"u","x_jmp_content_encoding":7}', /content encoding 7: that is no name/],
    ['{"kind":"resource","uuid":"u","x_jmp_content_encoding":"gzip\\r\\nx: y"}', /that is no name/],
    ['{"kind":"driver","uuid":1,"method":"m"}', /lacks a uuid/],
  ] as const) {
    it(`refuses ${text} with a sentence`, () => expect(() => parseStreamTarget(text)).toThrow(sentence));
  }
});
