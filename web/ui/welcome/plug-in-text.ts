/**
 * What the first face says about boards that are plugged in, or were not found.
 * Above: welcome.ts, plugged-boards.ts. Below: shapes of model.ts.
 */

import type { Via } from "../../boards/fitting-drivers.ts";

/** What the two ways to a device are for. The button says the first, the line beside it the second. */
export const WAYS: Readonly<Record<Via, { readonly button: string; readonly what: string }>> = {
  serial: { button: "Serial port", what: "An ESP32, an Arduino, a USB-serial adapter: most boards" },
  usb: { button: "USB device", what: "A Pico in BOOTSEL mode, or a CMSIS-DAP debug probe" },
};

/** A chooser that was closed: who changed their mind needs no advice, who did not find their board does. */
export function notFoundText(via: Via): string {
  switch (via) {
    case "serial":
      return "Nothing was chosen. If your board was not in the list: use a USB cable that carries data, and on Windows install the adapter’s driver. A browser from Snap or Flatpak sees no ports; one from a package does.";
    case "usb":
      return "Nothing was chosen. If your board was not in the list: hold BOOTSEL while you plug in a Pico, and use a USB cable that carries data. Boards and probes with a serial port are under Serial port.";
  }
}

/** Why a way is not there. Undefined: both are. */
export function missingText({ serial, usb }: { serial: boolean; usb: boolean }): string | undefined {
  if (serial && usb) return undefined;
  const cure = "open this page in Chrome, Edge or another Chromium-based browser on a computer.";
  if (serial) return `This browser has no WebUSB. For a Pico in BOOTSEL mode or a debug probe, ${cure}`;
  if (usb) return `This browser has no WebSerial. For boards with a serial port, ${cure}`;
  return `This browser lets no page use devices. To share a real board, ${cure}`;
}
