import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMessage, encodeMessage, encodeU32, type Frame, FrameType } from "./frame.ts";
import { decodeHello } from "./handshake.ts";
import {
  encodeJson,
  encodeReset,
  parseGoaway,
  parseHello,
  parseRequestHead,
  parseReset,
  parseResponseHead,
  parseTrailers,
  parseU32,
} from "./heads.ts";
import { FRAME_HEADER_BYTES, MAX_MESSAGE_BYTES } from "./limits.ts";
import { TunnelProtocolError } from "./protocol-error.ts";
import { damaged, fuzzSettings, fuzzTimeoutMs } from "./testing/fuzz.ts";
import { CORPUS } from "./testing/fuzz-corpus.ts";
import { TunnelPair } from "./testing/pair.ts";
import { CloseCode, GrpcStatus, type HeaderList } from "./types.ts";
import { closeReason } from "./web-socket.ts";

/** Sentences of errors go into logs and close frames: a peer must not make them long. */
const MAX_SENTENCE_CHARACTERS = 200;

/** Each parser, with the bytes that its result becomes again. */
const PARSERS: Readonly<Record<string, (payload: Uint8Array) => Uint8Array>> = {
  message: (bytes) => encodeMessage(decodeMessage(bytes)),
  OPEN: (payload) => encodeJson(parseRequestHead(payload)),
  HEADERS: (payload) => encodeJson(parseResponseHead(payload)),
  trailers: (payload) => encodeJson({ h: parseTrailers(payload) }),
  GOAWAY: (payload) => encodeJson(parseGoaway(payload)),
  HELLO: (payload) => encodeJson(parseHello(payload)),
  RST: (payload) => {
    const { code, message } = parseReset(payload);
    return encodeReset(code, message);
  },
  ACK: (payload) => encodeU32(parseU32(payload, "ACK")),
};

/** Either it is taken, and what was taken says the same again, or it is refused with a sentence. Nothing else. */
function takenOrRefused(parser: string, bytes: Uint8Array): void {
  const parse = PARSERS[parser];
  if (parse === undefined) throw new Error(`there is no parser ${parser}`);
  let again: Uint8Array;
  try {
    again = parse(bytes);
  } catch (error) {
    if (!(error instanceof TunnelProtocolError)) throw error;
    if (error.message.length > MAX_SENTENCE_CHARACTERS) throw new Error(`${error.message.length} characters`);
    return;
  }
  // A frame is its bytes. JSON may be written in many ways: what was understood stays the same.
  if (parser === "message") expect(Buffer.compare(again, bytes)).toBe(0);
  else expect(Buffer.compare(parse(again), again)).toBe(0);
}

const name = fc.stringMatching(/^[a-z-]{1,20}$/);
const headers: fc.Arbitrary<HeaderList> = fc.array(fc.tuple(name, fc.string({ maxLength: 40 })), {
  maxLength: 5,
});
const hello = fc.record(
  {
    v: fc.constant(1 as const),
    role: fc.constantFrom("page" as const, "relay" as const),
    instance: fc.uuid(),
    windows: fc.record({
      stream: fc.integer({ min: 60_000, max: 20_000_000 }),
      connection: fc.integer({ min: 60_000, max: 20_000_000 }),
    }),
    received: fc.nat(),
    dial: fc.nat(),
    tunnel: fc.uuid(),
    exporter: fc.record({ uuid: fc.uuid(), name }),
    attachToken: fc.string(),
    takeOver: fc.boolean(),
  },
  { requiredKeys: ["v", "role", "instance", "windows", "received"] },
);

const VALID: Readonly<Record<string, fc.Arbitrary<Uint8Array>>> = {
  OPEN: fc.record({ method: name, path: fc.string(), h: headers }).map(encodeJson),
  HEADERS: fc.record({ status: fc.integer({ min: 200, max: 599 }), h: headers }).map(encodeJson),
  trailers: fc.record({ h: headers }).map(encodeJson),
  GOAWAY: fc.record({ last: fc.nat(), code: fc.nat(16), text: fc.string() }).map(encodeJson),
  HELLO: hello.map(encodeJson),
  RST: fc.tuple(fc.nat(16), fc.string()).map(([code, text]) => encodeReset(code, text)),
  ACK: fc.nat().map(encodeU32),
};

const anyJson = fc.json().map((text) => new TextEncoder().encode(text));

/** JSON with the right names and anything below them: what gets past the first checks. */
const likeAHead = fc
  .dictionary(
    fc.constantFrom(
      "v",
      "role",
      "instance",
      "windows",
      "received",
      "dial",
      "tunnel",
      "exporter",
      "attachToken",
      "takeOver",
      "method",
      "path",
      "status",
      "h",
      "last",
      "code",
      "text",
    ),
    fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<fc.JsonValue>(1, "page", {}, [], [["a", "b"]], { stream: 65_536, connection: 65_536 }),
    ),
  )
  .map((value) => new TextEncoder().encode(JSON.stringify(value)));

