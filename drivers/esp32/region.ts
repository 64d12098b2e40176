/**
 * Addresses and regions of flash, as people write them: `0x10000`, `65536`, `0x10000:0x4000`.
 * Above: driver.ts. Below: nothing; pure.
 * Specification: `int(text, 0)` of Python, as jumpstarter_driver_esp32 reads its `target`.
 */

import { DriverError } from "../base/error.ts";

/** Bytes from `address` on. */
export interface Region {
  readonly address: number;
  readonly size: number;
  /** Nobody has said the size: what lies behind the flash's end may be left out. */
  readonly atMost: boolean;
}

/** 4 MiB: what is dumped where no size is given. */
export const DEFAULT_DUMP_BYTES = 0x40_0000;

/** The program's place in flash; the start where nothing is said. */
export function parseAddress(target: string | null): number {
  return target === null || target === "" ? 0 : parseNumber(target, "address");
}

export function parseRegion(target: string | null): Region {
  if (target === null) return { address: 0, size: DEFAULT_DUMP_BYTES, atMost: true };
  const colon = target.indexOf(":");
  if (colon < 0) return { address: parseNumber(target, "address"), size: DEFAULT_DUMP_BYTES, atMost: true };
  const region = {
    address: parseNumber(target.slice(0, colon), "address"),
    size: parseNumber(target.slice(colon + 1), "size"),
    atMost: false,
  };
  if (region.size === 0) throw new DriverError("invalid-argument", "the size is 0: give at least one byte");
  return region;
}

/** @throws DriverError when the region does not lie in a flash of `flashBytes`. */
export function fitRegion({ address, size, atMost }: Region, flashBytes: number): Region {
  const room = flashBytes - address;
  if (room <= 0 || (size > room && !atMost)) {
    throw new DriverError(
      "invalid-argument",
      `${size} bytes at ${hex(address)} do not lie in the flash, which ends at ${hex(flashBytes)} (${sizeText(flashBytes)}): give a lower address or less`,
    );
  }
  return { address, size: Math.min(size, room), atMost };
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

export function sizeText(bytes: number): string {
  const mebibyte = 1024 * 1024;
  return bytes % mebibyte === 0 ? `${bytes / mebibyte} MiB` : `${bytes} bytes`;
}

function parseNumber(text: string, what: "address" | "size"): number {
  const trimmed = text.trim();
  if (/^-\w/.test(trimmed) && !Number.isNaN(Number(trimmed.replace(/^-|_/g, "")))) {
    throw new DriverError("invalid-argument", `the ${what} ${trimmed} is negative: give one from 0x0 on`);
  }
  const digits = trimmed.replace(/^\+/, "").replaceAll(/(?<=[\da-f])_(?=[\da-f])/gi, "");
  // As in Python, 010 is neither octal nor decimal.
  const valid = /^(?:0x[\da-f]+|0o[0-7]+|0b[01]+|0+|[1-9]\d*)$/i.test(digits);
  const value = valid ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(value) || value > 0xffff_ffff) {
    throw new DriverError(
      "invalid-argument",
      `the ${what} ${JSON.stringify(text)} is no number of 32 bits: write it as 0x10000 or 65536`,
    );
  }
  return value;
}
