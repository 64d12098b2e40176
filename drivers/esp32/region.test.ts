import { describe, expect, it } from "vitest";
import { fitRegion, parseAddress, parseRegion } from "./region.ts";

describe("parseAddress()", () => {
  for (const [text, address] of [
    [null, 0],
    ["", 0],
    ["0", 0],
    ["000", 0],
    ["65536", 65_536],
    ["0x10000", 65_536],
    ["0X1_0000", 65_536],
    ["0b1000", 8],
    ["0o17", 15],
    [" +4096 ", 4096],
    ["0xffffffff", 0xffff_ffff],
  ] as const) {
    it(`reads ${JSON.stringify(text)} as Python's int(text, 0) does`, () => {
      expect(parseAddress(text)).toBe(address);
    });
  }

  for (const text of ["010", "1__0", "_1", "0x", "1e3", "12.5", "ten", "0x100000000", "10 000"]) {
    it(`refuses ${text}`, () => {
      expect(() => parseAddress(text)).toThrow(/is no number of 32 bits: write it as 0x10000 or 65536/);
    });
  }

  it("says of a negative one that it is", () => {
    expect(() => parseAddress("-4096")).toThrow("the address -4096 is negative: give one from 0x0 on");
    expect(() => parseAddress("-0x1000")).toThrow(/is negative/);
    expect(() => parseAddress("-")).toThrow(/is no number/);
  });
});

describe("parseRegion()", () => {
  it("is the first 4 MiB where nothing is said, and up to 4 MiB from an address", () => {
    expect(parseRegion(null)).toEqual({ address: 0, size: 0x40_0000, atMost: true });
    expect(parseRegion("0x8000")).toEqual({ address: 0x8000, size: 0x40_0000, atMost: true });
  });

  it("takes address and size", () => {
    expect(parseRegion("0x8000:4096")).toEqual({ address: 0x8000, size: 4096, atMost: false });
  });

  for (const [text, message] of [
    ["0x0:0", /the size is 0: give at least one byte/],
    ["0x0:-1", /the size -1 is negative/],
    [":4096", /the address "" is no number/],
    ["0:1:2", /the size "1:2" is no number/],
  ] as const) {
    it(`refuses ${text}`, () => {
      expect(() => parseRegion(text)).toThrow(message);
    });
  }
});

describe("fitRegion()", () => {
  const flash = 4 * 1024 * 1024;

  it("keeps what lies in the flash, up to its last byte", () => {
    const region = { address: flash - 1, size: 1, atMost: false };
    expect(fitRegion(region, flash)).toEqual(region);
  });

  it("shortens a size that nobody gave", () => {
    expect(fitRegion({ address: flash - 4096, size: flash, atMost: true }, flash)).toMatchObject({
      size: 4096,
    });
  });

  for (const region of [
    { address: flash - 1, size: 2, atMost: false },
    { address: flash, size: 1, atMost: true },
  ]) {
    it(`refuses ${region.size} bytes at ${region.address}`, () => {
      expect(() => fitRegion(region, flash)).toThrow(/which ends at 0x400000 \(4 MiB\)/);
    });
  }
});
