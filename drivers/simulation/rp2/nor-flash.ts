/**
 * A NOR flash chip: erasing sets bits, programming only clears them, and addresses wrap at its size.
 * Above: picoboot-rom.ts and boot.ts. Below: nothing.
 */

import { PAGE_BYTES, SECTOR_BYTES } from "./chips.ts";

export class NorFlash {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  /** How often a sector was erased: a test sees what was left alone. */
  erasedSectors = 0;

  /** @param size Bytes: a power of two. */
  constructor(size: number) {
    this.#bytes = new Uint8Array(size).fill(0xff);
  }

  get size(): number {
    return this.#bytes.length;
  }

  eraseSector(offset: number): void {
    const start = this.#wrap(offset);
    this.#bytes.fill(0xff, start, start + SECTOR_BYTES);
    this.erasedSectors += 1;
  }

  /** Bits that are 0 stay 0. */
  programPage(offset: number, data: Uint8Array): void {
    const start = this.#wrap(offset);
    for (const [index, value] of data.subarray(0, PAGE_BYTES).entries()) {
      this.#bytes[start + index] = (this.#bytes[start + index] ?? 0) & value;
    }
  }

  /** At most a page. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const start = this.#wrap(offset);
    return this.#bytes.slice(start, start + length);
  }

  /** All of it; a view, not a copy. */
  get contents(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  #wrap(offset: number): number {
    return offset % this.#bytes.length;
  }
}
