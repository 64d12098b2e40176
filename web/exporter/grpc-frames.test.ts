import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FrameType,
  StreamRequestSchema,
  StreamResponseSchema,
} from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import { fuzzSettings, fuzzTimeoutMs } from "../../proto/tunnel/testing/fuzz.ts";
import { encodeFrameHead, readFrames } from "./grpc-frames.ts";
import type { StreamFrame } from "./router-stream.ts";

/** A gRPC message around what the generated code writes. */
function message(frame: StreamFrame): Uint8Array {
  const body = toBinary(StreamRequestSchema, create(StreamRequestSchema, frame));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

async function* chunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(bytes: Uint8Array, sizes: readonly number[] = [bytes.length]): Promise<StreamFrame[]> {
  const frames: StreamFrame[] = [];
  for await (const { frameType, payload } of readFrames(chunks(bytes, sizes)))
    frames.push({ frameType, payload });
  return frames;
}

const DATA = { frameType: FrameType.DATA, payload: Uint8Array.of(1, 2, 3) };

describe("readFrames()", () => {
  it("reads what the generated code writes, in any chunking", { timeout: fuzzTimeoutMs() }, async () => {
    const frame = fc.record({
      frameType: fc.constantFrom(FrameType.DATA, FrameType.GOAWAY, FrameType.PING, FrameType.RST_STREAM),
      payload: fc.uint8Array({ maxLength: 400 }),
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 6 }), sizes, async (frames, chunkSizes) => {
        const read_ = await read(Buffer.concat(frames.map(message)), chunkSizes);
        expect(read_.map(({ frameType, payload }) => [frameType, [...payload]])).toEqual(
          frames.map(({ frameType, payload }) => [frameType, [...payload]]),
        );
      }),
      fuzzSettings(),
    );
  });

  it("hands out a payload that lies in one chunk without a copy", async () => {
    const bytes = message(DATA);
    const [frame] = await read(bytes);
    expect(frame?.payload.buffer).toBe(bytes.buffer);
  });

  it("hands out a payload that lies in several chunks in views of them, and whole when it is asked for", async () => {
    const payload = Uint8Array.from({ length: 1000 }, (_, index) => index);
    const bytes = message({ frameType: FrameType.DATA, payload });
    for await (const frame of readFrames(chunks(bytes, [500, 400]))) {
      expect(frame.pieces?.map(({ length }) => length)).toEqual([500 - 5 - 3, 400, 1008 - 900]);
      for (const piece of frame.pieces ?? []) expect(piece.buffer).toBe(bytes.buffer);
      expect(frame.payload).toEqual(payload);
    }
  });

  it("puts a message together that comes drop by drop, and keeps no chunk for it", async () => {
    const payload = Uint8Array.from({ length: 1000 }, (_, index) => index);
    const twice = Buffer.concat([message({ frameType: FrameType.DATA, payload }), message(DATA)]);
    const frames: StreamFrame[] = [];
    for await (const frame of readFrames(chunks(twice, [7]))) frames.push(frame);
    expect(frames.map(({ pieces }) => pieces)).toEqual([undefined, undefined]);
    expect(frames.map((frame) => frame.payload)).toEqual([payload, DATA.payload]);
  });

  it("skips fields that it does not know", async () => {
    const body = Uint8Array.of(0x18, 7, ...toBinary(StreamRequestSchema, create(StreamRequestSchema, DATA)));
    const frames = await read(Uint8Array.of(0, 0, 0, 0, body.length, ...body));
    expect(frames.map(({ payload }) => [...payload])).toEqual([[1, 2, 3]]);
  });

  for (const [what, bytes, code] of [
    ["is compressed", [1, 0, 0, 0, 1, 0], Code.Internal],
    ["is above 4 MiB", [0, 0x00, 0x40, 0x00, 0x01], Code.ResourceExhausted],
    ["ends too early", [0, 0, 0, 0, 9, 0x0a], Code.Internal],
    ["ends inside its prefix", [0, 0], Code.Internal],
    ["is not protobuf", [0, 0, 0, 0, 2, 0x0a, 0x7f], Code.Internal],
  ] as const) {
    it(`refuses a message that ${what}`, async () => {
      await expect(read(Uint8Array.from(bytes))).rejects.toMatchObject({ code });
    });
  }
});

describe("encodeFrameHead()", () => {
  for (const length of [1, 127, 128, 16_383, 16_384, 65_536, 2_097_152]) {
    it(`makes a message of ${length} bytes that the generated code writes alike`, () => {
      const frame = { frameType: FrameType.DATA, payload: new Uint8Array(length).fill(7) };
      const body = toBinary(StreamResponseSchema, create(StreamResponseSchema, frame));
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(body.length, 1);
      const made = Buffer.concat([encodeFrameHead(frame), frame.payload]);
      expect(Buffer.compare(made, Buffer.concat([prefix, body]))).toBe(0);
    });
  }

  it("makes a GOAWAY", () => {
    const frame = { frameType: FrameType.GOAWAY, payload: new Uint8Array(0) };
    const body = toBinary(StreamResponseSchema, create(StreamResponseSchema, frame));
    expect([...encodeFrameHead(frame)]).toEqual([0, 0, 0, 0, body.length, ...body]);
  });
});
