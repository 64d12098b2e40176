/**
 * The last words to a connection that no server gets, or that breaks HTTP/1.1: one sentence in its protocol, then the end.
 * Above: port.ts, http1-server.ts, dispatch.ts. Below: limits.ts.
 * Specification: RFC 9112 section 4 (status line), RFC 9113 sections 6.5 and 6.8 (SETTINGS, GOAWAY).
 */

import { STATUS_CODES } from "node:http";
import { constants } from "node:http2";
import type { Duplex } from "node:stream";
import { REFUSAL_LINGER_MS } from "./limits.ts";
import type { Protocol } from "./sniff.ts";

/** A whole HTTP/1.1 answer, after which the connection closes. */
export function http1Refusal(status: number, sentence: string): string {
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\ncontent-type: text/plain; charset=utf-8\r\n` +
    `content-length: ${Buffer.byteLength(sentence) + 1}\r\nconnection: close\r\n\r\n${sentence}\n`
  );
}

/** Empty SETTINGS, since a server speaks first, and GOAWAY with the sentence as debug data, which gRPC clients show. */
export function http2Refusal(sentence: string): Buffer {
  const text = Buffer.from(sentence);
  const bytes = Buffer.alloc(2 * FRAME_HEADER_BYTES + 8 + text.length);
  bytes[3] = SETTINGS;
  bytes.writeUIntBE(8 + text.length, FRAME_HEADER_BYTES, 3);
  bytes[FRAME_HEADER_BYTES + 3] = GOAWAY;
  bytes.writeUInt32BE(constants.NGHTTP2_ENHANCE_YOUR_CALM, 2 * FRAME_HEADER_BYTES + 4);
  text.copy(bytes, 2 * FRAME_HEADER_BYTES + 8);
  return bytes;
}

const FRAME_HEADER_BYTES = 9;
const SETTINGS = 4;
const GOAWAY = 7;

/** Tell a connection that there is no room for it. TLS would cost a handshake first: it is cut. */
export function refuseConnection(socket: Duplex, protocol: Protocol, sentence: string): void {
  if (protocol === "http1") endWith(socket, http1Refusal(503, sentence));
  else if (protocol === "http2") endWith(socket, http2Refusal(sentence));
  else socket.destroy();
}

/**
 * Write the last bytes and close. What the peer still sends is read and thrown away, since a connection that is closed
 * with unread bytes is reset, and the peer would lose the sentence with it. Not for ever, though.
 */
export function endWith(socket: Duplex, bytes: string | Buffer): void {
  socket.on("error", () => undefined);
  socket.end(bytes);
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), REFUSAL_LINGER_MS);
  socket.once("close", () => clearTimeout(cut));
}
