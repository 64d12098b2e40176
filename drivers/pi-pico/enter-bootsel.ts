/**
 * Ways to get a board into its boot loader without a hand on its button.
 * Above: driver.ts. Below: drivers/base: the children that the configuration gives it.
 * Specification: jumpstarter_driver_pi_pico.driver.PiPicoFlasher: pins first, then the touch at 1200 baud.
 */

import type { Clock } from "../base/clock.ts";
import { driverErrorFromOpen, errorName } from "../base/dom-error.ts";
import type { Driver } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";

/** Milliseconds that DTR is held, and that the port stays open after it has fallen. */
const DTR_HIGH_MS = 50;
const DTR_LOW_MS = 100;

export interface EntryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Pins: BOOTSEL is held while RUN resets the chip. Both children are outputs whose `on` pulls the line low.
 *
 * @param holdSeconds How long each step holds.
 */
export async function resetByPins(
  { bootsel, run }: { readonly bootsel: Driver; readonly run: Driver },
  holdSeconds: number,
  { clock, signal }: EntryOptions,
): Promise<void> {
  const hold = (share: number): Promise<void> => clock.sleep(share * holdSeconds * 1000, { signal });
  try {
    await turn(bootsel, "bootsel", "on", signal);
    await hold(1);
    await turn(run, "run", "on", signal);
    await hold(1);
    await turn(run, "run", "off", signal);
    await hold(0.5);
  } catch (cause) {
    // A chip that is left in reset would look dead.
    const unhindered = new AbortController().signal;
    await Promise.allSettled([
      turn(run, "run", "off", unhindered),
      turn(bootsel, "bootsel", "off", unhindered),
    ]);
    throw cause;
  }
  await turn(bootsel, "bootsel", "off", signal);
}

async function turn(pin: Driver, name: string, method: "on" | "off", signal: AbortSignal): Promise<void> {
  const exported = pin.methods.get(method);
  if (exported?.kind !== "call") {
    throw new DriverError(
      "not-implemented",
      `the child ${name} has no \`${method}\`: give it the type of an output, such as jumpstarter_driver_gpiod.driver.DigitalOutput`,
    );
  }
  await exported.run([], { signal });
}

/**
 * The touch: a program made with the SDK, CircuitPython, MicroPython or Arduino restarts into the boot loader when its port is opened at this
 * rate and closed again. Some do so at once, so the port may be gone before it was closed.
 */
export async function touchPort(
  port: SerialPort,
  label: string,
  baudRate: number,
  { clock, signal }: EntryOptions,
): Promise<void> {
  try {
    await port.open({ baudRate });
  } catch (cause) {
    throw driverErrorFromOpen(cause, label);
  }
  try {
    await port.setSignals({ dataTerminalReady: true });
    await clock.sleep(DTR_HIGH_MS, { signal });
    await port.setSignals({ dataTerminalReady: false });
    await clock.sleep(DTR_LOW_MS, { signal });
  } catch (cause) {
    if (!isGone(cause)) throw cause;
  } finally {
    await port.close().catch(() => undefined); // it is gone, as it should be
  }
}

function isGone(cause: unknown): boolean {
  return errorName(cause) === "NetworkError" || errorName(cause) === "InvalidStateError";
}
