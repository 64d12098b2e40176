import { describe, expect, it } from "vitest";
import { addSerialDriver } from "./add-serial-driver.ts";

const FTDI = { usbVendorId: 0x0403, usbProductId: 0x6001 };

describe("addSerialDriver()", () => {
  it("adds the device below export and keeps every comment", () => {
    const yaml = `# my desk
metadata:
  name: desk # do not rename
export:
  # the power switch
  power:
    type: jumpstarter_driver_power.driver.MockPower
`;
    expect(addSerialDriver(yaml, FTDI)).toEqual({
      path: ["serial"],
      yaml: `${yaml}  serial:
    type: jumpstarter_driver_pyserial.driver.PySerial
    config:
      url: hwgrep://0403:6001
`,
    });
  });

  it("takes the next name when the first is in use", () => {
    const yaml = "export:\n  serial: {ref: board.serial}\n  serial2: {ref: board.serial}\n";
    expect(addSerialDriver(yaml, FTDI).path).toEqual(["serial3"]);
  });

  for (const [what, yaml] of [
    ["no export at all", "metadata: {name: a}\n"],
    ["an empty export", "metadata: {name: a}\nexport:\n"],
    ["an export of nothing", "metadata: {name: a}\nexport: {}\n"],
  ]) {
    it(`writes a readable entry where there is ${what}`, () => {
      expect(addSerialDriver(yaml ?? "", FTDI).yaml).toContain("export:\n  serial:\n    type: jumpstarter");
    });
  }

  it("names a port without USB ids as a host would", () => {
    expect(addSerialDriver("export: {}\n", {}).yaml).toContain("url: /dev/ttyS0");
  });

  it("says which line to correct when the text is not YAML", () => {
    expect(() => addSerialDriver('metadata: {}\nexport: "\n', FTDI)).toThrow(/Line \d+: .*Edit/);
  });

  for (const yaml of ["- a\n- b\n", "export: [a]\n", "export: 5\n"]) {
    it(`refuses ${JSON.stringify(yaml)}, and says to edit it first`, () => {
      expect(() => addSerialDriver(yaml, FTDI)).toThrow(/Edit/);
    });
  }
});
