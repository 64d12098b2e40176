/**
 * A prefix code of bzip2, to read by: given as the length of each symbol's word, words of one length in the order of their symbols.
 * Above: decode-bz2.ts. Below: bz2-bits.ts.
 */

import type { Bz2Bits } from "./bz2-bits.ts";
import { corrupt } from "./failures.ts";

/** No word is longer in any file that bzip2 reads. */
export const MAX_CODE_BITS = 20;

/** Words up to this length are looked up at once: 4 KiB a table, six of them in a fast cache. */
const QUICK_BITS = 10;

export class PrefixCode {
  /** By the next bits: a symbol and how long its word is (in the low 5 bits), or 0 when that is longer. */
  readonly #quick = new Uint16Array(1 << QUICK_BITS);
  /** By length: the first word, how many there are, and where their symbols begin. */
  readonly #firsts = new Int32Array(MAX_CODE_BITS + 1);
  readonly #counts = new Int32Array(MAX_CODE_BITS + 1);
  readonly #starts = new Int32Array(MAX_CODE_BITS + 1);
  readonly #symbols: Uint16Array;

  /** @throws DriverError when there are more words than fit. */
  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    let word = 0;
    let sorted = 0;
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      this.#firsts[length] = word;
      this.#starts[length] = sorted;
      for (const [symbol, own] of lengths.entries()) {
        if (own !== length) continue;
        if (word >= 1 << length) throw corrupt("bz2", "a table that cannot be");
        this.#symbols[sorted++] = symbol;
        if (length <= QUICK_BITS) {
          const room = QUICK_BITS - length;
          this.#quick.fill((symbol << 5) | length, word << room, (word + 1) << room);
        }
        word += 1;
      }
      this.#counts[length] = sorted - (this.#starts[length] ?? 0);
      word <<= 1;
    }
  }

  read(bits: Bz2Bits): number {
    const next = bits.peek(MAX_CODE_BITS);
    const quick = this.#quick[next >> (MAX_CODE_BITS - QUICK_BITS)] ?? 0;
    if (quick !== 0) {
      bits.skip(quick & 31);
      return quick >> 5;
    }
    for (let length = QUICK_BITS + 1; length <= MAX_CODE_BITS; length++) {
      const place = (next >> (MAX_CODE_BITS - length)) - (this.#firsts[length] ?? 0);
      if (place >= 0 && place < (this.#counts[length] ?? 0)) {
        bits.skip(length);
        return this.#symbols[(this.#starts[length] ?? 0) + place] ?? 0;
      }
    }
    throw corrupt("bz2", "bits that mean nothing");
  }
}
