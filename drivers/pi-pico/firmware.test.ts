import { describe, expect, it } from "vitest";
import { createProgram, createUf2 } from "../simulation/rp2/program.ts";
import { CHIPS, type Chip, FLASH_BASE, SECTOR_BYTES } from "./chips.ts";
import { parseFirmware, sectorsFor } from "./firmware.ts";

const [rp2040, rp2350] = CHIPS as readonly [Chip, Chip];
const RP2040 = 0xe48b_ff56;
const ARM = 0xe48b_ff59;
const RISCV = 0xe48b_ff5a;
const ABSOLUTE = 0xe48b_ff57;

const image = createProgram({ chip: "rp2040", name: "blink", size: 10_240 });
const uf2 = createUf2(image, { family: RP2040 });
const BLOCK = 512;

const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

/** The file with one word of one block changed. */
function changed(file: Uint8Array, block: number, word: number, value: number): Uint8Array {
  const copy = file.slice();
  new DataView(copy.buffer).setUint32(block * BLOCK + 4 * word, value, true);
  return copy;
}

/** The block that the SDK puts first in files for an RP2350. */
function erratumBlock(): Uint8Array {
  const block = createUf2(new Uint8Array(256).fill(0xef), { family: ABSOLUTE, address: 0x10ff_ff00 });
  return changed(block, 0, 6, 2);
}

const bytesOf = (chip: Chip, file: Uint8Array): readonly [number, Uint8Array][] =>
  sectorsFor(chip, parseFirmware(file)).map(({ address, data }) => [address, data]);

const refused = (message: RegExp) =>
  expect.objectContaining({ code: "invalid-argument", message: expect.stringMatching(message) });

