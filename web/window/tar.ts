/**
 * Tar archives of a few texts.
 * Above: bench-file.ts. Below: nothing.
 * Specification: POSIX.1-2024, pax, "ustar Interchange Format": blocks of 512 bytes, a header before each file, two empty ones at the end.
 */

const BLOCK_BYTES = 512;
/** Bytes of a name that the header has room for. */
const MAX_NAME_BYTES = 100;
/** More are no bench. */
const MAX_MEMBERS = 256;

/** @param members Names with slashes, and texts. Throws with a sentence for a name that does not fit. */
export function writeTar(
  members: readonly (readonly [name: string, text: string])[],
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const blocks = members.map(([name, text]) => {
    const content = encoder.encode(text);
    const padded = new Uint8Array(BLOCK_BYTES + Math.ceil(content.length / BLOCK_BYTES) * BLOCK_BYTES);
    padded.set(header(name, content.length));
    padded.set(content, BLOCK_BYTES);
    return padded;
  });
  const archive = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0) + 2 * BLOCK_BYTES);
  let at = 0;
  for (const block of blocks) {
    archive.set(block, at);
    at += block.length;
  }
  return archive;
}

/** Ordinary files, as UTF-8. Throws with a sentence when it is no such archive. */
export function readTar(archive: Uint8Array): Map<string, string> {
  const decoder = new TextDecoder();
  const members = new Map<string, string>();
  for (let at = 0; at + BLOCK_BYTES <= archive.length; ) {
    const head = archive.subarray(at, at + BLOCK_BYTES);
    if (head.every((byte) => byte === 0)) break;
    const size = numberAt(head, 124, 12);
    if (checksum(head) !== numberAt(head, 148, 8) || at + BLOCK_BYTES + size > archive.length) {
      throw new Error("it is not a tar archive, or not all of it is there: save it again.");
    }
    if (members.size >= MAX_MEMBERS)
      throw new Error(`it holds more than ${MAX_MEMBERS} files: choose the one of a bench.`);
    const prefix = textAt(head, 345, 155);
    const name = [prefix, textAt(head, 0, MAX_NAME_BYTES)].filter(Boolean).join("/").replace(/^\.\//, "");
    const kind = head[156] ?? 0;
    // An ordinary file, in today's way of saying so or in that of old.
    if (kind === 0x30 || kind === 0) {
      members.set(name, decoder.decode(archive.subarray(at + BLOCK_BYTES, at + BLOCK_BYTES + size)));
    }
    at += BLOCK_BYTES + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return members;
}

function header(name: string, size: number): Uint8Array {
  const encoder = new TextEncoder();
  const head = new Uint8Array(BLOCK_BYTES);
  const bytes = encoder.encode(name);
  if (bytes.length > MAX_NAME_BYTES)
    throw new Error(`the name ${name} is too long for an archive: give the file a shorter one.`);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  const put = (at: number, text: string): void => head.set(encoder.encode(text), at);
  head.set(bytes);
  put(100, `${octal(0o644, 7)}\0`);
  put(108, `${octal(0, 7)}\0`);
  put(116, `${octal(0, 7)}\0`);
  put(124, `${octal(size, 11)}\0`);
  put(136, `${octal(0, 11)}\0`);
  put(156, "0");
  put(257, "ustar\x0000");
  put(148, `${octal(checksum(head), 6)}\0 `);
  return head;
}

/** Of a header, its own field taken for spaces. */
function checksum(head: Uint8Array): number {
  return head.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);
}

function textAt(head: Uint8Array, at: number, length: number): string {
  const field = head.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
}

function numberAt(head: Uint8Array, at: number, length: number): number {
  const value = Number.parseInt(textAt(head, at, length).trim(), 8);
  return Number.isSafeInteger(value) && value >= 0 ? value : Number.POSITIVE_INFINITY;
}
