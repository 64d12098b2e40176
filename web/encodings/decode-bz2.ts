/**
 * bzip2: all streams of a file, with the checksums of blocks and streams.
 * Bits are read from what is there, and more is waited for at few places only: before a block's header, its tables, and each group
 * of its symbols, which have a largest size.
 * Above: create-codecs.ts. Below: bz2-bits.ts, bz2-huffman.ts. Specification: bzip2 1.0.8, whose format is its own document.
 */

import type { ByteSource } from "./byte-source.ts";
import { Bz2Bits } from "./bz2-bits.ts";
import { combineBz2Crc, updateBz2Crc } from "./bz2-crc.ts";
import {
  BLOCK_MAGIC,
  BZ2_BLOCK_UNIT,
  END_MAGIC,
  GROUP_SYMBOLS,
  RUN_A,
  RUN_B,
  RUN_BEFORE_COUNT,
} from "./bz2-format.ts";
import { MAX_CODE_BITS, PrefixCode } from "./bz2-huffman.ts";
import { corrupt, trailingGarbage, unsupported } from "./failures.ts";
import { DECODED_CHUNK_BYTES } from "./limits.ts";
import { NOTHING } from "./pulled-transform.ts";

/** As many groups as the largest block has symbols for; bzip2 1.0.8 ignores selectors past these. */
const MAX_SELECTORS = 2 + (9 * BZ2_BLOCK_UNIT) / GROUP_SYMBOLS;

/** A block's header up to its selectors: magic, CRC, flag, origin, bytes used, counts. */
const HEADER_BYTES = 52;
/** A selector is at most six bits. */
const SELECTORS_AT_ONCE = 64;
/** Room for a code length: its way up or down is at most twice its range, in a file that means something. */
const LENGTH_BYTES = 16;

export async function* decodeBz2(source: ByteSource): AsyncGenerator<Uint8Array> {
  const bits = new Bz2Bits(source);
  // The bytes of a block, and the chain that leads through them. One for all streams: a file may be made of thousands of empty ones.
  let cells = new Uint32Array();
  for (let first = true; first || (await source.need(1)); first = false) {
    await bits.fill(4);
    const header = [bits.read(8), bits.read(8), bits.read(8)];
    if (String.fromCharCode(...header) !== "BZh") throw trailingGarbage("bz2");
    const level = bits.read(8) - 0x30;
    if (level < 1 || level > 9) throw corrupt("bz2", "a level that does not exist");
    const blockBytes = level * BZ2_BLOCK_UNIT;
    if (cells.length < blockBytes) cells = new Uint32Array(blockBytes);
    yield* decodeStream(bits, cells.subarray(0, blockBytes));
    bits.toNextByte();
    yield NOTHING;
  }
}

async function* decodeStream(bits: Bz2Bits, cells: Uint32Array): AsyncGenerator<Uint8Array> {
  let streamCrc = 0;
  for (;;) {
    await bits.fill(HEADER_BYTES);
    const magic = [bits.read(24), bits.read(24)];
    const crc = bits.read32();
    if (magic[0] === END_MAGIC[0] && magic[1] === END_MAGIC[1]) {
      if (crc !== streamCrc) throw corrupt("bz2", "the checksum of the whole does not match");
      return;
    }
    if (magic[0] !== BLOCK_MAGIC[0] || magic[1] !== BLOCK_MAGIC[1]) {
      throw corrupt("bz2", "a block does not begin where it should");
    }
    if (bits.read(1) === 1) {
      throw unsupported("bz2", "is of bzip2 0.9.0 or older (randomised)", "make it anew with a later bzip2");
    }
    const origin = bits.read(24);
    const length = await readSymbols(bits, cells);
    if (origin >= length) throw corrupt("bz2", "a block begins outside itself");
    let blockCrc = ~0;
    for (const chunk of plainBytes(cells, length, origin)) {
      blockCrc = updateBz2Crc(blockCrc, chunk);
      yield chunk;
    }
    if (~blockCrc >>> 0 !== crc) throw corrupt("bz2", "the checksum of a block does not match");
    streamCrc = combineBz2Crc(streamCrc, crc);
  }
}

