/**
 * UF2 files: 512-byte blocks, each with a page and the address it goes to. A file may hold programs for several chips.
 * Above: firmware.ts. Below: nothing. Pure; refuses with a DriverError whose sentence says what to do.
 * Specification: https://github.com/microsoft/uf2, RP2350 datasheet 5.5.2 for what the boot ROMs take of it.
 */

import { DriverError } from "../base/error.ts";
import { ABSOLUTE_FAMILY, hex, PAGE_BYTES } from "./chips.ts";

export const UF2_BLOCK_BYTES = 512;
const DATA_OFFSET = 32;
const START_0 = 0x0a32_4655;
const START_1 = 0x9e5d_5157;
const END = 0x0ab1_6f30;
const NOT_MAIN_FLASH = 0x0000_0001;
const HAS_FAMILY = 0x0000_2000;
/** What the SDK fills a block with that is there for an RP2350 erratum (E10) alone. */
const ERRATUM_FILLER = 0xef;

/** One page: where it goes, and a view of what goes there. */
export interface Uf2Page {
  readonly address: number;
  readonly data: Uint8Array;
}

/** Pages by family, in the file's order. */
export type Uf2Families = ReadonlyMap<number, readonly Uf2Page[]>;

/** Whether a file is one: its first words say so. */
export function isUf2(file: Uint8Array): boolean {
  if (file.length < 8) return false;
  const view = viewOf(file);
  return view.getUint32(0, true) === START_0 && view.getUint32(4, true) === START_1;
}

/** All blocks checked, and all there. Throws DriverError `invalid-argument`. */
export function parseUf2(file: Uint8Array): Uf2Families {
  if (file.length % UF2_BLOCK_BYTES !== 0) {
    throw refuse(
      `it is cut short: its ${file.length} bytes are no multiple of ${UF2_BLOCK_BYTES}, so copy it again`,
    );
  }
  const families = new Map<number, { readonly total: number; readonly pages: Map<number, Uf2Page> }>();
  for (let at = 0; at < file.length; at += UF2_BLOCK_BYTES) {
    const block = parseBlock(file.subarray(at, at + UF2_BLOCK_BYTES), at / UF2_BLOCK_BYTES + 1);
    if (block === undefined) continue;
    const { family, number, total, page, place } = block;
    const known = families.get(family) ?? { total, pages: new Map<number, Uf2Page>() };
    families.set(family, known);
    if (known.total !== total)
      throw refuse(`${place} counts ${total} blocks, those before it ${known.total}`);
    if (number >= total) throw refuse(`${place} says that it is number ${number + 1} of ${total}`);
    if (known.pages.has(number)) throw refuse(`${place} is there twice: number ${number + 1} of ${total}`);
    known.pages.set(number, page);
  }
  for (const { total, pages } of families.values()) {
    if (pages.size < total) {
      throw refuse(`it is cut short: ${pages.size} of ${total} blocks are there, so copy it again`);
    }
  }
  if (families.size === 0) throw refuse("no block of it is for flash");
  return new Map([...families].map(([family, { pages }]) => [family, [...pages.values()]]));
}

interface Block {
  readonly family: number;
  readonly number: number;
  readonly total: number;
  readonly page: Uf2Page;
  /** For messages. */
  readonly place: string;
}

/** @returns undefined for blocks that are not meant for flash. */
function parseBlock(bytes: Uint8Array, count: number): Block | undefined {
  const place = `block ${count}`;
  const view = viewOf(bytes);
  const word = (index: number): number => view.getUint32(4 * index, true);
  if (!isUf2(bytes) || view.getUint32(UF2_BLOCK_BYTES - 4, true) !== END) {
    throw refuse(`${place} is damaged (its magic numbers are wrong), so copy it again`);
  }
  const [flags, address, size, number, total, family] = [
    word(2),
    word(3),
    word(4),
    word(5),
    word(6),
    word(7),
  ];
  if ((flags & NOT_MAIN_FLASH) !== 0) return undefined;
  if ((flags & HAS_FAMILY) === 0) {
    throw refuse(
      `${place} does not say which chip it is for: build it with a family id, as the Pico SDK does`,
    );
  }
  if (size !== PAGE_BYTES || address % PAGE_BYTES !== 0) {
    throw refuse(
      `${place} has ${size} bytes for ${hex(address)}, and the chip takes ${PAGE_BYTES} at multiples of ${PAGE_BYTES}`,
    );
  }
  const data = bytes.subarray(DATA_OFFSET, DATA_OFFSET + PAGE_BYTES);
  const forErratum =
    family === ABSOLUTE_FAMILY &&
    number === 0 &&
    total === 2 &&
    data.every((byte) => byte === ERRATUM_FILLER);
  if (forErratum) return undefined;
  return { family, number, total, page: { address, data }, place };
}

function refuse(what: string): DriverError {
  return new DriverError("invalid-argument", `this UF2 file cannot be flashed: ${what}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
