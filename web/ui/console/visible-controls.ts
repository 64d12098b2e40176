/**
 * Control characters as people know them from `cat -v` (^M, ^[, ^?), in reverse, so that they are told from text; they do nothing but end
 * lines.
 * Above: terminal-feed.ts. Below: bytes, in pieces as they come. Specification: caret notation; ECMA-48 SGR 7 and 27.
 */

const encoder = new TextEncoder();

/** By the control character's code; 0x7f is the last. */
const SIGNS: readonly Uint8Array[] = Array.from({ length: 0x80 }, (_, code) => {
  if (code >= 0x20 && code < 0x7f) return Uint8Array.of(code);
  const sign = `\x1b[7m^${String.fromCharCode(code ^ 0x40)}\x1b[27m`;
  // A line feed still begins a line.
  return encoder.encode(code === 0x0a ? `${sign}\r\n` : sign);
});

/** Bytes from 0x20 on, and so all of UTF-8's, stay as they are. */
export function visibleControls(bytes: Uint8Array): Uint8Array {
  let length = 0;
  for (const byte of bytes) length += SIGNS[byte]?.length ?? 1;
  if (length === bytes.length) return bytes;
  const shown = new Uint8Array(length);
  let at = 0;
  for (const byte of bytes) {
    const sign = SIGNS[byte];
    if (sign === undefined) shown[at] = byte;
    else shown.set(sign, at);
    at += sign?.length ?? 1;
  }
  return shown;
}
