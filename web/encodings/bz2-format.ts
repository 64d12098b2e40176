/**
 * Numbers of the bzip2 format.
 * Above: decode-bz2.ts, encode-bz2.ts. Below: nothing. Specification: bzip2 1.0.8, which has no document of its own.
 */

/** The level in a stream's header is the size of its blocks in these. */
export const BZ2_BLOCK_UNIT = 100_000;
/** 48 bits each, in halves: they begin a block (the digits of pi), and a stream's end (those of its root). */
export const BLOCK_MAGIC: readonly [number, number] = [0x314159, 0x265359];
export const END_MAGIC: readonly [number, number] = [0x177245, 0x385090];
/** Symbols that use one table, before the next selector. */
export const GROUP_SYMBOLS = 50;
/** Those that write the length of a run in base two, digits 1 and 2. */
export const RUN_A = 0;
export const RUN_B = 1;
/** After so many equal bytes comes a count of more. */
export const RUN_BEFORE_COUNT = 4;
