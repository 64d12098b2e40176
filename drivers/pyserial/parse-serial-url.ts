/**
 * What a PySerial `url` means in a browser. Above: the driver's configuration. Below: nothing.
 * Specification: pyserial's `serial_for_url` schemes; a plain name is the operating system's name of a port.
 */

import type { SerialRequest } from "../base/devices.ts";

export type SerialUrl =
  /** A loopback in memory: every connection hears itself. */
  | { readonly kind: "loop" }
  | { readonly kind: "device"; readonly request: SerialRequest }
  /** The reason says why not, and what to write instead. */
  | { readonly kind: "refused"; readonly reason: string };

const REFUSED_SCHEMES: Readonly<Record<string, string>> = {
  socket:
    "a page cannot open TCP sockets: connect the port to this computer, or export it with the Python exporter",
  rfc2217:
    "a page cannot open TCP sockets: connect the port to this computer, or export it with the Python exporter",
  unix: "a page cannot open Unix sockets: connect the port to this computer, or export it with the Python exporter",
  spy: "pyserial's spy is not offered: give the port itself, for example the part after spy://",
  alt: "pyserial's alternative implementations mean nothing in a browser: give the port itself, for example the part after alt://",
  cp2110: "a CP2110 is a HID device, not a serial port: it is not offered yet",
};

/** VID:PID, anywhere in the pattern of a `hwgrep://`. */
const USB_IDS = /(?:^|[^0-9a-f])([0-9a-f]{4}):([0-9a-f]{4})(?![0-9a-f])/i;

/** Pure; never throws. */
export function parseSerialUrl(url: string): SerialUrl {
  const name = url.trim();
  if (name === "") return refused("the url is empty: give loop://, hwgrep://VID:PID or the name of a port");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(name)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return /^unix[:/]/i.test(name)
        ? refused(REFUSED_SCHEMES.unix ?? "")
        : { kind: "device", request: { kind: "any", hint: name } };
    case "loop":
      return { kind: "loop" };
    case "hwgrep":
      return parseHwgrep(name);
    default:
      return refused(
        (scheme.startsWith("unix") ? REFUSED_SCHEMES.unix : REFUSED_SCHEMES[scheme]) ??
          `${scheme}:// is not known: give loop://, hwgrep://VID:PID or the name of a port such as /dev/ttyUSB0`,
      );
  }
}

/** A browser tells a page nothing of a port but its USB ids, so they must be in the pattern. */
function parseHwgrep(url: string): SerialUrl {
  const match = USB_IDS.exec(url.slice("hwgrep://".length));
  const [, vendor, product] = match ?? [];
  if (vendor === undefined || product === undefined) {
    return refused(
      "a browser can find a port only by its USB ids: write hwgrep://VID:PID, for example hwgrep://0403:6001",
    );
  }
  return {
    kind: "device",
    request: { kind: "usb", vendorId: Number.parseInt(vendor, 16), productId: Number.parseInt(product, 16) },
  };
}

function refused(reason: string): SerialUrl {
  return { kind: "refused", reason };
}
