/**
 * Bounds of what decompression may take, and why they are what they are.
 * Above: all decoders. Below: nothing.
 */

/**
 * 64 GiB of decompressed bytes in one file: twice the largest card that boards of today boot from. A bomb ends here at the latest;
 * whoever stores the bytes stops far earlier, by the room that there is. There is no bound of the ratio: an honest image of an empty
 * disk shrinks to a thousandth by gzip, and to less than a hundred-thousandth by bzip2.
 */
export const MAX_DECODED_BYTES = 64 * 1024 ** 3;

/** 64 KiB: what a decoder hands on at a time. Nothing more is made before somebody has taken it. */
export const DECODED_CHUNK_BYTES = 64 * 1024;

/**
 * 256 KiB in and out: after so much a codec lets the worker's other tasks have their turn. They wait for a few milliseconds, and for
 * one block of bzip2, the slowest, a tenth of a second; a bomb of a few kilobytes would hold up serial ports and the tunnel otherwise.
 */
export const BYTES_BETWEEN_TURNS = 256 * 1024;

/**
 * 4 KiB: as what a chunk counts there at least, an empty one too. A file may be made of thousands of streams, frames or blocks with
 * next to nothing in them, each of which is some work: a decoder yields a chunk behind every one.
 */
export const LEAST_CHUNK_COST_BYTES = 4 * 1024;

/** 128 MiB: the window up to which the zstd command decompresses without being asked to (`--long=27`). It is kept in memory. */
export const MAX_ZSTD_WINDOW_BYTES = 128 * 1024 * 1024;

/** 64 MiB: the largest dictionary that xz-decompress allows, that of `xz -9`. It is kept in memory. */
export const MAX_XZ_DICTIONARY_BYTES = 64 * 1024 * 1024;
