import { describe, expect, it } from "vitest";
import { findProgram } from "./boot.ts";
import { CHIPS } from "./chips.ts";
import { crc32Mpeg2 } from "./crc32-mpeg2.ts";
import { NorFlash } from "./nor-flash.ts";
import { createProgram } from "./program.ts";

it("the checksum is that of the published example", () => {
  expect(crc32Mpeg2(new TextEncoder().encode("123456789"))).toBe(0x0376_e6e7);
});

describe("what a boot ROM finds", () => {
  for (const chip of ["rp2040", "rp2350"] as const) {
    it(`in the flash of an ${chip} is a program, if it is whole`, () => {
      const flash = new NorFlash(CHIPS[chip].flashSize);
      expect(findProgram(chip, flash)).toBeUndefined();
      flash.contents.set(createProgram({ chip, name: "blink", size: 5000 }));
      expect(findProgram(chip, flash)).toMatchObject({ name: "blink", size: 5000 });
      flash.eraseSector(0);
      expect(findProgram(chip, flash)).toBeUndefined();
    });
  }

  it("is not what was built for the other chip", () => {
    const flash = new NorFlash(CHIPS.rp2040.flashSize);
    flash.contents.set(createProgram({ chip: "rp2350", name: "blink" }));
    expect(findProgram("rp2040", flash)).toBeUndefined();
  });

  it("has no name when the program says none, or points nowhere", () => {
    const flash = new NorFlash(CHIPS.rp2350.flashSize);
    flash.contents.set(createProgram({ chip: "rp2350", name: "blink" }));
    const view = new DataView(flash.contents.buffer);
    view.setUint32(0x190 + 8, 0x2000_0000, true);
    expect(findProgram("rp2350", flash)).toMatchObject({ name: undefined });
    view.setUint32(0x100, 0, true);
    expect(findProgram("rp2350", flash)).toMatchObject({ name: undefined });
  });
});
