/**
 * What a boot ROM makes of the flash: whether there is a program, and, since no core runs here, what can be said of it.
 * Above: simulated-pico.ts. Below: NorFlash.
 * Specification: as in program.ts. Real firmware files are read the same way, so their own names appear.
 */

import { CHIPS, FLASH_BASE, type Rp2Chip } from "./chips.ts";
import { crc32Mpeg2 } from "./crc32-mpeg2.ts";
import type { NorFlash } from "./nor-flash.ts";
import {
  BLOCK_END,
  BLOCK_START,
  BOOT2_CODE_BYTES,
  INFO_END,
  INFO_PROGRAM_NAME,
  INFO_START,
  INFO_TAG,
  INFO_TYPE_TEXT,
} from "./program.ts";

export interface Program {
  /** As the program says it; undefined when it does not. */
  readonly name: string | undefined;
  /** Bytes from the flash's beginning to the last that is not erased. */
  readonly size: number;
  /** CRC-32/MPEG-2 of these bytes, in hex. */
  readonly checksum: string;
}

/** The RP2350's ROM looks for a block in the first 4 KiB. */
const BLOCK_SEARCH_BYTES = 4096;
/** The markers of the binary information stand somewhere in here, and there are not more entries than this. */
const INFO_SEARCH_BYTES = 1024;
const MAX_INFO_ENTRIES = 256;
const MAX_NAME_BYTES = 128;

/** @returns undefined when the ROM finds nothing to run, and stays in its boot loader. */
export function findProgram(chip: Rp2Chip, flash: NorFlash): Program | undefined {
  if (!isBootable(chip, flash)) return undefined;
  const { contents } = flash;
  let size = contents.length;
  while (size > 0 && contents[size - 1] === 0xff) size -= 1;
  return {
    name: programName(contents),
    size,
    checksum: crc32Mpeg2(contents.subarray(0, size)).toString(16).padStart(8, "0"),
  };
}

function isBootable(chip: Rp2Chip, { contents }: NorFlash): boolean {
  const view = new DataView(contents.buffer);
  if (chip === "rp2040") {
    return view.getUint32(BOOT2_CODE_BYTES, true) === crc32Mpeg2(contents.subarray(0, BOOT2_CODE_BYTES));
  }
  for (let at = 0; at < BLOCK_SEARCH_BYTES; at += 4) {
    if (view.getUint32(at, true) !== BLOCK_START) continue;
    for (let end = at + 4; end < BLOCK_SEARCH_BYTES; end += 4) {
      if (view.getUint32(end, true) === BLOCK_END) return true;
    }
  }
  return false;
}

function programName(contents: Uint8Array<ArrayBuffer>): string | undefined {
  const view = new DataView(contents.buffer);
  const word = (address: number): number | undefined => {
    const offset = address - FLASH_BASE;
    return offset >= 0 && offset + 4 <= contents.length ? view.getUint32(offset, true) : undefined;
  };
  for (let at = FLASH_BASE; at < FLASH_BASE + INFO_SEARCH_BYTES; at += 4) {
    const [start, end] = [word(at + 4), word(at + 8)];
    if (word(at) !== INFO_START || word(at + 16) !== INFO_END || start === undefined || end === undefined)
      continue;
    for (let entry = start; entry < end && entry < start + 4 * MAX_INFO_ENTRIES; entry += 4) {
      const address = word(entry) ?? 0;
      if (word(address) !== ((INFO_TAG << 16) | INFO_TYPE_TEXT) || word(address + 4) !== INFO_PROGRAM_NAME)
        continue;
      const text = contents.subarray((word(address + 8) ?? 0) - FLASH_BASE).subarray(0, MAX_NAME_BYTES);
      const length = text.indexOf(0);
      return length < 0 ? undefined : new TextDecoder().decode(text.subarray(0, length));
    }
  }
  return undefined;
}

/** For people: "RP2040 with 2 MiB of flash". */
export function describeChip(chip: Rp2Chip): string {
  return `${chip.toUpperCase()} with ${CHIPS[chip].flashSize / 1024 / 1024} MiB of flash`;
}
