import { expect, it } from "vitest";
import { usbId, usbLabel } from "./usb-names.ts";

it("names an adapter by its ids, by its maker, or not at all", () => {
  expect(usbLabel(0x10c4, 0xea60)).toBe("CP2102 USB-serial 10c4:ea60");
  expect(usbLabel(0x0403, 0x9999)).toBe("FTDI USB-serial 0403:9999");
  expect(usbLabel(0x0001, 0x00ab)).toBe("USB 0001:00ab");
  expect(usbId(0x1, 0xab)).toBe("0001:00ab");
});

it("lets a stranger say its name, and not more than a name", () => {
  expect(usbLabel(0x1209, 0x0001, " Vendor gadget ")).toBe("Vendor gadget 1209:0001");
  expect(usbLabel(0x2e8a, 0x0003, "RP2 Boot")).toBe("Raspberry Pi Pico (BOOTSEL) 2e8a:0003");
  expect(usbLabel(0x1209, 0x0001, "\u0007\n")).toBe("USB 1209:0001");
  expect(usbLabel(0x1209, 0x0001, `a\u001b[2J${"b".repeat(99)}`)).toBe(`a[2J${"b".repeat(36)} 1209:0001`);
});
