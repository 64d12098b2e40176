/**
 * What both ends of the tunnel must know of the WebSocket below it.
 * Above: relay/ and web/tunnel/, which own one. Below: nothing. Specification: RFC 6455; docs/tunnel-protocol.md, "Transport".
 */

/** The version of the tunnel, as a WebSocket names it. */
export const TUNNEL_SUBPROTOCOL = "jumptab-tunnel.v1";

/** 123 bytes: RFC 6455, section 5.5: a control frame has 125, two of them are the code. */
const MAX_CLOSE_REASON_BYTES = 123;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A reason that fits a close frame, in whole characters. */
export function closeReason(text: string): string {
  const bytes = encoder.encode(text);
  if (bytes.length <= MAX_CLOSE_REASON_BYTES) return text;
  let end = MAX_CLOSE_REASON_BYTES;
  // A byte that continues a character (10xxxxxx) after the cut belongs to one that does not fit.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return decoder.decode(bytes.subarray(0, end));
}
