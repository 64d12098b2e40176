/**
 * `navigator.usb` with simulated devices: grants, the chooser, and cables that are pulled and plugged.
 * Above: drivers/base/usb-devices.ts, which cannot tell it from the real one; unit tests, and simulated boards that ship in the page.
 * Below: FakeUsbDevice.
 * Specification: https://wicg.github.io/webusb/#usb
 */

import { FakeUsbDevice, type FakeUsbDeviceOptions } from "./fake-usb-device.ts";

type PlugListener = (event: USBConnectionEvent) => void;

export class FakeUsb extends EventTarget implements USB {
  onconnect: PlugListener | null = null;
  ondisconnect: PlugListener | null = null;
  /** As if the site's settings forbade USB devices. */
  forbidden = false;

  readonly #plugged = new Set<FakeUsbDevice>();
  readonly #granted: FakeUsbDevice[] = [];
  /** What the chooser offers. */
  readonly #offered: FakeUsbDevice[] = [];

  override addEventListener(
    type: "connect" | "disconnect",
    listener: PlugListener,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: PlugListener | EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListenerOrEventListenerObject | null, options);
  }

  override removeEventListener(
    type: "connect" | "disconnect",
    listener: PlugListener,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: PlugListener | EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListenerOrEventListenerObject | null, options);
  }

  async getDevices(): Promise<FakeUsbDevice[]> {
    this.#checkAllowed();
    return [...this.#granted];
  }

  /** A person who takes the first device that fits; NotFoundError: who closes the chooser. */
  async requestDevice(
    { filters, exclusionFilters = [] }: USBDeviceRequestOptions = { filters: [] },
  ): Promise<FakeUsbDevice> {
    this.#checkAllowed();
    const chosen = this.#offered.find(
      (device) =>
        (filters.length === 0 || filters.some((filter) => fits(device, filter))) &&
        !exclusionFilters.some((filter) => fits(device, filter)),
    );
    if (chosen === undefined) throw new DOMException("No device selected.", "NotFoundError");
    remove(this.#offered, chosen);
    this.#granted.push(chosen);
    return chosen;
  }

  /** A device that is plugged in and granted: a new object each time, as a replugged device is in browsers. */
  plug(options: FakeUsbDeviceOptions): FakeUsbDevice {
    const device = this.#newDevice(options);
    this.#granted.push(device);
    this.#dispatch("connect", device);
    return device;
  }

  /** A device that is plugged in and not granted yet: nobody hears of it. */
  offer(options: FakeUsbDeviceOptions): FakeUsbDevice {
    const device = this.#newDevice(options);
    this.#offered.push(device);
    return device;
  }

  /** Pull the cable, or the device leaves the bus by itself. */
  unplug(device: FakeUsbDevice): void {
    if (!this.#plugged.delete(device)) throw new Error("this device is not plugged in");
    remove(this.#offered, device);
    const granted = remove(this.#granted, device);
    device.unplug();
    if (granted) this.#dispatch("disconnect", device);
  }

  #newDevice(options: FakeUsbDeviceOptions): FakeUsbDevice {
    const device = new FakeUsbDevice(options);
    this.#plugged.add(device);
    device.whenForgotten(() => remove(this.#granted, device));
    return device;
  }

  #checkAllowed(): void {
    if (this.forbidden) throw new DOMException("Access to the feature is disallowed.", "SecurityError");
  }

  #dispatch(type: "connect" | "disconnect", device: FakeUsbDevice): void {
    // The platform's class is not there outside browsers; what listeners look at is.
    const event = Object.defineProperty(new Event(type), "device", { value: device }) as USBConnectionEvent;
    this.dispatchEvent(event);
    this[`on${type}`]?.(event);
  }
}

/** @returns whether it was there. */
function remove<T>(list: T[], item: T): boolean {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}

/** @see https://wicg.github.io/webusb/#dfn-match-a-device-filter */
function fits(device: FakeUsbDevice, filter: USBDeviceFilter): boolean {
  const { vendorId, productId, serialNumber, classCode, subclassCode, protocolCode } = filter;
  const same = <T>(wanted: T | undefined, actual: T | null): boolean =>
    wanted === undefined || wanted === actual;
  const classFits = (actual: readonly [number, number, number]): boolean =>
    same(classCode, actual[0]) && same(subclassCode, actual[1]) && same(protocolCode, actual[2]);
  return (
    same(vendorId, device.vendorId) &&
    same(productId, device.productId) &&
    same(serialNumber, device.serialNumber) &&
    [...classesOf(device)].some(classFits)
  );
}

/** That of the device, and those of its interfaces in all their settings. */
function* classesOf(device: FakeUsbDevice): Generator<readonly [number, number, number]> {
  yield [device.deviceClass, device.deviceSubclass, device.deviceProtocol];
  for (const { interfaces } of device.configurations) {
    for (const { alternates } of interfaces) {
      for (const it of alternates) yield [it.interfaceClass, it.interfaceSubclass, it.interfaceProtocol];
    }
  }
}
