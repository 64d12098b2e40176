/**
 * Which drivers fit a device, by its USB ids: what the page suggests, and a person may change.
 * Above: board.ts, board-yaml.ts. Below: nothing.
 * Sources: the makers' lists named in drivers/base/usb-names.ts; what each driver can drive, from the READMEs of drivers/.
 */

import type { RememberedPort, UsbFilter } from "../../drivers/base/devices.ts";

/** By which of the browser's interfaces a device is reached. */
export type Via = "serial" | "usb";

/** A driver that the page can set up for a device. */
export type DriverKind = "console" | "esp32" | "pico" | "probe";

export interface DriverChoice {
  readonly kind: DriverKind;
  /** "ESP32 flasher". */
  readonly name: string;
  /** What it is good for, in a line. */
  readonly what: string;
  /** `needed`: the others stand on it. `likely`: taken unless the person says no. `possible`: the other way round. */
  readonly fit: "needed" | "likely" | "possible";
}

/** What kind of device it is, as far as drivers care. */
type DeviceKind =
  | "adapter"
  /** An adapter that sits on most boards with an ESP chip. */
  | "esp-adapter"
  | "esp"
  | "pico"
  | "pico-boot"
  | "probe"
  | "probe-without-driver"
  | "arduino"
  | "other";

/** By "vendor:product" in numbers, then by vendor alone. */
const KINDS: ReadonlyMap<string, DeviceKind> = new Map(
  (
    [
      ["esp-adapter", "10c4:ea60 10c4:ea64 1a86:55d3 1a86:55d4"],
      ["adapter", "0403 10c4:ea70 10c4:ea71 1a86 067b 04d8:00dd"],
      ["esp", "303a 2341:0070"],
      ["pico-boot", "2e8a:0003 2e8a:000f"],
      ["probe", "0d28:0204 2e8a:000c 1fc9:0143 0416:2200 c251"],
      ["pico", "2e8a 2341:005e"],
      [
        "probe-without-driver",
        "2e8a:0004 0483:3748 0483:374b 0483:374e 0483:374f 0483:3752 0483:3753 0483:3754 1366",
      ],
      ["arduino", "2341 2a03"],
    ] satisfies [DeviceKind, string][]
  ).flatMap(([kind, ids]) => ids.split(" ").map((id) => [id, kind] as const)),
);

const CONSOLE: DriverChoice = {
  kind: "console",
  name: "Serial console",
  what: "Read what the board says, and type to it",
  fit: "needed",
};
const ESP32 = { kind: "esp32", name: "ESP32 flasher" } as const;
const PICO: DriverChoice = {
  kind: "pico",
  name: "Pico flasher",
  what: "Flash UF2 files. The browser asks once more, for the board in BOOTSEL mode",
  fit: "likely",
};
const PROBE = { kind: "probe", name: "Debug probe (CMSIS-DAP)" } as const;

/** What drivers fit, in the order they are shown, and how a bench for the device may be called. */
export interface FittingDrivers {
  readonly benchName: string;
  readonly drivers: readonly DriverChoice[];
}

export function fittingDrivers(via: Via, device: RememberedPort, productName = ""): FittingDrivers {
  const kind = kindOf(device);
  if (via === "usb") return onUsb(kind, productName);
  switch (kind) {
    case "esp":
      return {
        benchName: "esp32",
        drivers: [CONSOLE, { ...ESP32, what: "Flash and read its memory over the same port", fit: "likely" }],
      };
    case "esp-adapter":
      return { benchName: "board", drivers: [CONSOLE, { ...ESP32, what: BEHIND_IT, fit: "likely" }] };
    case "adapter":
      return { benchName: "board", drivers: [CONSOLE, { ...ESP32, what: BEHIND_IT, fit: "possible" }] };
    case "pico":
      return { benchName: "pico", drivers: [CONSOLE, PICO] };
    case "probe":
      return {
        benchName: "probe",
        drivers: [
          CONSOLE,
          {
            ...PROBE,
            what: "Flash and debug the chip behind it. The browser asks once more, for its USB side",
            fit: "possible",
          },
        ],
      };
    case "arduino":
      return { benchName: "arduino", drivers: [CONSOLE] };
    default:
      return { benchName: "board", drivers: [CONSOLE] };
  }
}

const BEHIND_IT = "If an ESP32 or ESP8266 is behind it: flash and read its memory over the same port";

/** Browsers hide what a device is good for from nobody, but only two of these kinds have a driver here. */
function onUsb(kind: DeviceKind, productName: string): FittingDrivers {
  if (kind === "pico-boot") {
    return { benchName: "pico", drivers: [{ ...PICO, what: "Flash UF2 files over USB" }] };
  }
  // The specification asks for these letters in the name of every such probe.
  if (kind === "probe" || productName.includes("CMSIS-DAP")) {
    return {
      benchName: "probe",
      drivers: [{ ...PROBE, what: "Flash and debug the chip behind it", fit: "likely" }],
    };
  }
  return { benchName: "board", drivers: [] };
}

function kindOf({ usbVendorId, usbProductId }: RememberedPort): DeviceKind {
  if (usbVendorId === undefined || usbProductId === undefined) return "other";
  const vendor = hex4(usbVendorId);
  return KINDS.get(`${vendor}:${hex4(usbProductId)}`) ?? KINDS.get(vendor) ?? "other";
}

/** What the browser's chooser of USB devices offers: all that has a driver which needs no serial port. */
export const USB_BOARDS: readonly UsbFilter[] = [...KINDS]
  .filter(([, kind]) => kind === "pico-boot" || kind === "probe")
  .map(([ids]): UsbFilter => {
    const [vendorId = 0, productId] = ids.split(":").map((part) => Number.parseInt(part, 16));
    return { vendorId, ...(productId === undefined ? {} : { productId }) };
  });

function hex4(id: number): string {
  return id.toString(16).padStart(4, "0");
}
