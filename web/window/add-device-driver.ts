/**
 * Puts the driver of a device into an ExporterConfig, and leaves all else as the person wrote it: order, comments, spaces.
 * Above: bench-desk.ts loads it when a device is added. Below: web/boards/ (what fits), web/config/edit-config.ts.
 * Of what fits, it takes what the others stand on: more is added in the builder.
 */

import type { Board } from "../boards/board.ts";
import type { DriverKind } from "../boards/fitting-drivers.ts";
import { addDriver, type NewDriver } from "../config/edit-config.ts";

/** What came of it. */
export interface AddedDriver {
  readonly yaml: string;
  /** Names from the root: what a choice of device is remembered by. */
  readonly path: readonly string[];
}

/** How pyserial on a host would call a port that is not on USB; here it is bound by hand. */
const PORT_WITHOUT_IDS = "/dev/ttyS0";

/** Below `export:`. Throws with the cure when the text is not a configuration, or no driver fits. */
export function addDeviceDriver(yaml: string, board: Board): AddedDriver {
  const [first] = board.drivers;
  const found = first && driverFor(first.kind, board);
  if (found === undefined)
    throw new Error(
      `no driver fits ${board.name}. If it has a serial port as well, add that; else look in the catalogue of the builder.`,
    );
  const edit = addDriver(yaml, [], found.name, found.driver);
  if (!edit.ok) throw new Error(`${edit.reason} Edit the configuration first, then add the device.`);
  return { yaml: edit.text, path: edit.path };
}

function driverFor(
  kind: DriverKind,
  { usbId }: Board,
): { readonly name: string; readonly driver: NewDriver } | undefined {
  switch (kind) {
    case "console":
      return {
        name: "serial",
        driver: {
          type: "jumpstarter_driver_pyserial.driver.PySerial",
          // pyserial's own scheme for a USB adapter, by its ids.
          config: { url: usbId === undefined ? PORT_WITHOUT_IDS : `hwgrep://${usbId}` },
        },
      };
    case "pico":
      return { name: "pico", driver: { type: "jumpstarter_driver_pi_pico.driver.PiPicoFlasher" } };
    case "probe":
      return {
        name: "probe",
        driver: {
          type: "jumpstarter_driver_probe_rs.driver.ProbeRs",
          ...(usbId !== undefined && { config: { probe: usbId } }),
        },
      };
    case "esp32":
      // It flashes over a console's port, which comes first.
      return undefined;
  }
}
