/**
 * Firmware files as the sectors that they change: what a chip is flashed with, whatever the file was.
 * Above: flash-firmware.ts, driver.ts. Below: uf2.ts. Pure; refuses with a DriverError before anything on a chip is touched.
 */

import { DriverError } from "../base/error.ts";
import { type Chip, FAMILY_NAMES, FLASH_BASE, hex, PAGE_BYTES, RAM_BASE, SECTOR_BYTES } from "./chips.ts";
import { isUf2, parseUf2, type Uf2Families, type Uf2Page } from "./uf2.ts";

/**
 * 70 MiB: a UF2 file of all 32 MiB that an RP2350 can address has 64, with some more for what is not for flash.
 */
export const MAX_FILE_BYTES = 70 * 1024 * 1024;

/** One sector, whole: what the file does not say of it is erased. */
export interface Sector {
  readonly address: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** A file that has been read and checked, and not yet compared with a chip. */
export type Firmware =
  | { readonly kind: "uf2"; readonly families: Uf2Families }
  /** The bytes from the beginning of the flash. */
  | { readonly kind: "binary"; readonly bytes: Uint8Array };

/** What the file is, by its content: clients do not say its name. Throws DriverError `invalid-argument`. */
export function parseFirmware(file: Uint8Array): Firmware {
  if (file.length === 0)
    throw new DriverError("invalid-argument", "the file is empty: send a .uf2 or a .bin file");
  if (isUf2(file)) return { kind: "uf2", families: parseUf2(file) };
  const other = knownFormats.find(({ start }) => start.every((byte, index) => file[index] === byte));
  if (other !== undefined) {
    throw new DriverError(
      "invalid-argument",
      `this is ${other.name}: send the .uf2 or the .bin file beside it`,
    );
  }
  return { kind: "binary", bytes: file };
}

/** Files that lie beside the right one, and would be taken for raw bytes. */
const knownFormats: readonly { readonly start: readonly number[]; readonly name: string }[] = [
  { start: [0x7f, 0x45, 0x4c, 0x46], name: "an ELF file" },
  { start: [0x3a, 0x31, 0x30], name: "an Intel HEX file" },
  { start: [0x3a, 0x30, 0x32, 0x30, 0x30], name: "an Intel HEX file" },
  { start: [0x50, 0x4b, 0x03, 0x04], name: "a ZIP archive" },
  { start: [0x1f, 0x8b], name: "a file that is still compressed (gzip)" },
];

/** The sectors of this chip's flash that the file fills, by address. Throws DriverError `invalid-argument` where it is for another chip. */
export function sectorsFor(chip: Chip, firmware: Firmware): readonly Sector[] {
  const sectors = new Map<number, Uint8Array<ArrayBuffer>>();
  const written = new Set<number>();
  for (const { address, data } of pagesFor(chip, firmware)) {
    checkAddress(chip, address);
    if (written.has(address)) {
      throw new DriverError(
        "invalid-argument",
        `the file says twice what is at ${hex(address)}: send one program at a time`,
      );
    }
    written.add(address);
    const start = address - (address % SECTOR_BYTES);
    const sector = sectors.get(start) ?? new Uint8Array(SECTOR_BYTES).fill(0xff);
    sectors.set(start, sector);
    sector.set(data, address - start);
  }
  return [...sectors].map(([address, data]) => ({ address, data })).sort((a, b) => a.address - b.address);
}

function pagesFor(chip: Chip, firmware: Firmware): readonly Uf2Page[] {
  if (firmware.kind === "binary") return pagesOf(chip, firmware.bytes);
  const { families } = firmware;
  const mine = [...families].filter(([family]) => chip.families.has(family)).flatMap(([, pages]) => pages);
  if (mine.length > 0) return mine;
  const names = [...families.keys()].map((family) => FAMILY_NAMES.get(family) ?? `family ${hex(family)}`);
  throw new DriverError(
    "invalid-argument",
    `this UF2 file is for ${names.join(" and ")}, and the board has an ${chip.name}: build the program for ${chip.name}`,
  );
}

function pagesOf({ name, flashWindow }: Chip, bytes: Uint8Array): readonly Uf2Page[] {
  if (bytes.length > flashWindow) {
    throw new DriverError(
      "invalid-argument",
      `the file has ${bytes.length} bytes, and an ${name} addresses ${flashWindow} bytes of flash: send a program for it`,
    );
  }
  const count = Math.ceil(bytes.length / PAGE_BYTES);
  return Array.from({ length: count }, (_, index) => ({
    address: FLASH_BASE + index * PAGE_BYTES,
    data: bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES),
  }));
}

function checkAddress({ name, flashWindow }: Chip, address: number): void {
  if (address >= FLASH_BASE && address < FLASH_BASE + flashWindow) return;
  const cure =
    address >= RAM_BASE && address < RAM_BASE + 0x0100_0000
      ? "it is a program that runs from RAM: build it for flash"
      : `the flash of an ${name} is from ${hex(FLASH_BASE)} to ${hex(FLASH_BASE + flashWindow)}`;
  throw new DriverError(
    "invalid-argument",
    `the file has something for ${hex(address)}, which is no flash: ${cure}`,
  );
}
