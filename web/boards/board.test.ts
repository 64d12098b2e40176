import { describe, expect, it } from "vitest";
import type { RememberedPort } from "../../drivers/base/devices.ts";
import { KNOWN_PROBES } from "../../drivers/cmsis-dap/probe-session.ts";
import { BOOT_LOADERS } from "../../drivers/pi-pico/chips.ts";
import { boardOf } from "./board.ts";
import { USB_BOARDS } from "./fitting-drivers.ts";

const ids = (text: string): RememberedPort => {
  const [usbVendorId = 0, usbProductId = 0] = text.split(":").map((part) => Number.parseInt(part, 16));
  return { usbVendorId, usbProductId };
};

/** "console! esp32 pico?": needed, likely, possible. */
const fits = (board: ReturnType<typeof boardOf>): string =>
  board.drivers.map(({ kind, fit }) => `${kind}${{ needed: "!", likely: "", possible: "?" }[fit]}`).join(" ");

describe("a serial port", () => {
  for (const [id, name, drivers] of [
    ["10c4:ea60", "CP2102 USB-serial", "console! esp32"],
    ["1a86:7523", "CH340 USB-serial", "console! esp32?"],
    ["0403:6001", "FTDI FT232R", "console! esp32?"],
    ["303a:1001", "ESP32-S3 or C3 DevKit (USB JTAG/serial)", "console! esp32"],
    ["303a:4001", "Espressif board", "console! esp32"],
    ["2e8a:0005", "Pico running MicroPython", "console! pico"],
    ["2e8a:000c", "Raspberry Pi Debug Probe", "console! probe?"],
    ["0d28:0204", "micro:bit or DAPLink", "console! probe?"],
    ["0483:374b", "STM32 Nucleo (ST-LINK)", "console!"],
    ["2341:0043", "Arduino Uno", "console!"],
    ["1366:1015", "J-Link on board (nRF52 DK)", "console!"],
    ["16c0:0483", "Teensy", "console!"],
  ] as const) {
    it(`with the ids ${id} is "${name}", and is suggested ${drivers}`, () => {
      const board = boardOf("serial", ids(id));
      expect(board).toMatchObject({ name, usbId: id });
      expect(fits(board)).toBe(drivers);
    });
  }

  it("of a stranger is named by its ids, and gets a console", () => {
    const board = boardOf("serial", ids("1234:abcd"));
    expect(board).toMatchObject({ name: "USB serial 1234:abcd", benchName: "board" });
    expect(fits(board)).toBe("console!");
  });

  it("that is not on USB gets a console", () => {
    const board = boardOf("serial", {});
    expect(board).toMatchObject({ name: "Serial port", usbId: undefined });
    expect(fits(board)).toBe("console!");
  });
});

describe("a USB device", () => {
  for (const [id, name, drivers, productName] of [
    ["2e8a:0003", "Raspberry Pi Pico (BOOTSEL)", "pico", "RP2 Boot"],
    ["2e8a:000f", "Raspberry Pi Pico 2 (BOOTSEL)", "pico", undefined],
    ["0d28:0204", "micro:bit or DAPLink", "probe", undefined],
    ["1209:3443", "Somebody's CMSIS-DAP", "probe", "Somebody's CMSIS-DAP"],
    ["0483:3748", "ST-LINK/V2", "", undefined],
    ["1234:abcd", "USB device 1234:abcd", "", undefined],
  ] as const) {
    it(`with the ids ${id} is "${name}", and is suggested ${drivers || "nothing"}`, () => {
      const board = boardOf("usb", ids(id), productName);
      expect(board.name).toBe(name);
      expect(fits(board)).toBe(drivers);
    });
  }

  it("is offered by the chooser when a driver here knows it, and no other", () => {
    const inOrder = (filters: typeof USB_BOARDS): readonly string[] =>
      filters.map(({ vendorId, productId }) => `${vendorId}:${productId ?? "any"}`).sort();
    expect(inOrder(USB_BOARDS)).toEqual(inOrder([...BOOT_LOADERS, ...KNOWN_PROBES]));
  });
});
