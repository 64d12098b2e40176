/**
 * A NOR flash chip: erasing sets whole sectors to ones, programming only ever clears bits. Pure.
 * Above: the boot loader that writes it, the ROM and the firmware that read it. Below: nothing.
 * Specification: any serial NOR data sheet, e.g. Winbond W25Q32JV §8.2.
 */

export const SECTOR_BYTES = 4096;

/** Bytes from `from` up to, and without, `to`. */
export interface FlashRange {
  readonly from: number;
  readonly to: number;
}

export class FlashMemory {
  readonly bytes: number;
  /** Where programming does nothing any more: a worn or write-protected part. */
  stuck: FlashRange | undefined;
  /** Sectors that are not all ones, by their number. */
  readonly #sectors = new Map<number, Uint8Array>();

  /** @param bytes Its size: a power of two, 1 MiB or more. */
  constructor(bytes: number) {
    if (bytes < 2 ** 20 || !Number.isInteger(Math.log2(bytes)))
      throw new RangeError("a flash chip has 1 MiB, or 2, 4, 8 … of them");
    this.bytes = bytes;
  }

  /** The third byte of its JEDEC identification. */
  get capacityCode(): number {
    return Math.log2(this.bytes);
  }

  read(address: number, length: number): Uint8Array {
    this.#check(address, length);
    const out = new Uint8Array(length).fill(0xff);
    for (const { sector, offset, at, count } of pieces(address, length)) {
      const held = this.#sectors.get(sector);
      if (held !== undefined) out.set(held.subarray(offset, offset + count), at);
    }
    return out;
  }

  program(address: number, bytes: Uint8Array): void {
    this.#check(address, bytes.length);
    for (const { sector, offset, at, count } of pieces(address, bytes.length)) {
      let held = this.#sectors.get(sector);
      if (held === undefined) {
        held = new Uint8Array(SECTOR_BYTES).fill(0xff);
        this.#sectors.set(sector, held);
      }
      for (let i = 0; i < count; i++) {
        const where = sector * SECTOR_BYTES + offset + i;
        if (this.stuck !== undefined && where >= this.stuck.from && where < this.stuck.to) continue;
        held[offset + i] = (held[offset + i] ?? 0xff) & (bytes[at + i] ?? 0xff);
      }
    }
  }

  /** Every sector that the range touches. */
  erase(address: number, length: number): void {
    this.#check(address, length);
    for (const { sector } of pieces(address, length)) this.#sectors.delete(sector);
  }

  eraseAll(): void {
    this.#sectors.clear();
  }

  /** Erase and program: how a factory fills it. */
  load(address: number, bytes: Uint8Array): void {
    this.erase(address, bytes.length);
    this.program(address, bytes);
  }

  #check(address: number, length: number): void {
    if (address < 0 || length < 0 || address + length > this.bytes)
      throw new RangeError(`the flash ends at ${this.bytes} bytes`);
  }
}

interface Piece {
  readonly sector: number;
  /** In the sector. */
  readonly offset: number;
  /** In the range. */
  readonly at: number;
  readonly count: number;
}

function* pieces(address: number, length: number): Generator<Piece> {
  for (let at = 0; at < length; ) {
    const sector = Math.floor((address + at) / SECTOR_BYTES);
    const offset = (address + at) % SECTOR_BYTES;
    const count = Math.min(SECTOR_BYTES - offset, length - at);
    yield { sector, offset, at, count };
    at += count;
  }
}
