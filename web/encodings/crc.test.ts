import { describe, expect, it } from "vitest";
import { updateBz2Crc } from "./bz2-crc.ts";
import { crc32 } from "./crc32.ts";

// The check values of the catalogue of CRCs: CRC-32/ISO-HDLC and CRC-32/BZIP2.
const DIGITS = new TextEncoder().encode("123456789");

describe("CRCs", () => {
  it("should be that of gzip and xz", () => {
    expect(crc32(DIGITS)).toBe(0xcbf43926);
    expect(crc32(DIGITS.subarray(4), crc32(DIGITS.subarray(0, 4)))).toBe(0xcbf43926);
  });

  it("should be that of bzip2", () => {
    expect(~updateBz2Crc(~0, DIGITS) >>> 0).toBe(0xfc891918);
  });
});
