/**
 * zstd: frames and blocks are read here, blocks are decoded by fzstd, which looks at no checksum and at no bound. Every frame that has
 * a checksum or says its size is held to it; a frame that has neither can be corrupt unseen, as the zstd command has it too.
 * Above: create-codecs.ts. Below: fzstd, hash-wasm. Specification: RFC 8878.
 */

import { Decompress } from "fzstd";
import { createXXHash64 } from "hash-wasm";
import type { ByteSource } from "./byte-source.ts";
import { corrupt, cutShort, trailingGarbage, unsupported } from "./failures.ts";
import { MAX_ZSTD_WINDOW_BYTES } from "./limits.ts";
import { NOTHING } from "./pulled-transform.ts";

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** RFC 8878 §3.1.1.2.4: no block is larger, compressed or not. */
const MAX_BLOCK_BYTES = 128 * 1024;

const RLE_BLOCK = 1;
const COMPRESSED_BLOCK = 2;

type Hasher = Awaited<ReturnType<typeof createXXHash64>>;

export async function* decodeZstd(source: ByteSource): AsyncGenerator<Uint8Array> {
  const hasher = await createXXHash64();
  let frames = 0;
  while (await source.need(1)) {
    if (!(await source.need(4))) throw frames === 0 ? cutShort("zstd") : trailingGarbage("zstd");
    const magic = uint32(source.take(4));
    if (magic === FRAME_MAGIC) yield* decodeFrame(source, hasher);
    else if ((magic & 0xfffffff0) === SKIPPABLE_MAGIC) await skipFrame(source);
    else throw trailingGarbage("zstd");
    frames += 1;
    yield NOTHING;
  }
}

async function skipFrame(source: ByteSource): Promise<void> {
  let left = uint32(await exactly(source, 4));
  while (left > 0) {
    if (!(await source.need(1))) throw cutShort("zstd");
    left -= source.take(left).length;
  }
}

interface Header {
  /** As fzstd takes it: the magic with it, and no checksum, which is looked at here. */
  readonly bytes: Uint8Array;
  readonly windowBytes: number;
  readonly contentBytes: number | undefined;
  readonly checksum: boolean;
}

async function* decodeFrame(source: ByteSource, hasher: Hasher): AsyncGenerator<Uint8Array> {
  const header = await readHeader(source);
  const blockMax = Math.min(header.windowBytes, MAX_BLOCK_BYTES);
  hasher.init();
  let decoded: Uint8Array[] = [];
  const blocks = new Decompress((chunk) => {
    decoded.push(chunk);
  });
  push(blocks, header.bytes, false);
  let bytes = 0;
  for (let last = false; !last; ) {
    if (!(await source.need(3))) throw cutShort("zstd");
    const [low = 0, middle = 0, high = 0] = source.buffer.subarray(source.position);
    last = (low & 1) === 1;
    const type = (low >> 1) & 3;
    const size = (low >> 3) | (middle << 5) | (high << 13);
    if (type > COMPRESSED_BLOCK) throw corrupt("zstd", "a block of a kind that does not exist");
    if (size > blockMax) throw corrupt("zstd", `a block of ${size} bytes where ${blockMax} are the most`);
    // Whole blocks, so that fzstd keeps nothing but its window.
    push(blocks, new Uint8Array(await exactly(source, 3 + (type === RLE_BLOCK ? 1 : size))), last);
    const chunks = decoded.length > 0 ? decoded : [NOTHING];
    decoded = [];
    for (const chunk of chunks) {
      bytes += chunk.length;
      hasher.update(chunk);
      yield chunk;
    }
    if (bytes > (header.contentBytes ?? Number.POSITIVE_INFINITY)) break;
  }
  if (header.contentBytes !== undefined && bytes !== header.contentBytes) {
    throw corrupt("zstd", `a frame with ${bytes} bytes that says it has ${header.contentBytes}`);
  }
  if (!header.checksum) return;
  const stored = uint32(await exactly(source, 4));
  const digest = hasher.digest("binary");
  // The low half of the 64 bits, which come with the high ones first.
  if (stored !== new DataView(digest.buffer, digest.byteOffset).getUint32(4)) {
    throw corrupt("zstd", "the checksum does not match");
  }
}

async function readHeader(source: ByteSource): Promise<Header> {
  if (!(await source.need(1))) throw cutShort("zstd");
  const descriptor = source.buffer[source.position] ?? 0;
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? Number(singleSegment) : 1 << sizeFlag;
  if ((descriptor & 8) !== 0) throw corrupt("zstd", "a reserved bit is set");
  const head = await exactly(source, 1 + Number(!singleSegment) + dictionaryBytes + sizeBytes);
  const sizeStart = head.length - sizeBytes;
  if (head.subarray(sizeStart - dictionaryBytes, sizeStart).some((byte) => byte !== 0)) {
    throw unsupported("zstd", "needs a dictionary", "make it anew without -D");
  }
  const contentBytes =
    sizeBytes === 0 ? undefined : unsigned(head.subarray(sizeStart)) + (sizeBytes === 2 ? 256 : 0);
  const windowBytes = singleSegment ? (contentBytes ?? 0) : windowOf(head[1] ?? 0);
  if (windowBytes > MAX_ZSTD_WINDOW_BYTES) {
    throw unsupported(
      "zstd",
      `needs a window of more than ${MAX_ZSTD_WINDOW_BYTES / 2 ** 20} MiB`,
      "make it anew with at most --long=27",
    );
  }
  const bytes = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, ...head);
  bytes[4] = descriptor & ~4;
  return { bytes, windowBytes, contentBytes, checksum: (descriptor & 4) !== 0 };
}

/** RFC 8878 §3.1.1.1.2. */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** What it throws is its own, or that of an array which a wrong length has been given. */
function push(blocks: Decompress, bytes: Uint8Array, last: boolean): void {
  try {
    blocks.push(bytes, last);
  } catch (error) {
    throw corrupt("zstd", error instanceof Error ? error.message : String(error));
  }
}

/** So many bytes, without a copy. */
async function exactly(source: ByteSource, bytes: number): Promise<Uint8Array> {
  if (!(await source.need(bytes))) throw cutShort("zstd");
  return source.take(bytes);
}

function uint32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** Little-endian, up to eight bytes; those past 2^53 are too large whatever they are exactly. */
function unsigned(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
