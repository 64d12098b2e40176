/**
 * A USBDevice whose far end is a simulated device: the platform's interface, its rules, and Chromium's errors.
 * Above: drivers, which cannot tell it from a real one. Below: SimulatedUsbDevice.
 * Specification: https://wicg.github.io/webusb/#usbdevice-interface. Names of errors are Chromium's where the text leaves them open.
 */

import type { SimulatedUsbDevice, UsbSetup } from "./simulated-usb-device.ts";

export interface FakeUsbDeviceOptions {
  readonly device: SimulatedUsbDevice;
  /** Hand out what was read as a view into a larger buffer: legal, and hard on drivers. */
  readonly unkind?: boolean;
}

/** Classes of which Chromium lets no page claim an interface: audio, HID, mass storage, smart card, video, AV, wireless. */
const PROTECTED_CLASSES: ReadonlySet<number> = new Set([0x01, 0x03, 0x08, 0x0b, 0x0e, 0x10, 0xe0]);
/** Length of what an unkind answer's buffer has before it, and behind. */
const UNKIND_MARGIN_BYTES = 7;

interface OpenInterface {
  claimed: boolean;
  alternate: number;
}

export class FakeUsbDevice implements USBDevice {
  readonly usbVersionMajor: number;
  readonly usbVersionMinor: number;
  readonly usbVersionSubminor: number;
  readonly deviceClass: number;
  readonly deviceSubclass: number;
  readonly deviceProtocol: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  readonly manufacturerName: string | null;
  readonly productName: string | null;
  readonly serialNumber: string | null;
  readonly configurations: USBConfiguration[];
  /** As if another program had its interfaces: claiming fails. */
  heldElsewhere = false;
  /** As if the operating system did not let the browser open it: no udev rule on Linux, no WinUSB on Windows. */
  denied = false;

  readonly #device: SimulatedUsbDevice;
  readonly #unkind: boolean;
  /** State of the interfaces of all configurations. */
  readonly #interfaces = new Map<USBInterface, OpenInterface>();
  /** The last transfer in line, by endpoint address. */
  readonly #lines = new Map<number, Promise<unknown>>();
  /** Set while it is open; aborting it ends what is under way. */
  #session: AbortController | undefined;
  #configuration: USBConfiguration | null;
  #connected = true;
  #onForget: (() => void) | undefined;

  constructor({ device, unkind = false }: FakeUsbDeviceOptions) {
    const its = device.descriptors;
    this.#device = device;
    this.#unkind = unkind;
    [this.usbVersionMajor, this.usbVersionMinor, this.usbVersionSubminor] = its.usbVersion ?? [2, 0, 0];
    [this.deviceVersionMajor, this.deviceVersionMinor, this.deviceVersionSubminor] = its.deviceVersion ?? [
      1, 0, 0,
    ];
    [this.deviceClass, this.deviceSubclass, this.deviceProtocol] = its.deviceClass ?? [0, 0, 0];
    this.vendorId = its.vendorId;
    this.productId = its.productId;
    this.manufacturerName = its.manufacturerName ?? null;
    this.productName = its.productName ?? null;
    this.serialNumber = its.serialNumber ?? null;
    this.configurations = its.configurations.map(({ value, name, interfaces }) => ({
      configurationValue: value,
      configurationName: name ?? null,
      interfaces: interfaces.map((one) => this.#newInterface(one)),
    }));
    // The operating system has chosen the first before any page sees the device.
    this.#configuration = this.configurations[0] ?? null;
  }

  get connected(): boolean {
    return this.#connected;
  }

  get opened(): boolean {
    return this.#session !== undefined;
  }

  get configuration(): USBConfiguration | null {
    return this.#configuration;
  }

  async open(): Promise<void> {
    this.#requireConnected();
    if (this.#session !== undefined) return;
    if (this.denied) throw new DOMException("Access denied.", "SecurityError");
    this.#session = new AbortController();
  }

  async close(): Promise<void> {
    this.#requireConnected();
    this.#end(new DOMException("The transfer was cancelled.", "AbortError"));
  }

  async forget(): Promise<void> {
    this.#end(new DOMException("The transfer was cancelled.", "AbortError"));
    this.#connected = false;
    this.#onForget?.();
  }

  async selectConfiguration(configurationValue: number): Promise<void> {
    this.#requireOpen();
    const chosen = this.configurations.find((one) => one.configurationValue === configurationValue);
    if (chosen === undefined) {
      throw new DOMException(
        "The configuration value provided is not supported by the device.",
        "NotFoundError",
      );
    }
    this.#configuration = chosen;
    this.#releaseAll();
  }

  async claimInterface(interfaceNumber: number): Promise<void> {
    this.#requireConfigured();
    const one = this.#findInterface(interfaceNumber);
    if (one.alternates.some((alternate) => PROTECTED_CLASSES.has(alternate.interfaceClass))) {
      throw new DOMException("The requested interface implements a protected class.", "SecurityError");
    }
    if (this.heldElsewhere) throw new DOMException("Unable to claim interface.", "NetworkError");
    this.#stateOf(one).claimed = true;
  }

  async releaseInterface(interfaceNumber: number): Promise<void> {
    this.#requireConfigured();
    const state = this.#stateOf(this.#findInterface(interfaceNumber));
    state.claimed = false;
    state.alternate = 0;
  }

  async selectAlternateInterface(interfaceNumber: number, alternateSetting: number): Promise<void> {
    this.#requireConfigured();
    const one = this.#findInterface(interfaceNumber);
    const state = this.#stateOf(one);
    if (!state.claimed) throw invalidState("The specified interface has not been claimed.");
    if (!one.alternates.some((alternate) => alternate.alternateSetting === alternateSetting)) {
      throw new DOMException(
        "The alternate setting provided is not supported by the device in its current configuration.",
        "NotFoundError",
      );
    }
    state.alternate = alternateSetting;
  }

  async controlTransferIn(setup: USBControlTransferParameters, length: number): Promise<USBInTransferResult> {
    this.#checkControl(setup);
    const answer = await this.#transfer(0x80, () =>
      this.#device.control(setupOf("in", setup, length), new Uint8Array()),
    );
    return this.#inResult(answer, length);
  }

  async controlTransferOut(
    setup: USBControlTransferParameters,
    data: BufferSource = new Uint8Array(),
  ): Promise<USBOutTransferResult> {
    this.#checkControl(setup);
    const bytes = copyOf(data);
    const answer = await this.#transfer(0, () =>
      this.#device.control(setupOf("out", setup, bytes.length), bytes),
    );
    return answer === null
      ? { status: "stall", bytesWritten: 0 }
      : { status: "ok", bytesWritten: bytes.length };
  }

