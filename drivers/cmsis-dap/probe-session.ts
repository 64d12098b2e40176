/**
 * One driver's probe: claimed from the page's USB devices, opened for one piece of work at a time, closed after it.
 * Above: probe-rs.ts, stlink-msd.ts. Below: debug-probe.ts (loaded with dapjs when it is first needed), dap-transport.ts.
 */

import type { UsbBinding, UsbFilter } from "../base/devices.ts";
import { messageOf } from "../base/dom-error.ts";
import type { DriverContext } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import { OneAtATime } from "../base/one-at-a-time.ts";
import { DapTransport } from "./dap-transport.ts";
import type { DebugProbe } from "./debug-probe.ts";

/** Probes that have a vendor interface for CMSIS-DAP version 2. */
export const KNOWN_PROBES: readonly UsbFilter[] = [
  { vendorId: 0x0d28, productId: 0x0204 }, // DAPLink
  { vendorId: 0x2e8a, productId: 0x000c }, // Raspberry Pi Debug Probe
  { vendorId: 0x1fc9, productId: 0x0143 }, // MCU-Link
  { vendorId: 0x0416, productId: 0x2200 }, // Nu-Link2-Me
  { vendorId: 0xc251 }, // Keil
];

export interface ProbeSessionOptions {
  readonly filters: readonly UsbFilter[];
  /** Kilohertz of the debug port's clock; undefined: what the library takes. */
  readonly speed: number | undefined;
}

export class ProbeSession implements AsyncDisposable {
  readonly #context: Pick<DriverContext, "clock" | "log" | "setState" | "path">;
  readonly #binding: UsbBinding | undefined;
  readonly #options: ProbeSessionOptions;
  readonly #disposed = new AbortController();
  readonly #turns = new OneAtATime(() => this.label);

  constructor(
    context: Pick<DriverContext, "clock" | "devices" | "log" | "setState" | "path">,
    options: ProbeSessionOptions,
  ) {
    this.#context = context;
    this.#options = options;
    this.#binding = context.devices.usb?.bind(context.path, {
      filters: options.filters,
      hint: "a debug probe with CMSIS-DAP",
    });
    this.#binding?.onChange(() => this.#showBinding(), { signal: this.#disposed.signal });
    this.#showBinding();
  }

  get label(): string {
    return this.#binding?.label ?? "the debug probe";
  }

  /** Work with the open probe, alone. @param doing For whoever comes meanwhile: "flashing". */
  async use<T>(doing: string, signal: AbortSignal, work: (probe: DebugProbe) => Promise<T>): Promise<T> {
    this.#disposed.signal.throwIfAborted();
    using _turn = this.#turns.take(doing);
    const either = AbortSignal.any([signal, this.#disposed.signal]);
    try {
      const { DebugProbe } = await import("./debug-probe.ts");
      const { clock } = this.#context;
      const transport = new DapTransport({
        device: this.#device(),
        label: this.label,
        clock,
        signal: either,
      });
      either.throwIfAborted();
      const { speed } = this.#options;
      const clockFrequency = speed === undefined ? undefined : speed * 1000;
      await using probe = await DebugProbe.open(transport, this.label, { clockFrequency });
      return await work(probe);
    } catch (error) {
      // The device was closed because nobody waits any more: that is the reason, and not what the device said then.
      either.throwIfAborted();
      throw error;
    }
  }

  /** Work that is under way ends, and the probe is closed then. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort(new DriverError("other", "the exporter has let go of this probe"));
    await this.#turns.over();
    this.#binding?.[Symbol.dispose]();
  }

  #device(): USBDevice {
    if (this.#binding !== undefined) return this.#binding.device();
    throw new DriverError(
      "not-implemented",
      "this browser offers no USB devices: open the page in Chromium, Chrome or Edge, by https or from localhost",
    );
  }

  #showBinding(): void {
    try {
      // Without a probe this throws the sentence that the page shows; one that is there is asked for when it is used, not when it is shown.
      if (this.#binding?.status !== "present") this.#device();
      this.#context.setState({ error: null });
    } catch (error) {
      this.#context.setState({ error: messageOf(error) });
    }
  }
}
