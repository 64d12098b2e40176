/**
 * The loadable segments of an ELF file: what a compiler makes for a microcontroller.
 * Above: firmware-file.ts. Below: nothing.
 * Specification: System V ABI, "Object Files" and "Program Loading": 32 bits, little-endian; segments at their physical address.
 */

import { DriverError } from "../base/error.ts";
import type { Segment } from "./segment.ts";

const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const PT_LOAD = 1;

export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** @throws DriverError `invalid-argument`: what is wrong with it. */
export function readElf(bytes: Uint8Array): Segment[] {
  if (bytes.length < HEADER_BYTES) throw cut();
  if (bytes[4] !== CLASS_32 || bytes[5] !== LITTLE_ENDIAN) {
    throw new DriverError(
      "invalid-argument",
      "this ELF file is not for a 32-bit microcontroller: build it for the chip on the board",
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = view.getUint32(28, true);
  const size = view.getUint16(42, true);
  const count = view.getUint16(44, true);
  if (count > 0 && (size < PROGRAM_HEADER_BYTES || table + size * count > bytes.length)) throw cut();
  const segments: Segment[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = table + index * size;
    const offset = view.getUint32(at + 4, true);
    const length = view.getUint32(at + 16, true);
    if (view.getUint32(at, true) !== PT_LOAD || length === 0) continue;
    if (offset + length > bytes.length) throw cut();
    segments.push({
      address: view.getUint32(at + 12, true),
      bytes: bytes.subarray(offset, offset + length),
    });
  }
  if (segments.length > 0) return segments;
  throw new DriverError(
    "invalid-argument",
    "this ELF file has nothing to load: link it, an object file is not enough",
  );
}

function cut(): DriverError {
  return new DriverError("invalid-argument", "the ELF file is shorter than it says: get it again");
}
