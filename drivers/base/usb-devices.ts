/**
 * USB devices for driver instances: who asked for what, which granted device that is, and what changes when one is
 * plugged in or out. Above: drivers (through `UsbDevices`), and the page, which shows bindings and lets a person
 * choose. Below: the platform's `USB` and the rules in assign-usb-devices.ts.
 * Specification: https://wicg.github.io/webusb/ (getDevices, connect and disconnect events).
 */

import { assignUsbDevices, type UsbClaim as Claim, type UsbFacts } from "./assign-usb-devices.ts";
import type { BindingStatus, RememberedPort, UsbBinding, UsbDevices, UsbRequest } from "./devices.ts";
import { driverErrorFromDom } from "./dom-error.ts";
import { DriverError } from "./error.ts";
import { usbLabel } from "./usb-names.ts";

/** What the page shows of one claim. */
export interface UsbBindingInfo {
  readonly status: BindingStatus;
  readonly label: string;
  readonly request: UsbRequest;
  /** What to remember of the device it has now, should a person confirm it. */
  readonly device: RememberedPort | undefined;
}

export interface ManagedUsbDevices extends UsbDevices, AsyncDisposable {
  /** Ask the browser again which devices are granted. Rejects with a DriverError when the page may not know. */
  refresh(): Promise<void>;
  /** A person has chosen a device for a driver instance, or (null) taken the choice back. */
  remember(path: readonly string[], device: RememberedPort | null): void;
  /** All claims, by path joined with ".". */
  readonly bindings: ReadonlyMap<string, UsbBindingInfo>;
  /** Called after each change of `bindings`. */
  onChange(listener: () => void, options: { signal: AbortSignal }): void;
}

export interface UsbDevicesOptions {
  readonly usb: USB;
  /** Choices made by hand, by path joined with ".". */
  readonly remembered: Readonly<Record<string, RememberedPort>>;
}

/** Devices that come and go while the browser lists them make it ask again; a bench never changes that fast for long. */
const MAX_LISTING_TRIES = 5;

/** Nothing is bound before the first `refresh()`. */
export function createUsbDevices(options: UsbDevicesOptions): ManagedUsbDevices {
  return new BoundUsbDevices(options);
}

/** What can be remembered of a device: nothing else of it survives a reload. */
export function rememberableUsb({ vendorId, productId, serialNumber }: USBDevice): RememberedPort {
  return {
    usbVendorId: vendorId,
    usbProductId: productId,
    // An empty one says as little as none.
    ...(serialNumber ? { usbSerialNumber: serialNumber } : {}),
  };
}

class BoundUsbDevices implements ManagedUsbDevices {
  readonly #usb: USB;
  readonly #remembered: Map<string, RememberedPort>;
  readonly #claims = new Map<string, UsbClaim>();
  readonly #disposed = new AbortController();
  readonly #changes = new EventTarget();
  #devices: readonly USBDevice[] = [];
  /** Counts plug events, to notice one that comes while the browser makes its list. */
  #plugEvents = 0;

