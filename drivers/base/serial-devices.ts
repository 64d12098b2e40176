/**
 * Serial ports for driver instances: what bound-devices.ts must know of Web Serial.
 * Above: drivers (through `SerialDevices`), and the page, which shows bindings and lets a person choose.
 * Below: bound-devices.ts, the platform's `Serial`, and the rules in assign-ports.ts.
 * Specification: https://wicg.github.io/serial/ (getPorts, connect and disconnect events).
 */

import { assignPorts, wantedIds } from "./assign-ports.ts";
import { type BindingInfo, BoundDevices, type DeviceKind, type ManagedDevices } from "./bound-devices.ts";
import type { RememberedPort, SerialBinding, SerialDevices, SerialRequest } from "./devices.ts";
import { rememberable } from "./remember-device.ts";
import { usbLabel } from "./usb-names.ts";

/** What the page shows of one claim. */
export interface SerialBindingInfo extends BindingInfo<SerialRequest> {
  /** The ids of the port it has now: what to remember, should a person confirm it. */
  readonly port: RememberedPort | undefined;
}

export type ManagedSerialDevices = SerialDevices & ManagedDevices<SerialBindingInfo>;

export interface SerialDevicesOptions {
  readonly serial: Serial;
  /** Choices made by hand, by path joined with ".". */
  readonly remembered: Readonly<Record<string, RememberedPort>>;
}

/** Nothing is bound before the first `refresh()`. */
export function createSerialDevices({ serial, remembered }: SerialDevicesOptions): ManagedSerialDevices {
  return new BoundDevices(serialPorts(serial), remembered);
}

function serialPorts(
  serial: Serial,
): DeviceKind<SerialPort, SerialRequest, SerialBinding, SerialBindingInfo> {
  return {
    name: "serial port",
    list: () => serial.getPorts(),
    listen(onPlug, options) {
      serial.addEventListener("connect", ({ target }) => onPlug(target as SerialPort, true), options);
      serial.addEventListener("disconnect", ({ target }) => onPlug(target as SerialPort, false), options);
    },
    assign(claims, ports) {
      // Undefined in browsers that list only what is plugged in.
      const plugged = ports.filter(({ connected }) => connected !== false);
      return assignPorts(claims, new Map(plugged.map((port) => [port, rememberable(port)])));
    },
    label: (claim, port) => labelOf(port === undefined ? wantedIds(claim) : rememberable(port)),
    undecided(key, request) {
      const hint = request.kind === "any" ? ` (the configuration names it ${request.hint})` : "";
      return `choose a port for \`${key}\` on the page${hint}`;
    },
    binding: (claim) => ({
      get status() {
        return claim.status;
      },
      get label() {
        return claim.label;
      },
      port: () => claim.device(),
      onChange: (listener, options) => claim.onChange(listener, options),
      [Symbol.dispose]: () => claim[Symbol.dispose](),
    }),
    info: (shown, port) => ({ ...shown, port: port && rememberable(port) }),
  };
}

function labelOf(ids: RememberedPort | undefined): string {
  if (ids?.usbVendorId === undefined || ids.usbProductId === undefined) return "a serial port";
  return usbLabel(ids.usbVendorId, ids.usbProductId);
}
