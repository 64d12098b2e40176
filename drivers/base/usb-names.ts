/**
 * Names of common boards, adapters and probes by their USB ids: what people call them, so that a label says more than two numbers.
 * Above: serial-devices.ts, usb-devices.ts, and web/boards, which knows what each of them is good for. Below: nothing.
 * Sources, of facts alone: the list of linux-usb.org (usb.ids), and the makers' own lists that are named at each group.
 */

/** By "vendor:product" in lower-case hexadecimal, then by vendor. */
const NAMES: Readonly<Record<string, string>> = {
  // Serial adapters: data sheets of the chips, and the id tables of Linux' ftdi_sio, cp210x, ch341 and pl2303.
  "0403:6001": "FTDI FT232R",
  "0403:6010": "FTDI FT2232",
  "0403:6011": "FTDI FT4232H",
  "0403:6014": "FTDI FT232H",
  "0403:6015": "FTDI FT230X",
  "0403": "FTDI USB-serial",
  "10c4:ea60": "CP2102 USB-serial",
  "10c4:ea64": "CP2102C USB-serial",
  "10c4:ea70": "CP2105 USB-serial",
  "10c4:ea71": "CP2108 USB-serial",
  "1a86:5523": "CH341 USB-serial",
  "1a86:7522": "CH340 USB-serial",
  "1a86:7523": "CH340 USB-serial",
  "1a86:55d2": "CH342 USB-serial",
  "1a86:55d3": "CH343 USB-serial",
  "1a86:55d4": "CH9102 USB-serial",
  "067b:2303": "PL2303 USB-serial",
  "067b:23a3": "PL2303 USB-serial",
  "067b": "Prolific USB-serial",
  "04d8:00dd": "MCP2221 USB-serial",
  // Espressif: their list of USB product ids, and what esptool looks for.
  "303a:0002": "ESP32-S2 boot loader",
  "303a:0009": "ESP32-S3 boot loader",
  "303a:1001": "ESP32-S3 or C3 DevKit (USB JTAG/serial)",
  "303a:1002": "ESP-USB-Bridge",
  "303a": "Espressif board",
  // Raspberry Pi: their list of USB product ids.
  "2e8a:0003": "Raspberry Pi Pico (BOOTSEL)",
  "2e8a:0004": "Raspberry Pi Picoprobe",
  "2e8a:0005": "Pico running MicroPython",
  "2e8a:0009": "Raspberry Pi Pico 2",
  "2e8a:000a": "Raspberry Pi Pico",
  "2e8a:000b": "Pico running CircuitPython",
  "2e8a:000c": "Raspberry Pi Debug Probe",
  "2e8a:000f": "Raspberry Pi Pico 2 (BOOTSEL)",
  "2e8a": "Raspberry Pi board",
  // Debug probes: the udev rules of OpenOCD and probe-rs.
  "0d28:0204": "micro:bit or DAPLink",
  "0d28": "DAPLink",
  "1fc9:0143": "MCU-Link",
  "0416:2200": "Nu-Link2",
  c251: "Keil probe",
  "0483:3748": "ST-LINK/V2",
  "0483:374b": "STM32 Nucleo (ST-LINK)",
  "0483:374d": "ST-LINK/V3 loader",
  "0483:374e": "ST-LINK/V3",
  "0483:374f": "ST-LINK/V3",
  "0483:3752": "ST-LINK/V2-1",
  "0483:3753": "ST-LINK/V3",
  "0483:3754": "ST-LINK/V3",
  "0483:5740": "STM32 USB serial",
  "0483:df11": "STM32 boot loader (DFU)",
  "1366:1015": "J-Link on board (nRF52 DK)",
  "1366:1051": "J-Link on board (nRF52 DK)",
  "1366": "J-Link",
  // Nordic: the ids of its SDK's examples and boot loader.
  "1915:520f": "nRF52840 board",
  "1915:521f": "nRF52840 Dongle (boot loader)",
  "1915": "Nordic board",
  // Arduino: boards.txt of its cores.
  "2341:0001": "Arduino Uno",
  "2341:0010": "Arduino Mega 2560",
  "2341:0042": "Arduino Mega 2560",
  "2341:0043": "Arduino Uno",
  "2341:0243": "Arduino Uno",
  "2341:006a": "Arduino Uno",
  "2a03:0043": "Arduino Uno",
  "2a03:0042": "Arduino Mega 2560",
  "2341:8036": "Arduino Leonardo",
  "2341:8037": "Arduino Micro",
  "2341:804d": "Arduino Zero",
  "2341:8054": "Arduino MKR WiFi 1010",
  "2341:8057": "Arduino Nano 33 IoT",
  "2341:805a": "Arduino Nano 33 BLE",
  "2341:005e": "Arduino Nano RP2040 Connect",
  "2341:0069": "Arduino Uno R4 Minima",
  "2341:1002": "Arduino Uno R4 WiFi",
  "2341:0070": "Arduino Nano ESP32",
  "2341": "Arduino board",
  "2a03": "Arduino board",
  // PJRC: the udev rules for Teensy.
  "16c0:0478": "Teensy (boot loader)",
  "16c0:0483": "Teensy",
  "16c0:0487": "Teensy",
  "16c0:0489": "Teensy",
  // Adafruit: vendor id of its boards.
  "239a": "Adafruit board",
  // Boards that run Linux and show a serial gadget: the kernel's gadget ids.
  "0525:a4a7": "Linux board (USB gadget)",
  "1d6b:0104": "Linux board (USB gadget)",
};

/** "0403:6001". */
export function usbId(vendorId: number, productId: number): string {
  return `${hex4(vendorId)}:${hex4(productId)}`;
}

/** Characters of a product name that a label shows: some devices tell a story. */
const MAX_PRODUCT_NAME = 40;

/**
 * "FTDI FT232R"; undefined for a stranger that does not say.
 *
 * @param productName How a device of which only the maker is known calls itself.
 */
export function usbName(vendorId: number, productId: number, productName?: string): string | undefined {
  // It comes from the device: anything may be in it.
  const own =
    productName
      ?.replace(/[^\P{C} ]/gu, "")
      .trim()
      .slice(0, MAX_PRODUCT_NAME) || undefined;
  return NAMES[usbId(vendorId, productId)] ?? own ?? NAMES[hex4(vendorId)];
}

/** "FTDI FT232R 0403:6001", or "USB 1234:5678" for a stranger. */
export function usbLabel(vendorId: number, productId: number, productName?: string): string {
  return `${usbName(vendorId, productId, productName) ?? "USB"} ${usbId(vendorId, productId)}`;
}

function hex4(id: number): string {
  return id.toString(16).padStart(4, "0");
}
