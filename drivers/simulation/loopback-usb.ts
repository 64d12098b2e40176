/**
 * A vendor device that sends back on its IN endpoint what its OUT endpoint was sent, and keeps sixteen bytes of memory for control requests.
 * Above: tests of whatever stands between a driver and a USB device. Below: nothing.
 */

import type {
  SimulatedUsbDevice,
  UsbDescriptors,
  UsbSetup,
  UsbTransferOptions,
} from "./simulated-usb-device.ts";

/** Reads and writes the memory; all others stall. */
export const MEMORY_REQUEST = 1;
export const LOOPBACK_OUT = 1;
export const LOOPBACK_IN = 2;
/** The interfaces: the loopback, and one that browsers protect. */
export const LOOPBACK_INTERFACE = 0;
export const PROTECTED_INTERFACE = 1;

const MEMORY_BYTES = 16;

export class LoopbackUsb implements SimulatedUsbDevice {
  readonly descriptors: UsbDescriptors;
  /** Both endpoints stall until the halt is cleared. */
  halted = false;
  #memory = new Uint8Array(MEMORY_BYTES);
  #queue: Uint8Array[] = [];
  #wake: (() => void) | undefined;

  constructor(descriptors: Partial<UsbDescriptors> = {}) {
    this.descriptors = {
      vendorId: 0x1209,
      productId: 0x0001,
      manufacturerName: "jumptab",
      productName: "Loopback",
      configurations: [
        {
          value: 1,
          interfaces: [
            {
              number: LOOPBACK_INTERFACE,
              alternates: [
                {
                  class: [0xff, 1, 2],
                  endpoints: [
                    { number: LOOPBACK_OUT, direction: "out", type: "bulk", packetSize: 64 },
                    { number: LOOPBACK_IN, direction: "in", type: "bulk", packetSize: 64 },
                  ],
                },
                { class: [0xff, 1, 3], endpoints: [] },
              ],
            },
            { number: PROTECTED_INTERFACE, alternates: [{ class: [0x08, 6, 0x50], endpoints: [] }] },
          ],
        },
      ],
      ...descriptors,
    };
  }

  async control(
    { direction, type, request, value, length }: UsbSetup,
    data: Uint8Array,
  ): Promise<Uint8Array | null> {
    if (type !== "vendor" || request !== MEMORY_REQUEST) return null;
    if (direction === "in") return this.#memory.slice(value, value + length);
    this.#memory.set(data, value);
    return new Uint8Array();
  }

  async out(_endpoint: number, bytes: Uint8Array): Promise<"ok" | "stall"> {
    if (this.halted) return "stall";
    this.#queue.push(bytes);
    this.#wake?.();
    return "ok";
  }

  async in(_endpoint: number, length: number, { signal }: UsbTransferOptions): Promise<Uint8Array | null> {
    if (this.halted) return null;
    const next = await this.#next(signal);
    if (next.length > length) return next.slice(0, length + 1);
    return next;
  }

  clearHalt(): void {
    this.halted = false;
  }

  busReset(): void {
    this.#queue = [];
    this.halted = false;
  }

  async #next(signal: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      const first = this.#queue.shift();
      if (first !== undefined) return first;
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    }
  }
}