  constructor({ usb, remembered }: UsbDevicesOptions) {
    this.#usb = usb;
    this.#remembered = new Map(Object.entries(remembered));
    const { signal } = this.#disposed;
    usb.addEventListener("connect", ({ device }) => this.#onPlug(device, true), { signal });
    usb.addEventListener("disconnect", ({ device }) => this.#onPlug(device, false), { signal });
  }

  get bindings(): ReadonlyMap<string, UsbBindingInfo> {
    return new Map([...this.#claims].map(([key, claim]) => [key, claim.info]));
  }

  bind(path: readonly string[], request: UsbRequest): UsbBinding {
    const key = path.join(".");
    if (this.#claims.has(key)) throw new Error(`${key} has claimed a USB device already`);
    const claim = new UsbClaim(key, request, this.#remembered.get(key), {
      release: () => {
        this.#claims.delete(key);
        this.#assign();
      },
      expectingChanged: () => this.#assign(),
    });
    this.#claims.set(key, claim);
    this.#assign();
    return claim;
  }

  async refresh(): Promise<void> {
    for (let tries = 1; ; tries++) {
      const before = this.#plugEvents;
      let devices: USBDevice[];
      try {
        devices = await this.#usb.getDevices();
      } catch (cause) {
        throw driverErrorFromDom(cause, "USB devices");
      }
      if (this.#disposed.signal.aborted) return;
      if (before !== this.#plugEvents && tries < MAX_LISTING_TRIES) continue;
      this.#devices = devices;
      this.#assign();
      return;
    }
  }

  remember(path: readonly string[], device: RememberedPort | null): void {
    const key = path.join(".");
    if (device === null) this.#remembered.delete(key);
    else this.#remembered.set(key, device);
    this.#claims.get(key)?.choose(device ?? undefined);
    this.#assign();
  }

  onChange(listener: () => void, { signal }: { signal: AbortSignal }): void {
    this.#changes.addEventListener("change", listener, { signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
    this.#devices = [];
    for (const claim of [...this.#claims.values()]) claim[Symbol.dispose]();
  }

  #onPlug(device: USBDevice, plugged: boolean): void {
    this.#plugEvents += 1;
    const others = this.#devices.filter((known) => known !== device);
    this.#devices = plugged ? [...others, device] : others;
    this.#assign();
  }

  #assign(): void {
    const facts = new Map(this.#devices.map((device) => [device, factsOf(device)]));
    const { devices, undecided } = assignUsbDevices(this.#claims, facts);
    const changed = [...this.#claims].filter(([key, claim]) =>
      claim.assign(devices.get(key), undecided.has(key)),
    );
    for (const [, claim] of changed) claim.notify();
    this.#changes.dispatchEvent(new Event("change"));
  }
}

interface ClaimOwner {
  release(): void;
  expectingChanged(): void;
}

class UsbClaim implements UsbBinding, Claim<USBDevice> {
  readonly request: UsbRequest;
  readonly #key: string;
  readonly #owner: ClaimOwner;
  readonly #changes = new EventTarget();
  #remembered: RememberedPort | undefined;
  #device: USBDevice | undefined;
  /** Devices are there, and nobody has said which. */
  #undecided = false;
  #givenOut = false;
  #waiting = 0;
  #told: BindingStatus | undefined;
  #disposed = false;

  constructor(key: string, request: UsbRequest, remembered: RememberedPort | undefined, owner: ClaimOwner) {
    this.#key = key;
    this.request = request;
    this.#remembered = remembered;
    this.#owner = owner;
  }

  get remembered(): RememberedPort | undefined {
    return this.#remembered;
  }

  get held(): USBDevice | undefined {
    return this.#givenOut ? this.#device : undefined;
  }

  get expecting(): boolean {
    return this.#waiting > 0;
  }

  get status(): BindingStatus {
    if (this.#device !== undefined) return "present";
    return this.#undecided ? "unbound" : "missing";
  }

  get label(): string {
    if (this.#device !== undefined) {
      const { vendorId, productId, productName } = this.#device;
      return usbLabel(vendorId, productId, productName ?? undefined);
    }
    const { usbVendorId, usbProductId } = this.#remembered ?? {};
    return usbVendorId === undefined || usbProductId === undefined
      ? this.request.hint
      : usbLabel(usbVendorId, usbProductId);
  }

  get info(): UsbBindingInfo {
    return {
      status: this.status,
      label: this.label,
      request: this.request,
      device: this.#device === undefined ? undefined : rememberableUsb(this.#device),
    };
  }

  device(): USBDevice {
    if (this.#disposed) throw new DriverError("other", `${this.#key} has given its USB device back`);
    if (this.#device !== undefined) {
      this.#givenOut = true;
      return this.#device;
    }
    if (this.#undecided) {
      throw new DriverError(
        "device-not-bound",
        `choose the USB device for \`${this.#key}\` on the page: more than one could be ${this.request.hint}`,
      );
    }
    throw new DriverError(
      "device-missing",
      `plug in ${this.label} for \`${this.#key}\`, and allow it on the page if it is new there`,
    );
  }

  async arrived({ signal }: { readonly signal: AbortSignal }): Promise<USBDevice> {
    signal.throwIfAborted();
    this.#waiting += 1;
    this.#owner.expectingChanged();
    try {
      while (this.#device === undefined && !this.#disposed) await this.#changed(signal);
      return this.device();
    } finally {
      this.#waiting -= 1;
      if (!this.#disposed) this.#owner.expectingChanged();
    }
  }

  onChange(listener: () => void, { signal }: { signal: AbortSignal }): void {
    this.#changes.addEventListener("change", listener, { signal });
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#device = undefined;
    this.#owner.release();
    // Whoever waits for a device hears that there will be none.
    this.notify();
  }

  choose(device: RememberedPort | undefined): void {
    this.#remembered = device;
    this.#givenOut = false;
  }

  /** @returns whether the device, or the status, is another one than was told last. */
  assign(device: USBDevice | undefined, undecided: boolean): boolean {
    const another = device !== this.#device;
    if (another) this.#givenOut = false;
    this.#device = device;
    this.#undecided = undecided;
    const changed = another || this.status !== this.#told;
    this.#told = this.status;
    return changed;
  }

  notify(): void {
    this.#changes.dispatchEvent(new Event("change"));
  }

  async #changed(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const over = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        this.onChange(resolve, { signal: over.signal });
        signal.addEventListener("abort", () => reject(signal.reason), { signal: over.signal });
      });
    } finally {
      over.abort();
    }
  }
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
