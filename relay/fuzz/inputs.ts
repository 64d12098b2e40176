/**
 * What the fuzz test sends to the relay's port: valid traffic of each protocol, the same spoilt, and plain noise.
 * Above: edge.test.ts. Below: fast-check, the frames by hand of testing/.
 */

import { hash } from "node:crypto";
import fc from "fast-check";
import { encodeHello, encodeMessage, FrameType } from "../../proto/tunnel/index.ts";
import { damaged } from "../../proto/tunnel/testing/fuzz.ts";
import { callHeaders, Http2Frame, headerBlock, http2Frame, PREFACE, setting } from "../testing/raw-http2.ts";
import { Opcode, upgradeRequest, webSocketFrame } from "../testing/raw-web-socket.ts";

/** The port is not known when inputs are made, and the relay takes any on loopback. */
const PORT = 1;

const METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "CONNECT", "PRI", "get", "M-SEARCH"];
const PATHS = [
  "/",
  "/index.html",
  "/healthz",
  "/metrics",
  "/api/boot",
  "/tunnel",
  "/jumpstarter.v1.ExporterService/GetReport",
  "/jumpstarter.v1.RouterService/Stream",
  "/../../etc/passwd",
  "/%2e%2e/%00",
  "//evil.example/",
  "http://evil.example/",
  "*",
  "",
  "/%",
  "/a?b#c",
];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ["host", ["localhost", "127.0.0.1:1", "evil.example", "", "[::1", "a b"]],
  [
    "content-type",
    [
      "application/grpc",
      "application/grpc+proto",
      "application/grpc-web",
      "application/grpc-web-text",
      "application/json",
      "application/proto",
      "application/connect+json",
      "text/plain",
      "",
    ],
  ],
  ["content-length", ["0", "5", "-1", "5, 5", "18446744073709551616", "0x5"]],
  ["transfer-encoding", ["chunked", "gzip, chunked", "chunked, chunked", "identity"]],
  ["x-jumpstarter-passphrase", ["secret", "wrong", "", "\xff\xfe"]],
  ["grpc-timeout", ["1S", "99999999H", "0n", "1", "-1S", "S"]],
  ["connect-timeout-ms", ["1", "99999999999", "x"]],
  ["te", ["trailers", "gzip"]],
  ["connection", ["close", "upgrade", "keep-alive, x-jumpstarter-passphrase"]],
  ["upgrade", ["websocket", "h2c", "WebSocket, h2c"]],
  ["origin", ["http://localhost:1", "https://evil.example", "null", "x"]],
  ["sec-fetch-site", ["same-origin", "cross-site"]],
  ["if-none-match", ["*", '"x"']],
  ["expect", ["100-continue", "200-maybe"]],
  ["access-control-request-headers", ["x", "x".repeat(9000)]],
  ["x-jumptab-bench-key", ["x", ""]],
];

const oneOf = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);

const headers = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .constantFrom(...HEADERS)
        .chain(([name, values]) => fc.tuple(fc.constant(name), oneOf(values))),
    },
    fc.tuple(fc.stringMatching(/^[a-z0-9-]{1,12}$/), fc.string({ maxLength: 20, unit: "binary-ascii" })),
  ),
  { maxLength: 8 },
);

const body = fc.uint8Array({ maxLength: 200 });