  async transferIn(endpointNumber: number, length: number): Promise<USBInTransferResult> {
    this.#checkEndpoint("in", endpointNumber);
    const answer = await this.#transfer(0x80 | endpointNumber, (signal) =>
      this.#device.in(endpointNumber, length, { signal }),
    );
    return this.#inResult(answer, length);
  }

  async transferOut(endpointNumber: number, data: BufferSource): Promise<USBOutTransferResult> {
    this.#checkEndpoint("out", endpointNumber);
    const bytes = copyOf(data);
    const { length } = bytes;
    const status = await this.#transfer(endpointNumber, (signal) =>
      this.#device.out(endpointNumber, bytes, { signal }),
    );
    return { status, bytesWritten: status === "ok" ? length : 0 };
  }

  async clearHalt(direction: USBDirection, endpointNumber: number): Promise<void> {
    this.#checkEndpoint(direction, endpointNumber);
    this.#device.clearHalt?.(direction, endpointNumber);
  }

  async isochronousTransferIn(): Promise<USBIsochronousInTransferResult> {
    throw new DOMException("No simulated device has isochronous endpoints.", "NotFoundError");
  }

  async isochronousTransferOut(): Promise<USBIsochronousOutTransferResult> {
    throw new DOMException("No simulated device has isochronous endpoints.", "NotFoundError");
  }

  async reset(): Promise<void> {
    this.#requireOpen();
    this.#session?.abort(new DOMException("The transfer was cancelled.", "AbortError"));
    this.#session = new AbortController();
    this.#device.busReset?.();
  }

  /** For FakeUsb: what to do when the page takes the grant back. */
  whenForgotten(run: () => void): void {
    this.#onForget = run;
  }

  /** For FakeUsb: the cable is pulled. A device that was unplugged never comes back; a new one does. */
  unplug(): void {
    this.#connected = false;
    this.#end(new DOMException("A transfer error has occurred.", "NetworkError"));
    this.#device.busReset?.();
  }

  /** Transfers of one endpoint one after the other; all of them end with the session. */
  async #transfer<T>(address: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = this.#requireOpen();
    const before = this.#lines.get(address) ?? Promise.resolve();
    const done = before.then(async () => {
      signal.throwIfAborted();
      return await run(signal);
    });
    this.#lines.set(
      address,
      done.catch(() => undefined), // its own caller hears of it
    );
    const over = Promise.withResolvers<never>();
    const listening = new AbortController();
    signal.addEventListener("abort", () => over.reject(signal.reason), { signal: listening.signal });
    try {
      return await Promise.race([done, over.promise]);
    } finally {
      listening.abort();
    }
  }

  #inResult(answer: Uint8Array | null, length: number): USBInTransferResult {
    if (answer === null) return { status: "stall" };
    const status = answer.length > length ? "babble" : "ok";
    const bytes = answer.subarray(0, length);
    if (!this.#unkind) return { status, data: new DataView(bytes.slice().buffer) };
    const larger = new Uint8Array(bytes.length + 2 * UNKIND_MARGIN_BYTES).fill(0xee);
    larger.set(bytes, UNKIND_MARGIN_BYTES);
    return { status, data: new DataView(larger.buffer, UNKIND_MARGIN_BYTES, bytes.length) };
  }

  #end(reason: DOMException): void {
    const session = this.#session;
    this.#session = undefined;
    this.#lines.clear();
    this.#releaseAll();
    session?.abort(reason);
  }

  #releaseAll(): void {
    for (const state of this.#interfaces.values()) {
      state.claimed = false;
      state.alternate = 0;
    }
  }

  #requireConnected(): void {
    if (!this.#connected) throw new DOMException("The device was disconnected.", "NotFoundError");
  }

  #requireOpen(): AbortSignal {
    this.#requireConnected();
    if (this.#session === undefined) throw invalidState("The device must be opened first.");
    return this.#session.signal;
  }

  #requireConfigured(): USBConfiguration {
    this.#requireOpen();
    if (this.#configuration === null) throw invalidState("The device must have a configuration selected.");
    return this.#configuration;
  }

  #findInterface(interfaceNumber: number): USBInterface {
    const found = this.#requireConfigured().interfaces.find((one) => one.interfaceNumber === interfaceNumber);
    if (found === undefined) {
      throw new DOMException(
        "The interface number provided is not supported by the device in its current configuration.",
        "NotFoundError",
      );
    }
    return found;
  }

  #stateOf(one: USBInterface): OpenInterface {
    const state = this.#interfaces.get(one);
    if (state === undefined) throw new Error("an interface of another device");
    return state;
  }

  /** Requests to an interface, or to an endpoint of one, need it claimed, and no page talks to protected ones. */
  #checkControl({ recipient, index }: USBControlTransferParameters): void {
    const { interfaces } = this.#requireConfigured();
    const number = index & 0xff;
    if (recipient === "interface") this.#requireClaimed(this.#findInterface(number));
    if (recipient !== "endpoint") return;
    const direction = number & 0x80 ? "in" : "out";
    const owner = interfaces.find((one) => has(one.alternate, direction, number & 0x0f));
    if (owner === undefined) throw new DOMException("The specified endpoint is unknown.", "NotFoundError");
    this.#requireClaimed(owner);
  }

  #requireClaimed(one: USBInterface): void {
    if (PROTECTED_CLASSES.has(one.alternate.interfaceClass)) {
      throw new DOMException("The requested interface implements a protected class.", "SecurityError");
    }
    if (!one.claimed) throw invalidState("The specified interface has not been claimed.");
  }

  #checkEndpoint(direction: USBDirection, endpointNumber: number): void {
    const { interfaces } = this.#requireConfigured();
    if (endpointNumber < 1 || endpointNumber > 15) {
      throw new DOMException("The specified endpoint number is out of range.", "IndexSizeError");
    }
    if (!interfaces.some((one) => one.claimed && has(one.alternate, direction, endpointNumber))) {
      throw new DOMException(
        "The specified endpoint is not part of a claimed and selected alternate interface.",
        "NotFoundError",
      );
    }
  }

  #newInterface({
    number,
    alternates,
  }: SimulatedUsbDevice["descriptors"]["configurations"][number]["interfaces"][number]): USBInterface {
    const [first, ...others] = alternates.map((alternate, setting): USBAlternateInterface => {
      const [interfaceClass, interfaceSubclass, interfaceProtocol] = alternate.class;
      return {
        alternateSetting: setting,
        interfaceClass,
        interfaceSubclass,
        interfaceProtocol,
        interfaceName: alternate.name ?? null,
        endpoints: alternate.endpoints.map((endpoint) => ({
          endpointNumber: endpoint.number,
          direction: endpoint.direction,
          type: endpoint.type,
          packetSize: endpoint.packetSize,
        })),
      };
    });
    if (first === undefined) throw new Error("an interface has at least one setting");
    const state: OpenInterface = { claimed: false, alternate: 0 };
    const made: USBInterface = {
      interfaceNumber: number,
      alternates: [first, ...others],
      get alternate() {
        return made.alternates[state.alternate] ?? first;
      },
      get claimed() {
        return state.claimed;
      },
    };
    this.#interfaces.set(made, state);
    return made;
  }
}

function has(alternate: USBAlternateInterface, direction: USBDirection, number: number): boolean {
  return alternate.endpoints.some((one) => one.direction === direction && one.endpointNumber === number);
}

function setupOf(
  direction: "in" | "out",
  { requestType: type, recipient, request, value, index }: USBControlTransferParameters,
  length: number,
): UsbSetup {
  return { direction, type, recipient, request, value, index, length };
}

function copyOf(data: BufferSource): Uint8Array<ArrayBuffer> {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
    : new Uint8Array(data).slice();
}

function invalidState(message: string): DOMException {
  return new DOMException(message, "InvalidStateError");
}
