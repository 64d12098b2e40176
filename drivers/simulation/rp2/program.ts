/**
 * Programs for the simulated chips: small images that a boot ROM takes for bootable, with a name inside as the SDK puts it there.
 * Above: tests, and whoever wants something to flash. Below: boot.ts reads the same.
 * Specification: RP2040 datasheet 2.8.1 (second stage and its checksum), RP2350 datasheet 5.9 (blocks), pico-sdk's binary information,
 * https://github.com/microsoft/uf2 for the file.
 */

import { CHIPS, FLASH_BASE, PAGE_BYTES, type Rp2Chip } from "./chips.ts";
import { crc32Mpeg2 } from "./crc32-mpeg2.ts";

/** Of the RP2040's second stage: the code, and the checksum behind it. */
export const BOOT2_CODE_BYTES = 252;
/** Around a block of the RP2350. */
export const BLOCK_START = 0xffff_ded3;
export const BLOCK_END = 0xab12_3579;
/** Around the addresses of the binary information, in the first page behind the second stage, or behind the vector table. */
export const INFO_START = 0x7188_ebf2;
export const INFO_END = 0xe71a_a390;
/** "RP", a pointer to a text, and the program's name. */
export const INFO_TAG = 0x5052;
export const INFO_TYPE_TEXT = 6;
export const INFO_PROGRAM_NAME = 0x0203_1c86;

const HEADER_OFFSET = 0x100;
const BLOCK_OFFSET = 0x140;
const ENTRIES_OFFSET = 0x180;
const ENTRY_OFFSET = 0x190;
const NAME_OFFSET = 0x200;
const MAX_NAME_BYTES = 64;
/** Where what follows the headers begins. */
const FILLER_OFFSET = NAME_OFFSET + MAX_NAME_BYTES;

export interface ProgramOptions {
  readonly chip: Rp2Chip;
  readonly name: string;
  /** Bytes; at least a kilobyte. */
  readonly size?: number;
}

/** What `objcopy -O binary` would give. */
export function createProgram({ chip, name, size = 4096 }: ProgramOptions): Uint8Array<ArrayBuffer> {
  const image = new Uint8Array(size);
  const view = new DataView(image.buffer);
  // Code, so to speak: bytes that differ everywhere and with the name.
  let state = crc32Mpeg2(new TextEncoder().encode(name)) | 1;
  for (let at = FILLER_OFFSET; at < size; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    image[at] = state >>> 24;
  }
  const words = (offset: number, ...values: readonly number[]): void => {
    for (const [index, value] of values.entries()) view.setUint32(offset + 4 * index, value, true);
  };
  words(HEADER_OFFSET, INFO_START, FLASH_BASE + ENTRIES_OFFSET, FLASH_BASE + ENTRIES_OFFSET + 4, 0, INFO_END);
  // An image definition: executable, for this chip's Arm cores.
  words(BLOCK_OFFSET, BLOCK_START, 0x1021_0142, 0x0000_01ff, 0, BLOCK_END);
  words(ENTRIES_OFFSET, FLASH_BASE + ENTRY_OFFSET);
  words(ENTRY_OFFSET, (INFO_TAG << 16) | INFO_TYPE_TEXT, INFO_PROGRAM_NAME, FLASH_BASE + NAME_OFFSET);
  image.set(new TextEncoder().encode(name).subarray(0, MAX_NAME_BYTES - 1), NAME_OFFSET);
  if (chip === "rp2040") words(BOOT2_CODE_BYTES, crc32Mpeg2(image.subarray(0, BOOT2_CODE_BYTES)));
  return image;
}

const UF2_BLOCK_BYTES = 512;
const UF2_DATA_OFFSET = 32;
const UF2_HAS_FAMILY = 0x2000;

/** The image as a UF2 file, at the beginning of the flash. */
export function createUf2(
  image: Uint8Array,
  { family, address = FLASH_BASE }: { readonly family: number; readonly address?: number },
): Uint8Array<ArrayBuffer> {
  const count = Math.ceil(image.length / PAGE_BYTES);
  const file = new Uint8Array(count * UF2_BLOCK_BYTES);
  for (let block = 0; block < count; block += 1) {
    const view = new DataView(file.buffer, block * UF2_BLOCK_BYTES, UF2_BLOCK_BYTES);
    const header = [0x0a32_4655, 0x9e5d_5157, UF2_HAS_FAMILY, address + block * PAGE_BYTES, PAGE_BYTES];
    for (const [index, word] of [...header, block, count, family].entries()) {
      view.setUint32(4 * index, word, true);
    }
    view.setUint32(UF2_BLOCK_BYTES - 4, 0x0ab1_6f30, true);
    file.set(
      image.subarray(block * PAGE_BYTES, (block + 1) * PAGE_BYTES),
      block * UF2_BLOCK_BYTES + UF2_DATA_OFFSET,
    );
  }
  return file;
}

/** A program as the UF2 file that one drags on the board's drive. */
export function createProgramUf2(options: ProgramOptions): Uint8Array<ArrayBuffer> {
  return createUf2(createProgram(options), { family: CHIPS[options.chip].family });
}
