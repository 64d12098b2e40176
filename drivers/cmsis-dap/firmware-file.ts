/**
 * A firmware file of whatever kind: what is in it, and how a DAPLink probe takes it.
 * Above: the drivers of this folder. Below: elf.ts, intel-hex.ts.
 */

import { DriverError } from "../base/error.ts";
import { isElf, readElf } from "./elf.ts";
import { readIntelHex, writeIntelHex } from "./intel-hex.ts";
import type { Segment } from "./segment.ts";

export interface FirmwareFile {
  readonly kind: "binary" | "Intel HEX" | "ELF";
  /** What is to be in the target's memory. */
  readonly segments: readonly Segment[];
  /** A binary says no address: it belongs at the beginning of the flash, wherever the target has it. */
  readonly relative: boolean;
  /** As the probe takes it. */
  readonly stream: { readonly hex: boolean; readonly bytes: Uint8Array };
}

/** The first record of an Intel HEX file, or of one that tools begin with an empty line. */
const HEX_START = /^\s*:[0-9a-fA-F]{10}/;
const HEX_START_BYTES = 64;

/** By what is in it: clients do not say what it is called. @throws DriverError `invalid-argument`. */
export function readFirmware(bytes: Uint8Array): FirmwareFile {
  if (bytes.length === 0)
    throw new DriverError("invalid-argument", "the firmware file is empty: choose another one");
  if (isElf(bytes)) {
    const segments = readElf(bytes);
    const hex = new TextEncoder().encode(writeIntelHex(segments));
    return { kind: "ELF", segments, relative: false, stream: { hex: true, bytes: hex } };
  }
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, HEX_START_BYTES));
  if (HEX_START.test(start)) {
    const segments = readIntelHex(new TextDecoder("latin1").decode(bytes));
    if (segments.length === 0) {
      throw new DriverError("invalid-argument", "the Intel HEX file has no data: choose another one");
    }
    return { kind: "Intel HEX", segments, relative: false, stream: { hex: true, bytes } };
  }
  return { kind: "binary", segments: [{ address: 0, bytes }], relative: true, stream: { hex: false, bytes } };
}
