/**
 * zstd files whose content is stored as it is, but for blocks of one byte value: those of an empty disk take four bytes. With the
 * checksum. Every zstd reads them. To make them smaller is work for the machine that asked, whose zstd is a hundred times as fast.
 * Above: create-codecs.ts. Below: hash-wasm. Specification: RFC 8878.
 */

import { createXXHash64 } from "hash-wasm";
import type { ByteSource } from "./byte-source.ts";

/** 128 KiB: what a block holds at most. */
const BLOCK_BYTES = 128 * 1024;

/** The magic; a checksum follows the blocks; a window of 128 KiB. */
const FRAME_HEADER = [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x38];
const RAW = 0;
const RLE = 1;
/** A last block with nothing in it: whether a block is the last is not known when it goes out. */
const LAST_BLOCK = [0x01, 0x00, 0x00];

export async function* encodeZstd(source: ByteSource): AsyncGenerator<Uint8Array> {
  const hasher = await createXXHash64();
  hasher.init();
  yield Uint8Array.from(FRAME_HEADER);
  while (await source.need(1)) {
    await source.need(BLOCK_BYTES);
    const content = source.take(BLOCK_BYTES);
    hasher.update(content);
    const [first = 0] = content;
    const same = content.every((byte) => byte === first);
    yield block(same ? RLE : RAW, content.length, same ? content.subarray(0, 1) : content);
  }
  const hash = hasher.digest("binary");
  yield Uint8Array.of(...LAST_BLOCK, ...hash.subarray(4).toReversed());
}

function block(type: number, size: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(3 + content.length);
  const header = (size << 3) | (type << 1);
  bytes.set([header & 0xff, (header >> 8) & 0xff, header >> 16]);
  bytes.set(content, 3);
  return bytes;
}
