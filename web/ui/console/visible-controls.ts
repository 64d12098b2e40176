/**
 * Control characters as signs that can be seen (␀ … ␡), which do nothing but end lines.
 * Above: terminal-feed.ts. Below: bytes, in pieces as they come. Specification: Unicode's Control Pictures, U+2400.
 */

/** UTF-8 of U+2400, without the last six bits. */
const PICTURE = [0xe2, 0x90] as const;
const DELETE_PICTURE = 0xa1;

/** A line feed still begins a line; nothing else moves. Bytes from 0x20 on, and so all of UTF-8's, stay as they are. */
export function visibleControls(bytes: Uint8Array): Uint8Array {
  let length = 0;
  for (const byte of bytes) length += isControl(byte) ? (byte === 0x0a ? 5 : 3) : 1;
  if (length === bytes.length) return bytes;
  const shown = new Uint8Array(length);
  let at = 0;
  for (const byte of bytes) {
    if (!isControl(byte)) {
      shown[at++] = byte;
      continue;
    }
    shown[at++] = PICTURE[0];
    shown[at++] = PICTURE[1];
    shown[at++] = byte === 0x7f ? DELETE_PICTURE : 0x80 + byte;
    if (byte !== 0x0a) continue;
    shown[at++] = 0x0d;
    shown[at++] = 0x0a;
  }
  return shown;
}

function isControl(byte: number): boolean {
  return byte < 0x20 || byte === 0x7f;
}
