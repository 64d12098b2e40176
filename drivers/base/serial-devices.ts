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
export type SerialBindingInfo = BindingInfo<SerialRequest>;

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

function serialPorts(serial: Serial): DeviceKind<SerialPort, SerialRequest, SerialBinding> {
  return {
    name: "serial port",
    list: () => serial.getPorts(),
    listen(onPlug, options) {
      serial.addEventListener("connect", ({ target }) => onPlug(target as SerialPort, true), options);
      serial.addEventListener("disconnect", ({ target }) => onPlug(target as SerialPort, false), options);
    },
    // Undefined in browsers that list only what is plugged in.
    isPlugged: ({ connected }) => connected !== false,
    assign: (claims, ports) => assignPorts(claims, new Map(ports.map((port) => [port, rememberable(port)]))),
    identity: (port) => identityOf(rememberable(port)),
    wantedIdentity(claim) {
      const wanted = wantedIds(claim);
      return wanted && identityOf(wanted);
    },
    canBeUnplugged: (port) => rememberable(port).usbVendorId !== undefined,
    rememberable,
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
  };
}

/** Web Serial says nothing else of a port. */
function identityOf({ usbVendorId, usbProductId }: RememberedPort): string {
  return `${usbVendorId ?? ""}:${usbProductId ?? ""}`;
}

function labelOf(ids: RememberedPort | undefined): string {
  if (ids?.usbVendorId === undefined || ids.usbProductId === undefined) return "a serial port";
  return usbLabel(ids.usbVendorId, ids.usbProductId);
}