const http1: fc.Arbitrary<Uint8Array> = fc
  .tuple(oneOf(METHODS), oneOf(PATHS), headers, body)
  .map(([method, path, pairs, bytes]) => {
    const lines = pairs.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    return Buffer.concat([
      Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${lines}\r\n`, "latin1"),
      bytes,
    ]);
  });

const http2Headers = fc
  .tuple(oneOf(METHODS), oneOf(PATHS), headers, fc.boolean(), fc.boolean())
  .map(([method, path, pairs, asCall, indexed]) => {
    const own: [string, string][] = asCall
      ? callHeaders(PORT)
      : [
          [":method", method],
          [":path", path],
          [":scheme", "http"],
          [":authority", "localhost"],
        ];
    return headerBlock([...own, ...pairs], { indexed });
  });

/** Frames of one stream or another, most of them with a payload that fits their type. */
const http2Frames: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc
      .tuple(
        fc.oneof({ weight: 3, arbitrary: fc.constant(Http2Frame.headers) }, fc.nat(10)),
        fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1, 4, 5) }, fc.nat(255)),
        fc.oneof({ weight: 3, arbitrary: fc.constantFrom(1, 3, 5, 7) }, fc.nat(12)),
      )
      .chain(([type, flags, stream]) =>
        payloadOf(type).map((payload) =>
          http2Frame(type, { flags, stream: onConnection(type) ? 0 : stream, payload }),
        ),
      ),
    { maxLength: 10 },
  )
  .map((frames) => Buffer.concat([PREFACE, http2Frame(Http2Frame.settings), ...frames]));

function onConnection(type: number): boolean {
  return type === Http2Frame.settings || type === Http2Frame.ping || type === Http2Frame.goaway;
}

function payloadOf(type: number): fc.Arbitrary<Uint8Array> {
  const u32 = fc.nat(0x7fffffff).map((value) => setting(0, value).subarray(2));
  switch (type) {
    case Http2Frame.headers:
      return fc.oneof({ weight: 5, arbitrary: http2Headers }, body);
    case Http2Frame.settings:
      return fc.tuple(fc.nat(8), fc.nat(0xffffff)).map(([id, value]) => setting(id, value));
    case Http2Frame.ping:
      return fc.uint8Array({ minLength: 8, maxLength: 8 });
    case Http2Frame.rstStream:
    case Http2Frame.windowUpdate:
      return u32;
    case Http2Frame.goaway:
      return fc.tuple(u32, u32).map((parts) => Buffer.concat(parts));
    default:
      return body;
  }
}

const tunnelFrame = fc
  .tuple(fc.constantFrom(...Object.values(FrameType)), fc.nat(3), fc.nat(6), fc.oneof(body, headersJson()))
  .map(([type, flags, stream, payload]) => ({ type, flags, stream, payload }));

function headersJson(): fc.Arbitrary<Uint8Array> {
  return headers.map((h) => Buffer.from(JSON.stringify({ status: 200, method: "POST", path: "/", h })));
}

const tunnelMessage = fc.array(tunnelFrame, { maxLength: 4 }).map((frames) => encodeMessage(frames));

const webSocketFrames = fc.array(
  fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: fc.constant(Opcode.binary) }, fc.nat(15)),
      fc.oneof({ weight: 2, arbitrary: tunnelMessage }, damaged(tunnelMessage), body),
      fc.boolean(),
    )
    .map(([opcode, payload, final]) => webSocketFrame(opcode, payload, { final })),
  { maxLength: 5 },
);

/** A page of its own that attaches, and then goes on as it likes. */
const page = fc.tuple(fc.boolean(), webSocketFrames, fc.uuid()).map(([greets, frames, name]) => {
  const hello = encodeHello({
    role: "page",
    instance: name,
    received: 0,
    dial: 1,
    exporter: { uuid: name, name, passphraseHash: hash("sha256", name, "hex") },
  });
  const first = greets ? [webSocketFrame(Opcode.binary, hello)] : [];
  return Buffer.concat([Buffer.from(upgradeRequest(PORT)), ...first, ...frames]);
});

const noise = fc.uint8Array({ minLength: 1, maxLength: 300 });

/** One connection's life. */
export interface Input {
  readonly bytes: Uint8Array;
  /** Where it is cut into pieces, as parts of the whole. */
  readonly cuts: readonly number[];
  /** What the client does in the end: nothing, close its side, or cut the connection. */
  readonly end: "wait" | "half-close" | "cut";
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 });
const end = fc.constantFrom<Input["end"]>("wait", "half-close", "cut");

function input(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Input> {
  return fc.record({ bytes, cuts, end });
}

function spoilt(valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc.oneof(valid, { weight: 2, arbitrary: damaged(valid) });
}

/** By what is fuzzed. The bytes of `inside TLS` go into a TLS connection. */
export const INPUTS = {
  noise: input(
    fc.oneof(
      noise,
      noise.map((bytes) => Buffer.concat([PREFACE, bytes])),
    ),
  ),
  "HTTP/1": input(spoilt(http1)),
  "HTTP/1 pipelines": input(
    spoilt(fc.array(http1, { minLength: 2, maxLength: 5 }).map((all) => Buffer.concat(all))),
  ),
  "HTTP/2": input(spoilt(http2Frames)),
  WebSocket: input(spoilt(page)),
} as const;

/** A TLS handshake that begins well. */
export function tlsInputs(clientHello: Uint8Array): fc.Arbitrary<Input> {
  return input(
    fc.oneof(
      damaged(fc.constant(clientHello)),
      noise.map((bytes) => Buffer.concat([Buffer.of(0x16, 3, 1), bytes])),
    ),
  );
}
