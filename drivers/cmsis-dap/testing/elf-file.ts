/**
 * The smallest ELF file with given segments, as a linker for microcontrollers writes it.
 * Above: tests of this folder. Below: nothing.
 */

import type { Segment } from "../segment.ts";

const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const PT_LOAD = 1;

export function elfFile(segments: readonly Segment[]): Uint8Array {
  const dataAt = HEADER_BYTES + segments.length * PROGRAM_HEADER_BYTES;
  const file = new Uint8Array(dataAt + segments.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const view = new DataView(file.buffer);
  // 32 bits, little-endian, version 1; an executable for Arm.
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 40, true);
  view.setUint32(28, HEADER_BYTES, true);
  view.setUint16(42, PROGRAM_HEADER_BYTES, true);
  view.setUint16(44, segments.length, true);
  let at = dataAt;
  for (const [index, { address, bytes }] of segments.entries()) {
    const header = HEADER_BYTES + index * PROGRAM_HEADER_BYTES;
    view.setUint32(header, PT_LOAD, true);
    view.setUint32(header + 4, at, true);
    // Where it runs is not where it is kept.
    view.setUint32(header + 8, 0x2000_0000, true);
    view.setUint32(header + 12, address, true);
    view.setUint32(header + 16, bytes.length, true);
    view.setUint32(header + 20, bytes.length, true);
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}
