/**
 * bzip2, level 1: blocks of 100 kB, each with one prefix code.
 * Above: create-codecs.ts. Below: bz2-sort.ts, bz2-code-lengths.ts, bz2-bit-writer.ts. Specification: bzip2 1.0.8.
 */

import type { ByteSource } from "./byte-source.ts";
import { BitWriter } from "./bz2-bit-writer.ts";
import { codeLengths } from "./bz2-code-lengths.ts";
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
import { sortRotations } from "./bz2-sort.ts";

/** As bzip2 fills its own: there are readers that count on it. */
const BLOCK_BYTES = BZ2_BLOCK_UNIT - 19;
const MAX_RUN = RUN_BEFORE_COUNT + 251;
/** Two are the least that a block may have; the second is the first again, and nothing uses it. */
const CODES = 2;

export async function* encodeBz2(source: ByteSource): AsyncGenerator<Uint8Array> {
  const bits = new BitWriter();
  bits.write(8, 0x42);
  bits.write(8, 0x5a);
  bits.write(8, 0x68);
  bits.write(8, 0x31);
  let streamCrc = 0;
  const block = new Block();
  while (await source.need(1)) {
    block.take(source);
    if (!block.full) continue;
    streamCrc = combineBz2Crc(streamCrc, writeBlock(bits, block));
    yield bits.takeBytes();
  }
  block.finish();
  if (block.length > 0) streamCrc = combineBz2Crc(streamCrc, writeBlock(bits, block));
  for (const half of END_MAGIC) bits.write(24, half);
  bits.write32(streamCrc);
  bits.toNextByte();
  yield bits.takeBytes();
}

/** Bytes with their runs shortened: four equal ones, and how many more. A run goes on over what is taken at a time. */
class Block {
  readonly #bytes = new Uint8Array(BLOCK_BYTES);
  length = 0;
  #crc = ~0;
  #run = 0;
  #runByte = -1;

  get full(): boolean {
    return this.length + this.#runBytes + RUN_BEFORE_COUNT + 1 > BLOCK_BYTES;
  }

  /** How many bytes the run that has not ended will take. */
  get #runBytes(): number {
    return Math.min(this.#run, RUN_BEFORE_COUNT) + Number(this.#run >= RUN_BEFORE_COUNT);
  }

  take(source: ByteSource): void {
    const { buffer } = source;
    const start = source.position;
    let at = start;
    while (at < buffer.length && !this.full) {
      const byte = buffer[at] ?? 0;
      if (byte !== this.#runByte || this.#run === MAX_RUN) {
        this.finish();
        this.#runByte = byte;
      }
      this.#run += 1;
      at += 1;
    }
    this.#crc = updateBz2Crc(this.#crc, buffer.subarray(start, at));
    source.position = at;
  }

  /** Put down the run that is open. */
  finish(): void {
    const runBytes = this.#runBytes;
    this.#bytes.fill(this.#runByte, this.length, this.length + Math.min(this.#run, RUN_BEFORE_COUNT));
    if (this.#run >= RUN_BEFORE_COUNT) {
      this.#bytes[this.length + RUN_BEFORE_COUNT] = this.#run - RUN_BEFORE_COUNT;
    }
    this.length += runBytes;
    this.#run = 0;
    this.#runByte = -1;
  }

  /** What is in it, with the CRC of what that stands for; it is empty then. */
  empty(): { readonly bytes: Uint8Array; readonly crc: number } {
    this.finish();
    const whole = { bytes: this.#bytes.subarray(0, this.length), crc: ~this.#crc >>> 0 };
    this.length = 0;
    this.#crc = ~0;
    return whole;
  }
}

/** @returns The block's CRC. */
function writeBlock(bits: BitWriter, block: Block): number {
  const { bytes, crc } = block.empty();
  const { lastColumn, origin } = sortRotations(bytes);
  for (const half of BLOCK_MAGIC) bits.write(24, half);
  bits.write32(crc);
  bits.write(1, 0);
  bits.write(24, origin);
  const used = writeBytesUsed(bits, bytes);
  const symbols = moveToFront(lastColumn, used);
  const lengths = codeLengths(symbols, used.length + 2);
  const groups = Math.ceil(symbols.length / GROUP_SYMBOLS);
  bits.write(3, CODES);
  bits.write(15, groups);
  for (let group = 0; group < groups; group++) bits.write(1, 0);
  for (let code = 0; code < CODES; code++) writeLengths(bits, lengths);
  writeSymbols(bits, symbols, lengths);
  return crc;
}

/** @returns The byte values that there are, in their order. */
function writeBytesUsed(bits: BitWriter, bytes: Uint8Array): readonly number[] {
  const used = new Uint8Array(256);
  for (const byte of bytes) used[byte] = 1;
  const ranges = Array.from({ length: 16 }, (_, range) => used.subarray(range * 16, range * 16 + 16));
  for (const range of ranges) bits.write(1, Number(range.includes(1)));
  for (const range of ranges) {
    if (!range.includes(1)) continue;
    for (const bit of range) bits.write(1, bit);
  }
  return [...used.keys()].filter((byte) => used[byte] === 1);
}

/** Bytes as how long ago their value was there before; runs of the same as their length, in digits 1 and 2. */
function moveToFront(bytes: Uint8Array, used: readonly number[]): Uint16Array {
  const recent = Uint8Array.from(used);
  // A run of one takes one symbol, as does any other byte; then there is the end.
  const symbols = new Uint16Array(bytes.length + 1);
  let length = 0;
  let run = 0;
  const putRun = (): void => {
    for (; run > 0; run = (run - 1) >> 1) symbols[length++] = (run & 1) === 1 ? RUN_A : RUN_B;
  };
  for (const byte of bytes) {
    if (byte === recent[0]) {
      run += 1;
      continue;
    }
    putRun();
    const place = recent.indexOf(byte);
    recent.copyWithin(1, 0, place);
    recent[0] = byte;
    symbols[length++] = place + 1;
  }
  putRun();
  symbols[length++] = used.length + 1;
  return symbols.subarray(0, length);
}

function writeLengths(bits: BitWriter, lengths: Uint8Array): void {
  let [now = 0] = lengths;
  bits.write(5, now);
  for (const length of lengths) {
    for (; now < length; now++) bits.write(2, 0b10);
    for (; now > length; now--) bits.write(2, 0b11);
    bits.write(1, 0);
  }
}

function writeSymbols(bits: BitWriter, symbols: Uint16Array, lengths: Uint8Array): void {
  const words = new Uint32Array(lengths.length);
  let word = 0;
  for (let length = 1; length <= 20; length++) {
    for (const [symbol, own] of lengths.entries()) if (own === length) words[symbol] = word++;
    word <<= 1;
  }
  for (const symbol of symbols) bits.write(lengths[symbol] ?? 0, words[symbol] ?? 0);
}