describe("a UF2 file", () => {
  it("is its sectors, filled up with what erased flash is", () => {
    const sectors = bytesOf(rp2040, uf2);
    expect(sectors.map(([address]) => address - FLASH_BASE)).toEqual([0, 4096, 8192]);
    const all = joined(...sectors.map(([, data]) => data));
    expect(all.slice(0, image.length)).toEqual(Uint8Array.from(image));
    expect(new Set(all.slice(image.length))).toEqual(new Set([0xff]));
  });

  it("may have its blocks in any order, and leave sectors out", () => {
    const far = createUf2(image.subarray(0, 256), { family: RP2040, address: FLASH_BASE + 0x10_0100 });
    const shuffled = joined(uf2.subarray(BLOCK), uf2.subarray(0, BLOCK));
    expect(bytesOf(rp2040, shuffled)).toEqual(bytesOf(rp2040, uf2));
    const [[address, data] = [0, new Uint8Array()]] = bytesOf(rp2040, far);
    expect(address).toBe(FLASH_BASE + 0x10_0000);
    expect(data.slice(0, 256)).toEqual(new Uint8Array(256).fill(0xff));
    expect(data.slice(256, 512)).toEqual(Uint8Array.from(image.subarray(0, 256)));
  });

  it("for several chips is what it has for this one", () => {
    const arm = createUf2(image.subarray(0, 512), { family: ARM });
    const both = joined(uf2, arm);
    expect(bytesOf(rp2040, both)).toEqual(bytesOf(rp2040, uf2));
    expect(bytesOf(rp2350, both)).toHaveLength(1);
  });

  it("for absolute addresses is for both chips", () => {
    const absolute = createUf2(image, { family: ABSOLUTE });
    for (const chip of CHIPS) expect(bytesOf(chip, absolute)).toHaveLength(3);
  });

  it("may begin with the block that is there for an erratum, and with blocks that are not for flash", () => {
    const arm = createUf2(image, { family: ARM });
    const comment = changed(arm.subarray(0, BLOCK), 0, 2, 0x2001);
    expect(bytesOf(rp2350, joined(erratumBlock(), comment, arm))).toEqual(bytesOf(rp2350, arm));
  });

  for (const [what, file, message] of [
    ["is cut in a block", uf2.subarray(0, 5000), /cut short: its 5000 bytes are no multiple of 512/],
    ["is cut between blocks", uf2.subarray(0, 10 * BLOCK), /cut short: 10 of 40 blocks are there/],
    ["has a damaged start", changed(uf2, 3, 1, 1), /block 4 is damaged/],
    ["has a damaged end", changed(uf2, 39, 127, 1), /block 40 is damaged/],
    ["names no chip", changed(uf2, 0, 2, 0), /block 1 does not say which chip it is for/],
    ["has other pages", changed(uf2, 0, 4, 476), /block 1 has 476 bytes for 0x10000000/],
    ["has pages between pages", changed(uf2, 1, 3, FLASH_BASE + 300), /block 2 has 256 bytes for 0x1000012c/],
    ["counts itself differently", changed(uf2, 5, 6, 41), /block 6 counts 41 blocks, those before it 40/],
    ["numbers past its end", changed(uf2, 5, 5, 40), /block 6 says that it is number 41 of 40/],
    ["has a block twice", changed(uf2, 5, 5, 0), /block 6 is there twice: number 1 of 40/],
    ["has nothing for flash", changed(uf2.subarray(0, BLOCK), 0, 2, 0x2001), /no block of it is for flash/],
  ] as const) {
    it(`that ${what} is refused`, () => {
      expect(() => parseFirmware(file)).toThrow(refused(message));
    });
  }

  it("for another chip is refused, with the names of both", () => {
    const riscv = createUf2(image, { family: RISCV });
    expect(() => bytesOf(rp2040, riscv)).toThrow(
      refused(/is for RP2350 \(RISC-V\), and the board has an RP2040: build the program for RP2040/),
    );
    const strange = createUf2(image, { family: 0x1234_5678 });
    expect(() => bytesOf(rp2350, strange)).toThrow(refused(/is for family 0x12345678, and .* an RP2350/));
  });

  it("that says twice what is somewhere is refused", () => {
    const arm = createUf2(image, { family: ARM });
    const riscv = createUf2(image, { family: RISCV });
    expect(() => bytesOf(rp2350, joined(arm, riscv))).toThrow(refused(/twice what is at 0x10000000/));
  });

  it("for RAM, or for nowhere, is refused", () => {
    const ram = createUf2(image, { family: RP2040, address: 0x2000_0000 });
    expect(() => bytesOf(rp2040, ram)).toThrow(
      refused(/for 0x20000000, .* runs from RAM: build it for flash/),
    );
    const beyond = createUf2(image, { family: RP2040, address: FLASH_BASE + rp2040.flashWindow });
    expect(() => bytesOf(rp2040, beyond)).toThrow(refused(/from 0x10000000 to 0x11000000/));
  });
});

describe("a file that is no UF2 file", () => {
  it("is the beginning of the flash", () => {
    const [[address, data] = [0, new Uint8Array()]] = bytesOf(rp2040, image.subarray(0, 700));
    expect(address).toBe(FLASH_BASE);
    expect(data).toHaveLength(SECTOR_BYTES);
    expect(data.slice(0, 700)).toEqual(Uint8Array.from(image.subarray(0, 700)));
    expect(new Set(data.slice(700))).toEqual(new Set([0xff]));
  });

  for (const [what, file, message] of [
    ["an empty file", "", /the file is empty/],
    ["an ELF file", "\u007fELF\u0001\u0001", /is an ELF file: send the \.uf2 or the \.bin file beside it/],
    ["an Intel HEX file", ":10000000", /is an Intel HEX file/],
    ["a ZIP archive", "PK\u0003\u0004", /is a ZIP archive/],
  ] as const) {
    it(`that is ${what} is refused`, () => {
      expect(() => parseFirmware(new TextEncoder().encode(file))).toThrow(refused(message));
    });
  }

  it("that is more than the chip addresses is refused", () => {
    const large = new Uint8Array(rp2040.flashWindow + 1);
    expect(() => bytesOf(rp2040, large)).toThrow(
      refused(/has 16777217 bytes, and an RP2040 addresses 16777216/),
    );
  });
});
