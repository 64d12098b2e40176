/**
 * Puts a serial device into an ExporterConfig, and leaves all else as the person wrote it: order, comments, spaces.
 * Above: page.ts loads it when a device is added. Below: the `yaml` library's document model.
 */

import { isMap, isScalar, parseDocument } from "yaml";
import type { RememberedPort } from "../../drivers/base/devices.ts";

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
  const document = parseDocument(yaml);
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1;
    throw new Error(`The configuration has an error in line ${line}. Edit it first, then add the device.`);
  }
  if (document.contents !== null && !isMap(document.contents)) {
    throw new Error("The configuration is not a map of keys and values. Edit it first, then add the device.");
  }
  const drivers = document.get("export", true);
  const empty = drivers === undefined || (isScalar(drivers) && drivers.value === null);
  if (!empty && !isMap(drivers)) {
    throw new Error("`export:` is not a map of driver names. Edit the configuration, then add the device.");
  }
  if (empty) document.set("export", document.createNode({}));
  const parent = document.get("export", true);
  // `export: {}` would swallow the new entry into its braces.
  if (isMap(parent) && parent.items.length === 0) parent.flow = false;

  const name = freeName((candidate) => isMap(parent) && parent.has(candidate));
  document.setIn(["export", name], document.createNode({ type: TYPE, config: { url: portUrl(port) } }));
  return { yaml: document.toString({ lineWidth: 0 }), path: [name] };
}

/** pyserial's own scheme for a USB adapter, by its ids. */
function portUrl(port: RememberedPort): string {
  if (port.usbVendorId === undefined || port.usbProductId === undefined) return PORT_WITHOUT_IDS;
  return `hwgrep://${hex4(port.usbVendorId)}:${hex4(port.usbProductId)}`;
}

function hex4(id: number): string {
  return id.toString(16).padStart(4, "0");
}

/** `serial`, `serial2`, `serial3`…: no dashes, so that Python can say `client.serial2`. */
function freeName(taken: (name: string) => boolean): string {
  if (!taken("serial")) return "serial";
  let number = 2;
  while (taken(`serial${number}`)) number++;
  return `serial${number}`;
}
