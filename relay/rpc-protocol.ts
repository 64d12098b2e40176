/**
 * The protocols that RPCs come in, as far as the relay has to speak them: which one it is, and how it says an error.
 * Above: gateway.ts, dispatch.ts. Below: nothing. Pure; no message is decoded.
 * Specification: gRPC over HTTP/2, gRPC-Web (github.com/grpc/grpc doc/PROTOCOL-HTTP2.md, PROTOCOL-WEB.md),
 * Connect (connectrpc.com/docs/protocol).
 */

import type { HeaderList } from "../proto/tunnel/index.ts";
import { MAX_STATUS_TEXT_BYTES } from "./limits.ts";

export type RpcProtocol = "grpc" | "grpc-web" | "grpc-web-text" | "connect-unary" | "connect-stream";

/** By content type; undefined: not an RPC. */
export function rpcProtocolOf(contentType: string | undefined): RpcProtocol | undefined {
  if (contentType === undefined) return undefined;
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "application/grpc" || type.startsWith("application/grpc+")) return "grpc";
  if (type === "application/grpc-web-text" || type.startsWith("application/grpc-web-text+"))
    return "grpc-web-text";
  if (type === "application/grpc-web" || type.startsWith("application/grpc-web+")) return "grpc-web";
  if (type.startsWith("application/connect+")) return "connect-stream";
  if (type === "application/proto" || type === "application/json") return "connect-unary";
  return undefined;
}

/** `/package.Service/Method`. The dot keeps the relay's own addresses apart. */
export function isRpcPath(path: string): boolean {
  return /^\/[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\/[A-Za-z_]\w*$/.test(path);
}

export interface RpcErrorHead {
  readonly status: number;
  readonly h: HeaderList;
  /** Empty: the head is all. */
  readonly body: Uint8Array;
}

/** The whole response of a call that ends before its head was sent. */
export function rpcErrorResponse(
  protocol: RpcProtocol,
  contentType: string,
  code: number,
  text: string,
): RpcErrorHead {
  const message = cutText(text);
  switch (protocol) {
    case "grpc":
    case "grpc-web":
    case "grpc-web-text":
      return { status: 200, h: [["content-type", contentType], ...grpcStatus(code, message)], body: EMPTY };
    case "connect-stream":
      return { status: 200, h: [["content-type", contentType]], body: connectEnd(code, message) };
    case "connect-unary": {
      const body = Buffer.from(JSON.stringify({ code: connectCode(code), message }));
      const h: HeaderList = [
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
      ];
      return { status: httpStatus(code), h, body };
    }
  }
}

export interface RpcMessage {
  readonly h: HeaderList;
  readonly body: Uint8Array;
  /** Empty: the body is all. */
  readonly trailers: HeaderList;
}

/**
 * The whole response, HTTP status 200, of a call that one message answers, with OK. The message is in the codec of the content
 * type (`isJson`). Undefined for Connect's streams, which carry no such calls.
 */
export function rpcMessageResponse(
  protocol: RpcProtocol,
  contentType: string,
  message: Uint8Array,
): RpcMessage | undefined {
  const type: HeaderList = [["content-type", contentType]];
  const framed = envelope(0, message);
  const web = Buffer.concat([framed, envelope(GRPC_WEB_TRAILER_FLAG, Buffer.from("grpc-status: 0\r\n"))]);
  switch (protocol) {
    case "grpc":
      return { h: type, body: framed, trailers: [["grpc-status", "0"]] };
    case "grpc-web":
      return { h: type, body: web, trailers: [] };
    case "grpc-web-text":
      return { h: type, body: Buffer.from(web.toString("base64")), trailers: [] };
    case "connect-unary":
      return { h: [...type, ["content-length", String(message.length)]], body: message, trailers: [] };
    case "connect-stream":
      return undefined;
  }
}

/** Whether messages of this content type are JSON; else they are protobuf's binary form. */
export function isJson(contentType: string): boolean {
  return /[/+]json$/i.test(contentType.split(";", 1)[0]?.trim() ?? "");
}

/** How a call ends whose head was sent already; undefined: only by cutting it. */
export function rpcErrorTail(
  protocol: RpcProtocol,
  code: number,
  text: string,
): { readonly bytes: Uint8Array; readonly trailers: HeaderList } | undefined {
  const message = cutText(text);
  switch (protocol) {
    case "grpc":
      return { bytes: EMPTY, trailers: grpcStatus(code, message) };
    case "grpc-web":
      return { bytes: grpcWebTrailers(code, message), trailers: [] };
    case "grpc-web-text":
      return { bytes: Buffer.from(grpcWebTrailers(code, message).toString("base64")), trailers: [] };
    case "connect-stream":
      return { bytes: connectEnd(code, message), trailers: [] };
    case "connect-unary":
      return undefined;
  }
}

/** `grpc-message` is percent-encoded UTF-8: printable ASCII but the percent sign stands for itself. */
export function encodeGrpcMessage(text: string): string {
  let encoded = "";
  for (const byte of Buffer.from(text)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

/** At most so many bytes of UTF-8, whole characters only. */
export function cutText(text: string, maxBytes = MAX_STATUS_TEXT_BYTES): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}

const EMPTY = new Uint8Array(0);
const GRPC_WEB_TRAILER_FLAG = 0x80;
const CONNECT_END_FLAG = 0x02;

function grpcStatus(code: number, message: string): HeaderList {
  return [
    ["grpc-status", String(code)],
    ["grpc-message", encodeGrpcMessage(message)],
  ];
}

function grpcWebTrailers(code: number, message: string): Buffer {
  return envelope(
    GRPC_WEB_TRAILER_FLAG,
    Buffer.from(`grpc-status: ${code}\r\ngrpc-message: ${encodeGrpcMessage(message)}\r\n`),
  );
}

function connectEnd(code: number, message: string): Buffer {
  return envelope(
    CONNECT_END_FLAG,
    Buffer.from(JSON.stringify({ error: { code: connectCode(code), message } })),
  );
}

function envelope(flags: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(5 + payload.length);
  bytes.writeUInt8(flags, 0);
  bytes.writeUInt32BE(payload.length, 1);
  bytes.set(payload, 5);
  return bytes;
}

/** Connect's names and HTTP statuses of gRPC's numbers. @see https://connectrpc.com/docs/protocol#error-codes */
const CONNECT_CODES: Readonly<Record<number, readonly [name: string, status: number]>> = {
  1: ["canceled", 499],
  2: ["unknown", 500],
  3: ["invalid_argument", 400],
  4: ["deadline_exceeded", 504],
  5: ["not_found", 404],
  6: ["already_exists", 409],
  7: ["permission_denied", 403],
  8: ["resource_exhausted", 429],
  9: ["failed_precondition", 400],
  10: ["aborted", 409],
  11: ["out_of_range", 400],
  12: ["unimplemented", 501],
  13: ["internal", 500],
  14: ["unavailable", 503],
  15: ["data_loss", 500],
  16: ["unauthenticated", 401],
};

function connectCode(code: number): string {
  return CONNECT_CODES[code]?.[0] ?? "unknown";
}

function httpStatus(code: number): number {
  return CONNECT_CODES[code]?.[1] ?? 500;
}
