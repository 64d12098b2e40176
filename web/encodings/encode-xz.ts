/**
 * xz files whose content is stored as it is: one block of LZMA2 chunks without compression, and a CRC32. Every xz reads them. To make
 * them smaller is work for the machine that asked, whose xz is a hundred times as fast.
 * Above: create-codecs.ts. Below: crc32.ts. Specification: the .xz file format 1.2.1.
 */

import type { ByteSource } from "./byte-source.ts";
import { crc32 } from "./crc32.ts";

/** 64 KiB: what an LZMA2 chunk holds at most. */
const CHUNK_BYTES = 64 * 1024;

/** Version 0, CRC32. */
const STREAM_FLAGS = [0x00, 0x01];
/** One filter, LZMA2 (0x21), with a property of one byte: a dictionary of 64 KiB. */
const BLOCK_HEADER = [0x02, 0x00, 0x21, 0x01, 0x08, 0x00, 0x00, 0x00];
const FIRST_CHUNK = 0x01;
const NEXT_CHUNK = 0x02;
const LAST_CHUNK = 0x00;

export async function* encodeXz(source: ByteSource): AsyncGenerator<Uint8Array> {
  yield bytesOf([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], withCrc(STREAM_FLAGS));
  const header = bytesOf(withCrc(BLOCK_HEADER));
  yield header;

  let plainBytes = 0;
  let blockBytes = header.length;
  let crc = 0;
  while (await source.need(1)) {
    await source.need(CHUNK_BYTES);
    const content = source.take(CHUNK_BYTES);
    const size = content.length - 1;
    const control = plainBytes === 0 ? FIRST_CHUNK : NEXT_CHUNK;
    crc = crc32(content, crc);
    plainBytes += content.length;
    const chunk = bytesOf([control, size >> 8, size & 0xff], content);
    blockBytes += chunk.length;
    yield chunk;
  }
  blockBytes += 1;
  yield bytesOf([LAST_CHUNK], padding(blockBytes), uint32(crc));

  const records = [0x00, ...variable(1), ...variable(blockBytes + 4), ...variable(plainBytes)];
  const index = bytesOf(withCrc([...records, ...padding(records.length)]));
  const backward = [...uint32(index.length / 4 - 1), ...STREAM_FLAGS];
  yield bytesOf(index, uint32(crc32(Uint8Array.from(backward))), backward, [0x59, 0x5a]);
}

function withCrc(bytes: readonly number[]): readonly number[] {
  return [...bytes, ...uint32(crc32(Uint8Array.from(bytes)))];
}

/** Zeros up to a multiple of four. */
function padding(bytes: number): readonly number[] {
  return Array.from({ length: (4 - (bytes % 4)) % 4 }, () => 0);
}

function uint32(value: number): readonly number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

/** Seven bits a byte, the lowest first. Not by bit operations: files of more than 4 GiB have larger numbers. */
function variable(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}

function bytesOf(...parts: readonly (ArrayLike<number> & { readonly length: number })[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
