/**
 * Bits of a bzip2 file, the highest of a byte first.
 * Above: decode-bz2.ts, bz2-huffman.ts. Below: byte-source.ts.
 */

import type { ByteSource } from "./byte-source.ts";
import { cutShort } from "./failures.ts";

export class Bz2Bits {
  readonly #source: ByteSource;
  /** The low `#count` bits are next. */
  #held = 0;
  #count = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Wait until so many bytes can be read, or until the file's end is there: past it, reading throws. */
  async fill(bytes: number): Promise<void> {
    if (this.#source.available < bytes) await this.#source.need(bytes);
  }

  /** @param bits 1 to 24. */
  read(bits: number): number {
    this.#hold(bits);
    if (this.#count < bits) throw cutShort("bz2");
    this.#count -= bits;
    return (this.#held >>> this.#count) & ((1 << bits) - 1);
  }

  read32(): number {
    return (this.read(16) * 2 ** 16 + this.read(16)) >>> 0;
  }

  /** The next bits, with zeros where the file is over. @param bits 1 to 24. */
  peek(bits: number): number {
    this.#hold(bits);
    const missing = bits - this.#count;
    const held = missing > 0 ? this.#held << missing : this.#held >>> -missing;
    return held & ((1 << bits) - 1);
  }

  /** Go on by bits that have been peeked at. */
  skip(bits: number): void {
    if (this.#count < bits) throw cutShort("bz2");
    this.#count -= bits;
  }

  /** Leave out what is left of a byte. */
  toNextByte(): void {
    this.#count -= this.#count & 7;
  }

  #hold(bits: number): void {
    const source = this.#source;
    while (this.#count < bits) {
      const byte = source.buffer[source.position];
      if (byte === undefined) return;
      source.position += 1;
      this.#held = (this.#held << 8) | byte;
      this.#count += 8;
    }
  }
}
