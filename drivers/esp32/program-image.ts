/**
 * Which chip a program was built for, by its header: so that nobody flashes one chip's program onto another.
 * Above: driver.ts. Below: nothing; pure.
 * Specification: Espressif's application image format: header, extended header with the chip's id, segments, checksum.
 */

/** The chips there are, by the id that headers have. */
const CHIPS: Readonly<Record<number, string>> = {
  0: "ESP32",
  2: "ESP32-S2",
  5: "ESP32-C3",
  9: "ESP32-S3",
  12: "ESP32-C2",
  13: "ESP32-C6",
  16: "ESP32-H2",
  18: "ESP32-P4",
  20: "ESP32-C61",
  23: "ESP32-C5",
  25: "ESP32-H21",
  28: "ESP32-H4",
};

export const PROGRAM_MAGIC = 0xe9;
const HEADER_BYTES = 24;
const SEGMENT_HEADER_BYTES = 8;
const MAX_SEGMENTS = 16;
const CHIP_ID_AT = 12;
const CHECKSUM_SEED = 0xef;
const CHECKSUM_ALIGNMENT = 16;

/**
 * The id of the chip, of a file that begins with a whole program. Undefined for anything else, such as data, a partition table, or what only looks
 * like a program: the checksum has to fit.
 */
export function chipIdOf(file: Uint8Array): number | undefined {
  const segments = file[1] ?? 0;
  if (file[0] !== PROGRAM_MAGIC || segments === 0 || segments > MAX_SEGMENTS) return undefined;
  if (file.length < HEADER_BYTES) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = HEADER_BYTES;
  let sum = CHECKSUM_SEED;
  for (let segment = 0; segment < segments; segment++) {
    if (at + SEGMENT_HEADER_BYTES > file.length) return undefined;
    const end = at + SEGMENT_HEADER_BYTES + view.getUint32(at + 4, true);
    if (end > file.length) return undefined;
    for (let byte = at + SEGMENT_HEADER_BYTES; byte < end; byte++) sum ^= file[byte] ?? 0;
    at = end;
  }
  // It is the last byte of a block.
  const checksumAt = at - (at % CHECKSUM_ALIGNMENT) + CHECKSUM_ALIGNMENT - 1;
  return file[checksumAt] === sum ? view.getUint16(CHIP_ID_AT, true) : undefined;
}

export function chipName(id: number): string {
  return CHIPS[id] ?? `a chip with the id ${id}`;
}
