/**
 * USB devices for driver instances: what bound-devices.ts must know of WebUSB.
 * Above: drivers (through `UsbDevices`), and the page, which shows bindings and lets a person choose.
 * Below: bound-devices.ts, the platform's `USB`, and the rules in assign-usb-devices.ts.
 * Specification: https://wicg.github.io/webusb/ (getDevices, connect and disconnect events).
 */

import { assignUsbDevices, type UsbFacts } from "./assign-usb-devices.ts";
import { type BindingInfo, BoundDevices, type DeviceKind, type ManagedDevices } from "./bound-devices.ts";
import type { RememberedPort, UsbBinding, UsbDevices, UsbRequest } from "./devices.ts";
import { rememberableUsb } from "./remember-device.ts";
import { usbLabel } from "./usb-names.ts";

/** What the page shows of one claim. */
export type UsbBindingInfo = BindingInfo<UsbRequest>;

export type ManagedUsbDevices = UsbDevices & ManagedDevices<UsbBindingInfo>;

export interface UsbDevicesOptions {
  readonly usb: USB;
  /** Choices made by hand, by path joined with ".". */
  readonly remembered: Readonly<Record<string, RememberedPort>>;
}

/** Nothing is bound before the first `refresh()`. */
export function createUsbDevices({ usb, remembered }: UsbDevicesOptions): ManagedUsbDevices {
  return new BoundDevices(usbDevices(usb), remembered);
}

function usbDevices(usb: USB): DeviceKind<USBDevice, UsbRequest, UsbBinding> {
  return {
    name: "USB device",
    list: () => usb.getDevices(),
    listen(onPlug, options) {
      usb.addEventListener("connect", ({ device }) => onPlug(device, true), options);
      usb.addEventListener("disconnect", ({ device }) => onPlug(device, false), options);
    },
    assign: (claims, devices) =>
      assignUsbDevices(claims, new Map(devices.map((device) => [device, factsOf(device)]))),
    isPlugged: () => true,
    identity: (device) => identityOf(rememberableUsb(device)),
    wantedIdentity: ({ remembered }) => remembered && identityOf(remembered),
    canBeUnplugged: () => true,
    rememberable: rememberableUsb,
    label({ request, remembered }, device) {
      if (device !== undefined) {
        return usbLabel(device.vendorId, device.productId, device.productName ?? undefined);
      }
      const { usbVendorId, usbProductId } = remembered ?? {};
      return usbVendorId === undefined || usbProductId === undefined
        ? request.hint
        : usbLabel(usbVendorId, usbProductId);
    },
    undecided: (key, { hint }) =>
      `choose the USB device for \`${key}\` on the page: more than one could be ${hint}`,
    binding: (claim) => claim,
  };
}

function identityOf({ usbVendorId, usbProductId, usbSerialNumber }: RememberedPort): string {
  return `${usbVendorId ?? ""}:${usbProductId ?? ""}:${usbSerialNumber ?? ""}`;
}

function factsOf(device: USBDevice): UsbFacts {
  const { vendorId, productId, serialNumber, deviceClass, deviceSubclass, deviceProtocol } = device;
  const interfaces = device.configurations.flatMap((configuration) => configuration.interfaces);
  return {
    vendorId,
    productId,
    serialNumber: serialNumber || undefined,
    classes: [
      [deviceClass, deviceSubclass, deviceProtocol],
      ...interfaces
        .flatMap(({ alternates }) => alternates)
        .map((one) => [one.interfaceClass, one.interfaceSubclass, one.interfaceProtocol] as const),
    ],
  };
}
