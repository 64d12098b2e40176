import { describe, expect, it } from "vitest";
import { CHIPS, type ChipName } from "./chips.ts";
import { FlashMemory } from "./flash-memory.ts";
import { Registers } from "./registers.ts";

const ALL = 0xffff_ffff;
const USER = 1 << 18;
const MISO = 1 << 28;

const registersOf = (name: ChipName, flashBytes = 4 * 2 ** 20) =>
  new Registers(CHIPS[name], new FlashMemory(flashBytes), [1, 2, 3, 4, 5, 6], () => 115_200);

/** As a host runs a command of the flash chip. */
function runFlashCommand(registers: Registers, name: ChipName, command: number, bits: number): number {
  const { base, usr, usr2, misoLength, data } = CHIPS[name].spi;
  registers.write(base + misoLength, bits - 1, ALL);
  registers.write(base + usr, (1 << 31) | MISO, ALL);
  registers.write(base + usr2, (7 << 28) | command, ALL);
  registers.write(base, USER, ALL);
  expect(registers.read(base) & USER).toBe(0);
  return registers.read(base + data);
}

describe("registers", () => {
  for (const name of ["ESP32", "ESP32-C3", "ESP32-S3"] as const) {
    it(`lead to the flash chip of an ${name}, which says what it is`, () => {
      expect(runFlashCommand(registersOf(name), name, 0x9f, 24)).toBe(0x16_40ef);
      expect(runFlashCommand(registersOf(name, 16 * 2 ** 20), name, 0x9f, 24)).toBe(0x18_40ef);
      expect(runFlashCommand(registersOf(name), name, 0x05, 8)).toBe(0);
      expect(runFlashCommand(registersOf(name), name, 0x77, 32)).toBe(0xffff_ffff);
    });
  }

  it("hold the address that hosts show", () => {
    const registers = registersOf("ESP32");
    expect(registers.read(0x3ff5_a004)).toBe(0x0304_0506);
    expect(registers.read(0x3ff5_a008)).toBe(0x0102);
  });

  it("count the UART's clock at its rate", () => {
    expect(registersOf("ESP32").read(0x3ff4_0014)).toBe(347);
  });

  it("change under a mask, and are forgotten at a reset", () => {
    const registers = registersOf("ESP32");
    registers.write(0x3ff0_0000, 0xabcd, ALL);
    registers.write(0x3ff0_0000, 0x00ff, 0x0f0f);
    expect(registers.read(0x3ff0_0000)).toBe(0xa0cf);
    registers.reset();
    expect(registers.read(0x3ff0_0000)).toBe(0);
  });
});
