/**
 * Names of common USB devices, so that a label says more than two numbers.
 * Above: serial-devices.ts, usb-devices.ts. Below: nothing. Specification: the ids that the makers print in their data sheets.
 */

/** By "vendor:product" in lower-case hexadecimal, then by vendor. */
const NAMES: Readonly<Record<string, string>> = {
  "0403": "FTDI",
  "10c4:ea60": "CP210x",
  "10c4:ea70": "CP2105",
  "10c4:ea71": "CP2108",
  "1a86:7523": "CH340",
  "1a86:5523": "CH341",
  "1a86:55d3": "CH343",
  "1a86:55d4": "CH9102",
  "067b": "PL2303",
  "303a:1001": "ESP32 USB-JTAG",
  "303a": "Espressif",
  "2e8a:0003": "Raspberry Pi RP2040 boot loader",
  "2e8a:0005": "MicroPython Pico",
  "2e8a:0009": "Raspberry Pi Pico 2",
  "2e8a:000a": "Raspberry Pi Pico",
  "2e8a:000c": "Raspberry Pi Debug Probe",
  "2e8a:000f": "Raspberry Pi RP2350 boot loader",
  "0483:374b": "ST-LINK",
  "0483:374e": "ST-LINK",
  "0483:3752": "ST-LINK",
  "0483:3753": "ST-LINK",
  "0483:5740": "STM32 serial",
  "0d28:0204": "DAPLink",
  "2341": "Arduino",
  "239a": "Adafruit",
};

/** "0403:6001". */
export function usbId(vendorId: number, productId: number): string {
  return `${hex4(vendorId)}:${hex4(productId)}`;
}

/** Characters of a product name that a label shows: some devices tell a story. */
const MAX_PRODUCT_NAME = 40;

/** "FTDI 0403:6001", or "USB 1234:5678" for a stranger. `productName`: how a stranger calls itself, should it say. */
export function usbLabel(vendorId: number, productId: number, productName?: string): string {
  const id = usbId(vendorId, productId);
  // It comes from the device: anything may be in it.
  const own =
    productName
      ?.replace(/[^\P{C} ]/gu, "")
      .trim()
      .slice(0, MAX_PRODUCT_NAME) || undefined;
  const name = NAMES[id] ?? own ?? NAMES[hex4(vendorId)] ?? "USB";
  return `${name} ${id}`;
}

function hex4(id: number): string {
  return id.toString(16).padStart(4, "0");
}
