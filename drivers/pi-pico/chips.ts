/**
 * What tells an RP2040 in its boot loader from an RP2350. Above: everything in this folder. Below: nothing.
 * Specification: RP2040 datasheet 2.8.4 and 2.8.5, RP2350 datasheet 5.5 and 5.6, https://github.com/microsoft/uf2/blob/master/utils/uf2families.json
 */

import type { UsbFilter } from "../base/devices.ts";

export type ChipName = "RP2040" | "RP2350";

export interface Chip {
  readonly name: ChipName;
  /** Of its boot loader. */
  readonly productId: number;
  /** Families of the UF2 blocks that it takes. */
  readonly families: ReadonlySet<number>;
  /** Bytes of addresses that can be flash. */
  readonly flashWindow: number;
  /** What INFO_UF2.TXT on its drive says. */
  readonly info: Readonly<Record<string, string>>;
}

const VENDOR_ID = 0x2e8a;
/** Where flash begins in the address space, and RAM. */
export const FLASH_BASE = 0x1000_0000;
export const RAM_BASE = 0x2000_0000;
/** Bytes that are erased together, and bytes that are programmed together. */
export const SECTOR_BYTES = 4096;
export const PAGE_BYTES = 256;

const MIB = 1024 * 1024;

/** "To this address, whatever the chip". */
export const ABSOLUTE_FAMILY = 0xe48b_ff57;

/** By family, for people. */
export const FAMILY_NAMES: ReadonlyMap<number, string> = new Map([
  [0xe48b_ff56, "RP2040"],
  [ABSOLUTE_FAMILY, "absolute addresses"],
  [0xe48b_ff58, "RP2350 data"],
  [0xe48b_ff59, "RP2350 (Arm)"],
  [0xe48b_ff5a, "RP2350 (RISC-V)"],
  [0xe48b_ff5b, "RP2350 (Arm, non-secure)"],
]);

export const CHIPS: readonly Chip[] = [
  {
    name: "RP2040",
    productId: 0x0003,
    families: new Set([0xe48b_ff56, ABSOLUTE_FAMILY]),
    flashWindow: 16 * MIB,
    info: { Model: "Raspberry Pi RP2", "Board-ID": "RPI-RP2" },
  },
  {
    name: "RP2350",
    productId: 0x000f,
    families: new Set([ABSOLUTE_FAMILY, 0xe48b_ff58, 0xe48b_ff59, 0xe48b_ff5a, 0xe48b_ff5b]),
    flashWindow: 32 * MIB,
    info: { Model: "Raspberry Pi RP2350", "Board-ID": "RP2350" },
  },
];

export const BOOT_LOADERS: readonly UsbFilter[] = CHIPS.map(({ productId }) => ({
  vendorId: VENDOR_ID,
  productId,
}));

export function chipOf({ productId }: { readonly productId: number }): Chip | undefined {
  return CHIPS.find((chip) => chip.productId === productId);
}

/** "0x10000000". */
export function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