const payloadOf: Readonly<Record<number, fc.Arbitrary<Uint8Array>>> = {
  [FrameType.data]: fc.uint8Array({ maxLength: 200 }),
  [FrameType.open]: VALID.OPEN ?? anyJson,
  [FrameType.headers]: fc.oneof(VALID.HEADERS ?? anyJson, VALID.trailers ?? anyJson),
  [FrameType.rst]: VALID.RST ?? anyJson,
  [FrameType.hello]: VALID.HELLO ?? anyJson,
  [FrameType.ack]: fc.nat(5).map(encodeU32),
  [FrameType.ping]: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  [FrameType.goaway]: VALID.GOAWAY ?? anyJson,
  [FrameType.window]: fc.nat(100_000).map(encodeU32),
};

/** Frames that mean something, most of them on streams that exist. */
const frame: fc.Arbitrary<Frame> = fc
  .tuple(fc.constantFrom(...Object.values(FrameType)), fc.nat(3), fc.nat(8))
  .chain(([type, flags, stream]) =>
    (payloadOf[type] ?? anyJson).map((payload) => ({ type, flags, stream, payload })),
  );
const message = fc.array(frame, { maxLength: 8 }).map((frames) => encodeMessage(frames));

describe("bytes from a peer that means no good", { timeout: fuzzTimeoutMs() }, () => {
  for (const [why, parser, bytes] of CORPUS) {
    it(`are taken or refused: ${why}`, () => {
      takenOrRefused(parser, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    });
  }

  it("are taken apart as a message, or refused", () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 400 }), message, damaged(message));
    fc.assert(
      fc.property(bytes, (each) => takenOrRefused("message", each)),
      fuzzSettings(3000),
    );
  });

  for (const [parser, valid] of Object.entries(VALID)) {
    it(`are understood as ${parser}, or refused`, () => {
      const bytes = fc.oneof(fc.uint8Array({ maxLength: 100 }), anyJson, likeAHead, valid, damaged(valid));
      fc.assert(
        fc.property(bytes, (each) => takenOrRefused(parser, each)),
        fuzzSettings(1500),
      );
    });
  }

  it("are a HELLO, or refused", () => {
    const valid = hello.map((value) =>
      encodeMessage([{ type: FrameType.hello, flags: 0, stream: 0, payload: encodeJson(value) }]),
    );
    fc.assert(
      fc.property(fc.oneof(valid, damaged(valid), message), (bytes) => {
        try {
          expect(decodeHello(bytes, "page").role).toBe("page");
        } catch (error) {
          if (!(error instanceof TunnelProtocolError)) throw error;
        }
      }),
      fuzzSettings(1500),
    );
  });

  it("end a tunnel with a code and a sentence, or leave it open; they never throw, and never make it keep much", () => {
    const messages = fc.array(fc.oneof({ weight: 4, arbitrary: message }, damaged(message)), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(messages, fc.constantFrom("relayLink" as const, "pageLink" as const), (sent, victim) => {
        const pair = new TunnelPair({
          onRelayStream: (stream) => stream.reset(GrpcStatus.unimplemented, "none"),
        });
        const call = pair.relay.open({ method: "POST", path: "/", h: [] });
        // It ends with the tunnel, or not at all: nobody here waits for it.
        call.response.catch(() => undefined);
        pair.settle();
        for (const each of sent) pair[victim].receive(each);
        pair.settle();
        const [tunnel, wire] =
          victim === "relayLink" ? [pair.relay, pair.relayWire] : [pair.page, pair.pageWire];
        expect(tunnel.stats.keptBytes).toBeLessThan(1_000_000);
        if (tunnel.isOpen) return;
        if (wire.closed === undefined) throw new Error("the tunnel is over, and the peer was not told");
        expect(wire.closed.reason).not.toBe("");
        expect(Object.values<number>(CloseCode)).toContain(wire.closed.code);
        expect(Buffer.byteLength(closeReason(wire.closed.reason))).toBeLessThanOrEqual(123);
      }),
      fuzzSettings(1500),
    );
  });
});

describe("a message of the largest size", () => {
  it("is taken apart without a copy of any payload", () => {
    const bytes = encodeMessage(
      Array.from({ length: 15 }, () => ({
        type: FrameType.data,
        flags: 0,
        stream: 1,
        payload: new Uint8Array(65_536),
      })),
    );
    for (const { payload } of decodeMessage(bytes)) expect(payload.buffer).toBe(bytes.buffer);
  });

  it("is looked at in proportion to its size, also when it is all headers", () => {
    const empty = (frames: number): Uint8Array =>
      encodeMessage(
        Array.from({ length: frames }, () => ({
          type: FrameType.data,
          flags: 0,
          stream: 1,
          payload: new Uint8Array(),
        })),
      );
    const most = Math.floor(MAX_MESSAGE_BYTES / FRAME_HEADER_BYTES);
    const [small, large] = [looksAt(empty(most / 16)), looksAt(empty(most))];
    expect(large / small).toBeGreaterThan(15);
    expect(large / small).toBeLessThan(17);
  });
});

/** How often the decoder looks at a message: what the machine does meanwhile makes no difference to that. */
function looksAt(message: Uint8Array): number {
  let looks = 0;
  const watched = new Proxy(message, {
    get(target, key) {
      looks += 1;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  decodeMessage(watched);
  return looks;
}
