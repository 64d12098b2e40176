/**
 * The CRC of bzip2: CRC-32 with the highest bit first, unlike that of gzip.
 * Above: decode-bz2.ts, encode-bz2.ts. Below: nothing.
 */

const POLYNOMIAL = 0x04c11db7;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc;
});

/** @param crc ~0 at first. The complement of the last is the CRC. */
export function updateBz2Crc(crc: number, bytes: Uint8Array): number {
  let next = crc;
  for (const byte of bytes) next = (next << 8) ^ (TABLE[(next >>> 24) ^ byte] ?? 0);
  return next;
}

/** The CRC of a stream, of those of its blocks. Both unsigned. */
export function combineBz2Crc(stream: number, block: number): number {
  return (((stream << 1) | (stream >>> 31)) ^ block) >>> 0;
}
