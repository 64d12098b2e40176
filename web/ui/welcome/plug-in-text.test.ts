import { describe, expect, it } from "vitest";
import { missingText, notFoundText } from "./plug-in-text.ts";

describe("missingText()", () => {
  it("has nothing to say where both kinds of devices are there", () => {
    expect(missingText({ serial: true, usb: true })).toBeUndefined();
  });

  for (const [has, lacks] of [
    [{ serial: true, usb: false }, "no WebUSB"],
    [{ serial: false, usb: true }, "no WebSerial"],
    [{ serial: false, usb: false }, "lets no page use devices"],
  ] as const) {
    it(`says what is not there, and where it is: ${lacks}`, () => {
      expect(missingText(has)).toMatch(new RegExp(`${lacks}.*Chrome, Edge`));
    });
  }
});

it("says where else to look for a board that was not in the list", () => {
  expect(notFoundText("serial")).toContain("cable that carries data");
  expect(notFoundText("usb")).toContain("Serial port");
});