/** From symbols back to the last column of the sorted block, one byte in a cell. @returns How many there are. */
async function readSymbols(bits: Bz2Bits, cells: Uint32Array): Promise<number> {
  const recent = readBytesUsed(bits);
  const end = recent.length + 1;
  const codeCount = bits.read(3);
  const selectorCount = bits.read(15);
  if (codeCount < 2 || codeCount > 6 || selectorCount === 0) throw corrupt("bz2", "a block without tables");
  const selectors = await readSelectors(bits, codeCount, selectorCount);
  const codes: PrefixCode[] = [];
  for (let code = 0; code < codeCount; code++) codes.push(await readCode(bits, end + 1));

  let length = 0;
  let run = 0;
  let runDigit = 1;
  for (const selector of selectors) {
    const code = codes[selector];
    if (code === undefined) throw corrupt("bz2", "a table that is not there");
    await bits.fill(Math.ceil((GROUP_SYMBOLS * MAX_CODE_BITS) / 8));
    for (let symbol = 0; symbol < GROUP_SYMBOLS; symbol++) {
      const value = code.read(bits);
      if (value === RUN_A || value === RUN_B) {
        run += runDigit << value;
        runDigit *= 2;
        if (run > cells.length) throw corrupt("bz2", "a block with more bytes than it may have");
        continue;
      }
      if (run > 0) {
        if (length + run > cells.length) throw corrupt("bz2", "a block with more bytes than it may have");
        cells.fill(recent[0] ?? 0, length, length + run);
        length += run;
        run = 0;
        runDigit = 1;
      }
      if (value === end) return length;
      if (length === cells.length) throw corrupt("bz2", "a block with more bytes than it may have");
      cells[length++] = toFront(recent, value - 1);
    }
  }
  throw corrupt("bz2", "a block without an end");
}

/** Which byte values there are: which of 16 ranges, then which of their 16 each. */
function readBytesUsed(bits: Bz2Bits): Uint8Array {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if (((ranges >> (15 - range)) & 1) === 0) continue;
    const values = bits.read(16);
    for (let value = 0; value < 16; value++) {
      if (((values >> (15 - value)) & 1) === 1) used.push(range * 16 + value);
    }
  }
  if (used.length === 0) throw corrupt("bz2", "a block that uses no byte");
  return Uint8Array.from(used);
}

/** Which code each group of symbols has. */
async function readSelectors(bits: Bz2Bits, codeCount: number, count: number): Promise<readonly number[]> {
  const recent = Uint8Array.from({ length: codeCount }, (_, index) => index);
  const selectors: number[] = [];
  for (let index = 0; index < count; index++) {
    if (index % SELECTORS_AT_ONCE === 0) await bits.fill(SELECTORS_AT_ONCE);
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place === codeCount) throw corrupt("bz2", "a table that is not there");
    }
    const selector = toFront(recent, place);
    if (index < MAX_SELECTORS) selectors.push(selector);
  }
  return selectors;
}

/** The lengths of a code's words, each as the way from the one before. */
async function readCode(bits: Bz2Bits, symbols: number): Promise<PrefixCode> {
  const lengths = new Uint8Array(symbols);
  await bits.fill(LENGTH_BYTES);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbols; symbol++) {
    await bits.fill(LENGTH_BYTES);
    let steps = 0;
    while (bits.read(1) === 1) {
      length += bits.read(1) === 1 ? -1 : 1;
      steps += 1;
      // Only a file that means harm goes up and down before it gets anywhere.
      if (length < 1 || length > MAX_CODE_BITS || steps > 2 * MAX_CODE_BITS) {
        throw corrupt("bz2", "a table that cannot be");
      }
    }
    if (length < 1 || length > MAX_CODE_BITS) throw corrupt("bz2", "a table that cannot be");
    lengths[symbol] = length;
  }
  return new PrefixCode(lengths);
}

/** The value at a place, which goes to the front. */
function toFront(recent: Uint8Array, place: number): number {
  const value = recent[place] ?? 0;
  recent.copyWithin(1, 0, place);
  recent[0] = value;
  return value;
}

/** Undo the sorting, and the counts of equal bytes that were there before it. */
function* plainBytes(cells: Uint32Array, length: number, origin: number): Generator<Uint8Array> {
  const starts = new Uint32Array(257);
  for (let cell = 0; cell < length; cell++) {
    const above = (cells[cell] ?? 0) + 1;
    starts[above] = (starts[above] ?? 0) + 1;
  }
  for (let value = 1; value < 257; value++) starts[value] = (starts[value] ?? 0) + (starts[value - 1] ?? 0);
  // The low 8 bits keep the byte; the others say where its successor is.
  for (let cell = 0; cell < length; cell++) {
    const value = (cells[cell] ?? 0) & 0xff;
    const at = starts[value] ?? 0;
    starts[value] = at + 1;
    cells[at] = (cells[at] ?? 0) | (cell << 8);
  }

  let chunk = new Uint8Array(DECODED_CHUNK_BYTES);
  let filled = 0;
  let equal = 0;
  let before = -1;
  let next = (cells[origin] ?? 0) >>> 8;
  for (let left = length; left > 0; left--) {
    const cell = cells[next] ?? 0;
    next = cell >>> 8;
    const byte = cell & 0xff;
    let times = 1;
    let value = byte;
    if (equal === RUN_BEFORE_COUNT) {
      times = byte;
      value = before;
      equal = 0;
      before = -1;
    } else {
      equal = byte === before ? equal + 1 : 1;
      before = byte;
    }
    if (filled + times > DECODED_CHUNK_BYTES) {
      yield chunk.subarray(0, filled);
      chunk = new Uint8Array(DECODED_CHUNK_BYTES);
      filled = 0;
    }
    if (times === 1) chunk[filled] = value;
    else chunk.fill(value, filled, filled + times);
    filled += times;
  }
  yield chunk.subarray(0, filled);
}
