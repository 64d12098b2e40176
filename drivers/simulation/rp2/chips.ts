/**
 * What tells the simulated chips apart. Above: everything in this folder. Below: nothing.
 * Specification: RP2040 datasheet, chapter 2.8; RP2350 datasheet, chapters 5.5 and 5.6.
 */

export type Rp2Chip = "rp2040" | "rp2350";

export interface Rp2Facts {
  /** The boot loader's; the vendor is 2e8a. */
  readonly bootProductId: number;
  /** That of a program made with the SDK: its serial port over USB. */
  readonly serialProductId: number;
  /** What the boot loader says: the same on every RP2040, each chip's own on the RP2350. */
  readonly bootSerialNumber: string;
  readonly usbVersion: readonly [number, number, number];
  /** Bytes of addresses, from FLASH_BASE, that the boot loader takes for flash. */
  readonly flashWindow: number;
  /** Bytes of flash on the board that Raspberry Pi makes: less than the window, so that addresses wrap. */
  readonly flashSize: number;
  /** In UF2 blocks of programs for it. */
  readonly family: number;
}

export const VENDOR_ID = 0x2e8a;
export const FLASH_BASE = 0x1000_0000;
/** Bytes that are erased together, and bytes that are programmed together. */
export const SECTOR_BYTES = 4096;
export const PAGE_BYTES = 256;

const MIB = 1024 * 1024;

export const CHIPS: Readonly<Record<Rp2Chip, Rp2Facts>> = {
  rp2040: {
    bootProductId: 0x0003,
    serialProductId: 0x000a,
    bootSerialNumber: "E0C9125B0D9B",
    usbVersion: [1, 1, 0],
    flashWindow: 16 * MIB,
    flashSize: 2 * MIB,
    family: 0xe48bff56,
  },
  rp2350: {
    bootProductId: 0x000f,
    serialProductId: 0x0009,
    bootSerialNumber: "4E8A17C2D90B63F5",
    usbVersion: [2, 1, 0],
    flashWindow: 32 * MIB,
    flashSize: 4 * MIB,
    family: 0xe48bff59,
  },
};
