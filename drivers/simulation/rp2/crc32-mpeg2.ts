/** CRC-32/MPEG-2: polynomial 04c11db7, most significant bit first, begun with ones, not inverted. The RP2040's check of its second stage. */
export function crc32Mpeg2(bytes: Uint8Array): number {
  let remainder = 0xffff_ffff;
  for (const byte of bytes) remainder = (remainder << 8) ^ (TABLE[(remainder >>> 24) ^ byte] ?? 0);
  return remainder >>> 0;
}

const TABLE: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = remainder & 0x8000_0000 ? (remainder << 1) ^ 0x04c1_1db7 : remainder << 1;
  }
  return remainder;
});
