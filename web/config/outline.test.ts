import { describe, expect, it } from "vitest";
import { driverAtLine, readOutline } from "./outline.ts";

const BENCH = `metadata:
  name: desk
export:
  box:
    children:
      power:
        type: jumpstarter_driver_power.driver.MockPower
      # The blue cable.
      serial: {type: jumpstarter_driver_pyserial.driver.PySerial}
`;

describe("driverAtLine()", () => {
  for (const [line, path] of [
    [2, undefined],
    [3, undefined],
    [4, ["box"]],
    [5, ["box"]],
    [7, ["box", "power"]],
    [9, ["box", "serial"]],
    [99, undefined],
  ] as const) {
    it(`finds ${path?.join(".") ?? "nothing"} in line ${line}`, () => {
      const read = readOutline(BENCH);
      if (!read.ok) throw new Error(read.reason);
      expect(driverAtLine(read.outline, line)?.path).toEqual(path);
    });
  }
});
