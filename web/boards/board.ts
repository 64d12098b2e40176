/**
 * What is known of a device by its USB ids: its name, and the drivers that fit it.
 * Above: web/window (offers boards), web/ui (shows them). Below: fitting-drivers.ts, the names in drivers/base/usb-names.ts.
 */

import type { RememberedPort } from "../../drivers/base/devices.ts";
import { usbId, usbName } from "../../drivers/base/usb-names.ts";
import { type DriverChoice, fittingDrivers, type Via } from "./fitting-drivers.ts";

/** A device as a person knows it. */
export interface Board {
  readonly via: Via;
  /** What a bench remembers of it. */
  readonly device: RememberedPort;
  /** "CP2102 USB-serial". */
  readonly name: string;
  /** "10c4:ea60"; undefined where it is not on USB. */
  readonly usbId: string | undefined;
  /** Of the bench that is made for it, unless the person gives another one: "esp32". */
  readonly benchName: string;
  /** Those that fit; empty when there is none. */
  readonly drivers: readonly DriverChoice[];
}

/** @param productName How the device calls itself, where the browser tells. */
export function boardOf(via: Via, device: RememberedPort, productName?: string): Board {
  const { benchName, drivers } = fittingDrivers(via, device, productName);
  return {
    via,
    device,
    name: boardName(via, device, productName),
    usbId: idOf(device),
    benchName,
    drivers,
  };
}

/** "CP2102 USB-serial", "USB serial 1234:abcd" for a stranger, "Serial port" for one that is not on USB. */
export function boardName(via: Via, device: RememberedPort, productName?: string): string {
  const { usbVendorId, usbProductId } = device;
  if (usbVendorId === undefined || usbProductId === undefined) return "Serial port";
  return (
    usbName(usbVendorId, usbProductId, productName) ??
    `${via === "serial" ? "USB serial" : "USB device"} ${usbId(usbVendorId, usbProductId)}`
  );
}

function idOf({ usbVendorId, usbProductId }: RememberedPort): string | undefined {
  return usbVendorId === undefined || usbProductId === undefined
    ? undefined
    : usbId(usbVendorId, usbProductId);
}
