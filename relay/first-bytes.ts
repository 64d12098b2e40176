/**
 * What a connection speaks, from its first bytes. Pure.
 * Above: port.ts. Below: nothing.
 * Specification: RFC 8446 section 5.1 (a handshake record is type 22), RFC 9113 section 3.4 (the HTTP/2 preface).
 */

export type FirstBytes = "tls" | "http2" | "http1" | "more";

const TLS_HANDSHAKE = 0x16;
/** No HTTP/1.1 method begins like this. */
const PREFACE = Buffer.from("PRI ");

/** `more`: these bytes are the beginning of a preface, or of another method that begins with P. */
export function classify(bytes: Uint8Array): FirstBytes {
  if (bytes.length === 0) return "more";
  if (bytes[0] === TLS_HANDSHAKE) return "tls";
  for (const [at, expected] of PREFACE.entries()) {
    const byte = bytes[at];
    if (byte === undefined) return "more";
    if (byte !== expected) return "http1";
  }
  return "http2";
}
