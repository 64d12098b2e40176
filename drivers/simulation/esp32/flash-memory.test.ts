import { describe, expect, it } from "vitest";
import { FlashMemory, SECTOR_BYTES } from "./flash-memory.ts";

const MIB = 2 ** 20;
const bytes = (...values: number[]) => Uint8Array.from(values);

describe("a flash memory", () => {
  it("is all ones when it is erased", () => {
    expect(new FlashMemory(MIB).read(MIB - 4, 4)).toEqual(bytes(0xff, 0xff, 0xff, 0xff));
  });

  it("keeps what is programmed across the border of a sector", () => {
    const flash = new FlashMemory(MIB);
    flash.program(SECTOR_BYTES - 2, bytes(1, 2, 3, 4));
    expect(flash.read(SECTOR_BYTES - 3, 6)).toEqual(bytes(0xff, 1, 2, 3, 4, 0xff));
  });

  it("only clears bits, until the sector is erased", () => {
    const flash = new FlashMemory(MIB);
    flash.program(10, bytes(0b1100));
    flash.program(10, bytes(0b1010));
    expect(flash.read(10, 1)).toEqual(bytes(0b1000));
    flash.erase(11, 1);
    expect(flash.read(10, 1)).toEqual(bytes(0xff));
  });

  it("erases whole sectors, and no other", () => {
    const flash = new FlashMemory(MIB);
    flash.program(SECTOR_BYTES - 1, bytes(1, 2));
    flash.program(3 * SECTOR_BYTES, bytes(3));
    flash.erase(SECTOR_BYTES, SECTOR_BYTES + 1);
    expect(flash.read(SECTOR_BYTES - 1, 2)).toEqual(bytes(1, 0xff));
    expect(flash.read(3 * SECTOR_BYTES, 1)).toEqual(bytes(3));
    flash.eraseAll();
    expect(flash.read(3 * SECTOR_BYTES, 1)).toEqual(bytes(0xff));
  });

  it("does not take bits where it is stuck", () => {
    const flash = new FlashMemory(MIB);
    flash.stuck = { from: 11, to: 12 };
    flash.program(10, bytes(1, 2, 3));
    expect(flash.read(10, 3)).toEqual(bytes(1, 0xff, 3));
  });

  it("has an end, and a size that there are chips of", () => {
    const flash = new FlashMemory(4 * MIB);
    expect(flash.capacityCode).toBe(0x16);
    expect(() => flash.read(4 * MIB - 1, 2)).toThrow(RangeError);
    expect(() => flash.program(4 * MIB, bytes(1))).toThrow(RangeError);
    expect(() => new FlashMemory(3 * MIB)).toThrow(RangeError);
  });
});
