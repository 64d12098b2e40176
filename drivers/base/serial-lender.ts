/**
 * A serial port that its driver lends to another: a flasher that speaks to a boot loader over the console's port.
 * Above: flashers take it from their child. Below: PySerial implements it.
 * While it is lent, clients' streams stay open and hear nothing; they go on when it is given back.
 */

export interface SerialPortLender {
  /**
   * Take the port for oneself, closed.
   * Rejects with a DriverError: not bound, not plugged in, lent already (`device-in-use`).
   *
   * @param reason For people who use the console meanwhile: "flashing".
   */
  borrow(reason: string, options: { readonly signal: AbortSignal }): Promise<BorrowedPort>;
  /**
   * Move the output lines of the port where it is, without taking it from anybody: what a device that is reset by it says is heard by who
   * listens. A device that comes back as another one (re-enumeration) within seconds is taken up again.
   * Rejects as `borrow` does, and with `device-io` when a line does not move.
   */
  moveLines(steps: readonly LineStep[], options: { readonly signal: AbortSignal }): Promise<void>;
}

/** One line set, or a wait. In this order, and each line by itself: browsers do not set two at once. */
export type LineStep =
  | { readonly dtr: boolean }
  | { readonly rts: boolean }
  /** Milliseconds. */
  | { readonly waitMs: number };

/** Disposing gives the port back; whoever borrowed it has closed it before. Rejects never. */
export interface BorrowedPort extends AsyncDisposable {
  /** The port as it is now: another object after the device has come back (re-enumeration). Throws DriverError `device-missing`. */
  readonly port: SerialPort;
  /** For people: "Espressif 303a:1001". */
  readonly label: string;
  /** Aborted when the lender ends: give the port back within seconds. */
  readonly revoked: AbortSignal;
  /** Resolves when a port is there that is not `lost`: a device that went away in its reset is back. Rejects with `device-missing` after `ms`. */
  returned(
    lost: SerialPort,
    options: { readonly ms: number; readonly signal: AbortSignal },
  ): Promise<SerialPort>;
  /** As `moveLines`, once the port is given back and its listeners hear again: so that they hear a device start from its first byte. */
  afterwards(steps: readonly LineStep[]): void;
}
