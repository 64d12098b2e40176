/**
 * A simulated USB device with faults in front of it: silence, refusals, nonsense, and a cable that is pulled at a certain byte.
 * Above: tests of drivers over USB. Below: any SimulatedUsbDevice.
 */

import type {
  SimulatedUsbDevice,
  UsbDescriptors,
  UsbSetup,
  UsbTransferOptions,
} from "./simulated-usb-device.ts";

export interface UsbFaults {
  /** Called when so many bytes in all have come to OUT endpoints: pull the cable, or cancel, there. */
  readonly at?: { readonly outBytes: number; run(): void };
  /** Whether an OUT transfer is answered with a stall, and the device does not see it. */
  readonly stall?: (bytes: Uint8Array) => boolean;
  /** Whether the device does not take an OUT transfer, ever. */
  readonly hang?: (bytes: Uint8Array) => boolean;
  /** What an IN endpoint says instead. */
  readonly garble?: (bytes: Uint8Array, length: number) => Uint8Array;
  /** What a control request is answered with instead. */
  readonly control?: (setup: UsbSetup, answer: Uint8Array | null) => Uint8Array | null;
}

export class FaultyUsbDevice implements SimulatedUsbDevice {
  readonly #device: SimulatedUsbDevice;
  readonly #faults: UsbFaults;
  #outBytes = 0;

  constructor(device: SimulatedUsbDevice, faults: UsbFaults) {
    this.#device = device;
    this.#faults = faults;
  }

  get descriptors(): UsbDescriptors {
    return this.#device.descriptors;
  }

  async control(setup: UsbSetup, data: Uint8Array): Promise<Uint8Array | null> {
    const answer = await this.#device.control(setup, data);
    return this.#faults.control === undefined ? answer : this.#faults.control(setup, answer);
  }

  async out(endpoint: number, bytes: Uint8Array, options: UsbTransferOptions): Promise<"ok" | "stall"> {
    const { at, stall, hang } = this.#faults;
    const before = this.#outBytes;
    this.#outBytes += bytes.length;
    if (at !== undefined && before < at.outBytes && this.#outBytes >= at.outBytes) at.run();
    options.signal.throwIfAborted();
    if (hang?.(bytes) === true) await never(options.signal);
    if (stall?.(bytes) === true) return "stall";
    return await this.#device.out(endpoint, bytes, options);
  }

  async in(endpoint: number, length: number, options: UsbTransferOptions): Promise<Uint8Array | null> {
    const answer = await this.#device.in(endpoint, length, options);
    return answer === null || this.#faults.garble === undefined
      ? answer
      : this.#faults.garble(answer, length);
  }

  clearHalt(direction: "in" | "out", endpoint: number): void {
    this.#device.clearHalt?.(direction, endpoint);
  }

  busReset(): void {
    this.#device.busReset?.();
  }
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
