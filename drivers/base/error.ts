/**
 * What a driver says when it cannot do what it was asked. One code, one thing that the caller can do about it.
 * Above: every driver; web/exporter/to-connect-error.ts turns codes into gRPC statuses. Below: nothing.
 * Specification: the exception mapping of Jumpstarter's Python drivers (jumpstarter/driver/base.py).
 */

export type DriverErrorCode =
  // The caller's side.
  /** An argument is wrong: correct it and call again. Python's ValueError. */
  | "invalid-argument"
  /** The device cannot do this at all. Python's NotImplementedError. */
  | "not-implemented"
  // The device's side. Python's OSError, but for the first two.
  /** It took too long: look at the device, then try again. Python's TimeoutError. */
  | "timeout"
  /** A connection that the driver needs was refused or lost. Python's ConnectionError. */
  | "connection"
  /** Nothing is bound to the driver: choose a device on the page. */
  | "device-not-bound"
  /** The bound device is not plugged in: plug it in; it is found again by itself. */
  | "device-missing"
  /** Another tab or program holds the device: close it there. */
  | "device-in-use"
  /** The device went away in the middle: plug it in again. */
  | "device-disconnected"
  /** The device answered with a fault; the message says which. */
  | "device-io"
  /** There is no such file. Python's FileNotFoundError. */
  | "file-not-found"
  /** There is no room for a file: make some, and try again. */
  | "storage-full"
  // Neither.
  /** Anything else; the message says what. Python's RuntimeError. */
  | "other";

export class DriverError extends Error {
  override readonly name = "DriverError";
  readonly code: DriverErrorCode;

  /** @param message One sentence with the cure: it is what the person at the other end reads. */
  constructor(code: DriverErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
