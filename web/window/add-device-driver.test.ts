import { describe, expect, it } from "vitest";
import { boardOf } from "../boards/board.ts";
import { addDeviceDriver } from "./add-device-driver.ts";

const FTDI = boardOf("serial", { usbVendorId: 0x0403, usbProductId: 0x6001 });

describe("addDeviceDriver()", () => {
  it("adds the device below export and keeps every comment", () => {
    const yaml = `# my desk
metadata:
  name: desk # do not rename
export:
  # the power switch
  power:
    type: jumpstarter_driver_power.driver.MockPower
`;
    expect(addDeviceDriver(yaml, FTDI)).toEqual({
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
    expect(addDeviceDriver(yaml, FTDI).path).toEqual(["serial3"]);
  });

  for (const [what, yaml] of [
    ["no export at all", "metadata: {name: a}\n"],
    ["an empty export", "metadata: {name: a}\nexport:\n"],
    ["an export of nothing", "metadata: {name: a}\nexport: {}\n"],
  ]) {
    it(`writes a readable entry where there is ${what}`, () => {
      expect(addDeviceDriver(yaml ?? "", FTDI).yaml).toContain("export:\n  serial:\n    type: jumpstarter");
    });
  }

  for (const [what, usbProductId, driver] of [
    [
      "a Pico in its boot loader",
      0x0003,
      "pico:\n    type: jumpstarter_driver_pi_pico.driver.PiPicoFlasher\n",
    ],
    [
      "a debug probe",
      0x000c,
      "probe:\n    type: jumpstarter_driver_probe_rs.driver.ProbeRs\n    config:\n      probe: 2e8a:000c\n",
    ],
  ] as const) {
    it(`adds the driver for ${what} on USB`, () => {
      const board = boardOf("usb", { usbVendorId: 0x2e8a, usbProductId });
      expect(addDeviceDriver("export: {}\n", board).yaml).toBe(`export:\n  ${driver}`);
    });
  }

  it("says that nothing fits, and what to do instead", () => {
    const stranger = boardOf("usb", { usbVendorId: 0x1234, usbProductId: 0x5678 });
    expect(() => addDeviceDriver("export: {}\n", stranger)).toThrow(/no driver fits .*1234:5678.*catalogue/);
  });

  it("names a port without USB ids as a host would", () => {
    expect(addDeviceDriver("export: {}\n", boardOf("serial", {})).yaml).toContain("url: /dev/ttyS0");
  });

  it("says which line to correct when the text is not YAML", () => {
    expect(() => addDeviceDriver('metadata: {}\nexport: "\n', FTDI)).toThrow(/Line \d+: .*Edit/);
  });

  for (const yaml of ["- a\n- b\n", "export: [a]\n", "export: 5\n"]) {
    it(`refuses ${JSON.stringify(yaml)}, and says to edit it first`, () => {
      expect(() => addDeviceDriver(yaml, FTDI)).toThrow(/Edit/);
    });
  }
});
