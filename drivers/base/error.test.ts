import { describe, expect, it } from "vitest";
import { driverErrorFromDom, driverErrorFromOpen, errorName, isRecoverableSerialError } from "./dom-error.ts";
import { DriverError } from "./error.ts";

const dom = (name: string) => new DOMException("English text that means nothing", name);

it("a DriverError is an Error with a code and its cause", () => {
  const cause = new Error("deep");
  const error = new DriverError("device-io", "it failed", { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: "DriverError", code: "device-io", message: "it failed", cause });
});

describe("driverErrorFromOpen()", () => {
  for (const [name, code, cure] of [
    ["InvalidStateError", "device-in-use", /close it in the other tab or program/],
    ["NetworkError", "device-in-use", /close it in the other tab or program/],
    ["SecurityError", "device-missing", /allow it in the site's settings/],
    ["UnknownError", "device-io", /failed/],
  ] as const) {
    it(`says ${code} on ${name}`, () => {
      const cause = dom(name);
      const error = driverErrorFromOpen(cause, "the port");
      expect(error).toMatchObject({ code, cause });
      expect(error.message).toMatch(cure);
      expect(error.message).toMatch(/the port/);
    });
  }
});

describe("driverErrorFromDom()", () => {
  for (const [name, code] of [
    ["NetworkError", "device-disconnected"],
    ["BufferOverrunError", "device-io"],
    ["BreakError", "device-io"],
    ["FramingError", "device-io"],
    ["ParityError", "device-io"],
    ["SecurityError", "device-missing"],
  ] as const) {
    it(`says ${code} on ${name}`, () => expect(driverErrorFromDom(dom(name), "the port").code).toBe(code));
  }

  it("leaves a DriverError as it is", () => {
    const error = new DriverError("timeout", "late");
    expect(driverErrorFromDom(error, "the port")).toBe(error);
  });

  it("finds words for what is no error at all", () => {
    expect(driverErrorFromDom(undefined, "the port").message).toBe("the port failed: undefined");
    expect(driverErrorFromDom("", "the port").message).toBe("the port failed: unknown reason");
    expect(errorName(null)).toBe("");
  });
});

it("a port goes on after lost bytes, and not after its loss", () => {
  expect(isRecoverableSerialError(dom("NetworkError"))).toBe(false);
  expect(isRecoverableSerialError(new Error("BreakError"))).toBe(false);
  expect(isRecoverableSerialError(dom("BreakError"))).toBe(true);
});
