/**
 * Puts a serial device into an ExporterConfig, and leaves all else as the person wrote it: order, comments, spaces.
 * Above: page.ts loads it when a device is added. Below: web/config/edit-config.ts.
 */

import type { RememberedPort } from "../../drivers/base/devices.ts";
import { addDriver } from "../config/edit-config.ts";

/** What came of it. */
export interface AddedDriver {
  readonly yaml: string;
  /** Names from the root: what a choice of port is remembered by. */
  readonly path: readonly string[];
}

const TYPE = "jumpstarter_driver_pyserial.driver.PySerial";

/** How pyserial on a host would call a port that is not on USB; here it is bound by hand. */
const PORT_WITHOUT_IDS = "/dev/ttyS0";

/** Add a PySerial driver for `port` below `export:`. Throws with the cure when the text is not a configuration. */
export function addSerialDriver(yaml: string, port: RememberedPort): AddedDriver {
  const edit = addDriver(yaml, [], "serial", { type: TYPE, config: { url: portUrl(port) } });
  if (!edit.ok) throw new Error(`${edit.reason} Edit the configuration first, then add the device.`);
  return { yaml: edit.text, path: edit.path };
}

/** pyserial's own scheme for a USB adapter, by its ids. */
function portUrl(port: RememberedPort): string {
  if (port.usbVendorId === undefined || port.usbProductId === undefined) return PORT_WITHOUT_IDS;
  return `hwgrep://${hex4(port.usbVendorId)}:${hex4(port.usbProductId)}`;
}

function hex4(id: number): string {
  return id.toString(16).padStart(4, "0");
}
