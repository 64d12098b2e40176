import { expect, it } from "vitest";
import { usbId, usbLabel } from "./usb-names.ts";

it("names an adapter by its ids, by its maker, or not at all", () => {
  expect(usbLabel(0x10c4, 0xea60)).toBe("CP210x 10c4:ea60");
  expect(usbLabel(0x0403, 0x9999)).toBe("FTDI 0403:9999");
  expect(usbLabel(0x0001, 0x00ab)).toBe("USB 0001:00ab");
  expect(usbId(0x1, 0xab)).toBe("0001:00ab");
});
