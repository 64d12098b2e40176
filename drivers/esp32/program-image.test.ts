import { describe, expect, it } from "vitest";
import { buildApp } from "../simulation/esp32/image.ts";
import { chipIdOf, chipName } from "./program-image.ts";

const app = (chipId: number): Uint8Array =>
  buildApp({ chipId, project: "blink", version: "1", code: Uint8Array.from({ length: 999 }, (_, at) => at) });

describe("chipIdOf()", () => {
  it.each([0, 5, 9])("reads the chip's id %i from a program", (id) => {
    expect(chipIdOf(app(id))).toBe(id);
  });

  it("reads it also where more follows", () => {
    expect(chipIdOf(Uint8Array.of(...app(9), 1, 2, 3))).toBe(9);
  });

  it("takes nothing for a program that is cut anywhere, and no other file", () => {
    const whole = app(5);
    for (let length = 0; length < whole.length; length += 1) {
      expect(chipIdOf(whole.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
    expect(chipIdOf(new TextEncoder().encode("nvs,data,nvs,0x9000"))).toBeUndefined();
    expect(chipIdOf(whole.with(100, (whole[100] ?? 0) ^ 1))).toBeUndefined();
    expect(chipIdOf(whole.with(1, 0))).toBeUndefined();
  });
});

describe("chipName()", () => {
  it("has a name for chips that there are, and a number for others", () => {
    expect(chipName(5)).toBe("ESP32-C3");
    expect(chipName(999)).toBe("a chip with the id 999");
  });
});
