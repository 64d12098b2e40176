import { describe, expect, it } from "vitest";
import { DriverError } from "./error.ts";
import { driverErrorFromUsb, driverErrorFromUsbOpen } from "./usb-error.ts";

const thrown = (name: string) => new DOMException("of the platform", name);

describe("driverErrorFromUsbOpen()", () => {
  for (const [name, code] of [
    ["NetworkError", "device-in-use"],
    ["SecurityError", "device-missing"],
    ["NotFoundError", "device-disconnected"],
    ["UnknownError", "device-io"],
  ] as const) {
    it(`says ${code} for ${name}, keeps the cause and names the device`, () => {
      const cause = thrown(name);
      const error = driverErrorFromUsbOpen(cause, "the probe");
      expect(error).toMatchObject({ code, cause });
      expect(error.message).toContain("the probe");
    });
  }
});

describe("driverErrorFromUsb()", () => {
  for (const [name, code] of [
    ["NetworkError", "device-disconnected"],
    ["NotFoundError", "device-disconnected"],
    ["AbortError", "device-io"],
    ["SecurityError", "device-missing"],
    ["DataError", "device-io"],
  ] as const) {
    it(`says ${code} for ${name}`, () => {
      expect(driverErrorFromUsb(thrown(name), "the probe")).toMatchObject({ code });
    });
  }

  it("leaves a DriverError as it is", () => {
    const error = new DriverError("timeout", "too long");
    expect(driverErrorFromUsb(error, "the probe")).toBe(error);
  });
});
