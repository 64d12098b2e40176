/**
 * A piece of firmware, and where it belongs.
 * Above: firmware-file.ts, elf.ts, intel-hex.ts, flash-target.ts. Below: nothing.
 */

/** Bytes for one place in the target's memory. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
}
