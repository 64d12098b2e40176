/**
 * The one door through which the platform's errors become DriverErrors.
 * Above: drivers that hold devices. Below: DOMException.
 * Specification: the names that Web Serial gives its errors, https://wicg.github.io/serial/. Names, never texts.
 */

import { DriverError } from "./error.ts";

/** Errors after which a serial port goes on: some bytes are lost, and `port.readable` is a new stream. */
const RECOVERABLE: ReadonlySet<string> = new Set([
  "BufferOverrunError",
  "BreakError",
  "FramingError",
  "ParityError",
]);

export function isRecoverableSerialError(cause: unknown): boolean {
  return RECOVERABLE.has(errorName(cause));
}

/** `name` of a DOMException or an Error, else "". */
export function errorName(cause: unknown): string {
  return cause instanceof Error || cause instanceof DOMException ? cause.name : "";
}

/** Why opening failed. `what` names the device: "the serial port FTDI FT232R 0403:6001". */
export function driverErrorFromOpen(cause: unknown, what: string): DriverError {
  switch (errorName(cause)) {
    case "InvalidStateError": // this very page holds it
    case "NetworkError": // the operating system refused; it does not tell more
      return new DriverError(
        "device-in-use",
        `${what} cannot be opened: close it in the other tab or program that uses it, or allow the browser to use it (on Linux: group dialout)`,
        { cause },
      );
    case "TypeError":
      return new DriverError("device-io", `${what} does not take these settings: ${messageOf(cause)}`, {
        cause,
      });
    default:
      return driverErrorFromDom(cause, what);
  }
}

/** Why something failed on a device that is open. */
export function driverErrorFromDom(cause: unknown, what: string): DriverError {
  if (cause instanceof DriverError) return cause;
  switch (errorName(cause)) {
    case "NetworkError":
    case "InvalidStateError":
      return new DriverError("device-disconnected", `${what} went away: plug it in again and reconnect`, {
        cause,
      });
    case "SecurityError":
      return new DriverError(
        "device-missing",
        `the browser does not let this page use ${what}: allow it in the site's settings`,
        { cause },
      );
    case "BufferOverrunError":
      return new DriverError("device-io", `${what} sent faster than it was read, bytes are lost`, { cause });
    case "BreakError":
      return new DriverError("device-io", `${what} signalled a break`, { cause });
    case "FramingError":
    case "ParityError":
      return new DriverError("device-io", `${what} sent garbled bytes: check the baud rate`, { cause });
    default:
      return new DriverError("device-io", `${what} failed: ${messageOf(cause)}`, { cause });
  }
}

export function messageOf(cause: unknown): string {
  const text =
    cause instanceof Error || cause instanceof DOMException ? cause.message || cause.name : String(cause);
  return text === "" ? "unknown reason" : text;
}
