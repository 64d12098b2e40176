/**
 * A serial port that its driver lends to another: a flasher that speaks to a boot loader over the console's port.
 * Above: flashers take it from their child. Below: PySerial implements it.
 * While it is lent, clients' streams stay open and hear nothing; they go on when it is given back.
 */

export interface SerialPortLender {
  /**
   * Take the port for oneself, closed, once nobody else has borrowed it.
   * Rejects with a DriverError: not bound, not plugged in, lent already (`device-in-use`).
   *
   * @param reason For people who use the console meanwhile: "flashing".
   */
  borrow(reason: string, options: { readonly signal: AbortSignal }): Promise<BorrowedPort>;
}

/** Disposing gives the port back; whoever borrowed it has closed it before. */
export interface BorrowedPort extends AsyncDisposable {
  /** The port as it is now: another object after the device has come back (re-enumeration). Throws DriverError `device-missing`. */
  readonly port: SerialPort;
  /** For people: "Espressif 303a:1001". */
  readonly label: string;
  /** Resolves when a port is there that is not `lost`: a device that went away in its reset is back. Rejects with `device-missing` after `ms`. */
  returned(
    lost: SerialPort,
    options: { readonly ms: number; readonly signal: AbortSignal },
  ): Promise<SerialPort>;
}
