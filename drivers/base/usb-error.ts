/**
 * The door through which Web USB's errors become DriverErrors; dom-error.ts is the one for all others.
 * Above: drivers over USB. Below: DOMException.
 * Specification: https://wicg.github.io/webusb/, and the names that Chromium gives where it leaves them open. Names, never texts.
 */

import { driverErrorFromDom, errorName } from "./dom-error.ts";
import { DriverError } from "./error.ts";

/** Why opening a device, or claiming one of its interfaces, failed. `what` names the device: "Raspberry Pi RP2 Boot 2e8a:0003". */
export function driverErrorFromUsbOpen(cause: unknown, what: string): DriverError {
  switch (errorName(cause)) {
    case "NetworkError": // a program or a driver of the operating system has the interface; it does not tell which
      return new DriverError(
        "device-in-use",
        `${what} cannot be claimed: close it in the other tab or program that uses it`,
        { cause },
      );
    case "SecurityError":
      return new DriverError(
        "device-missing",
        `the operating system does not let the browser open ${what}: it needs a udev rule on Linux, the WinUSB driver on Windows`,
        { cause },
      );
    default:
      return driverErrorFromUsb(cause, what);
  }
}

/** Why a transfer failed. Chromium says NetworkError for one that was cut off by an unplug, and NotFoundError afterwards. */
export function driverErrorFromUsb(cause: unknown, what: string): DriverError {
  switch (errorName(cause)) {
    case "NotFoundError":
    case "NetworkError":
      return new DriverError("device-disconnected", `${what} went away: plug it in and try again`, { cause });
    case "AbortError":
      return new DriverError("device-io", `${what} was reset or closed in the middle: try again`, { cause });
    default:
      return driverErrorFromDom(cause, what);
  }
}
