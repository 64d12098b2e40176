/**
 * Packets to and from a CMSIS-DAP probe over Web USB, as dapjs wants them.
 * Above: debug-probe.ts. Below: the platform's USBDevice, drivers/base.
 * Specification: CMSIS-DAP 2.1, "Connection to a debug unit": a vendor interface with one bulk endpoint each way, one answer for each command.
 *
 * dapjs brings a transport of its own; it takes the first vendor interface there is, sends more than a view holds, and waits for ever.
 */

import type { Clock } from "../base/clock.ts";
import { DriverError } from "../base/error.ts";
import { driverErrorFromUsb, driverErrorFromUsbOpen } from "../base/usb-error.ts";

/** 5 s: an exchange takes milliseconds; a probe that is busy with its own drive takes a second or two. */
export const ANSWER_MS = 5000;
/** 60 s: some targets erase all of their flash before the first page is taken. */
export const FLASH_ANSWER_MS = 60_000;
/** 1 s for what an earlier program has asked and never read, which is there at once. */
const STALE_ANSWER_MS = 1000;
/** 16 answers: more than any probe keeps. */
const MAX_STALE_ANSWERS = 16;

/** Every probe answers an unknown command with this one, so its answer can be told from all others. */
const UNKNOWN_COMMAND = 0xff;

const VENDOR_CLASS = 0xff;
const DEFAULT_PACKET_BYTES = 64;

export interface DapTransportOptions {
  readonly device: USBDevice;
  /** For messages. */
  readonly label: string;
  readonly clock: Clock;
  /** Aborted when nobody waits any more: the device is closed, whatever it does. */
  readonly signal: AbortSignal;
}

export class DapTransport {
  packetSize = DEFAULT_PACKET_BYTES;
  /** How long an answer may take now, in milliseconds. */
  answerMs = ANSWER_MS;
  /** What went wrong first: dapjs says less. */
  failure: DriverError | undefined;
  readonly #options: DapTransportOptions;
  #out = 0;
  #in = 0;
  #closed = false;

  constructor(options: DapTransportOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { device, label, signal } = this.#options;
    await this.#attempt(async () => {
      await device.open();
      signal.addEventListener("abort", this.#onAbort, { once: true });
      signal.throwIfAborted(); // perhaps while it was opened
      if (device.configuration === null) await device.selectConfiguration(1);
      const { number, alternate } = dapInterface(device, label);
      await device.claimInterface(number);
      for (const { direction, endpointNumber, packetSize } of alternate.endpoints) {
        if (direction === "out") this.#out ||= endpointNumber;
        else this.#in ||= endpointNumber;
        this.packetSize = packetSize;
      }
    }, driverErrorFromUsbOpen);
    await this.#settle();
  }

  async close(): Promise<void> {
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    if (this.#closed) return;
    this.#closed = true;
    // A device that is gone is closed.
    await this.#options.device.close().catch(() => undefined);
  }

  async write(data: BufferSource): Promise<void> {
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    const { device, label } = this.#options;
    const sent = await this.#within(this.answerMs, () => device.transferOut(this.#out, bytes));
    if (sent === undefined) throw this.#silence("took no command");
    if (sent.status !== "ok") throw this.#fail(new DriverError("device-io", `${label} refused a command`));
  }

  /** The bytes of one answer, in a buffer of their own: dapjs reads from its beginning. */
  async read(): Promise<DataView> {
    const answer = await this.#answer(this.answerMs);
    if (answer !== undefined) return answer;
    throw this.#silence("did not answer");
  }

  /** Throw away what the probe still has for an earlier program, so that answers fit their questions. */
  async #settle(): Promise<void> {
    await this.write(Uint8Array.of(UNKNOWN_COMMAND));
    for (let stale = 0; stale <= MAX_STALE_ANSWERS; stale += 1) {
      const answer = await this.#answer(stale === 0 ? this.answerMs : STALE_ANSWER_MS);
      if (answer === undefined) break;
      if (answer.byteLength > 0 && answer.getUint8(0) === UNKNOWN_COMMAND) return;
    }
    throw this.#fail(outOfStep(this.#options.label));
  }

  /** Undefined: none came in time. */
  async #answer(ms: number): Promise<DataView | undefined> {
    const { device } = this.#options;
    const answer = await this.#within(ms, () => device.transferIn(this.#in, this.packetSize));
    if (answer === undefined) return undefined;
    const { data } = answer;
    if (data === undefined) return new DataView(new ArrayBuffer(0));
    return new DataView(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice().buffer);
  }

  /** Exchanges that come to an end each, and all together not: after `ms` milliseconds they fail with this error, and the probe is closed. */
  async bounded<T>(ms: number, error: DriverError, work: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    this.#options.clock.sleep(ms, { signal: over.signal }).then(
      () => {
        this.#fail(error);
        return this.close();
      },
      () => undefined, // the work was done in time
    );
    try {
      return await work();
    } finally {
      over.abort();
    }
  }

  /** Undefined: it was not done in time. Nothing else goes after that but opening the probe again. */
  async #within<T>(ms: number, work: () => Promise<T>): Promise<T | undefined> {
    const over = new AbortController();
    const late = this.#options.clock.sleep(ms, { signal: over.signal }).then(
      () => undefined,
      () => undefined,
    );
    try {
      const done = await this.#attempt(() => Promise.race([work(), late]));
      if (done === undefined) await this.close();
      return done;
    } finally {
      over.abort();
    }
  }

  #silence(what: string): DriverError {
    return this.#fail(
      new DriverError(
        "timeout",
        `${this.#options.label} ${what} within ${this.answerMs / 1000} s: unplug it, and plug it in again`,
      ),
    );
  }

  async #attempt<T>(work: () => Promise<T>, explain = driverErrorFromUsb): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw this.#fail(cause instanceof DriverError ? cause : explain(cause, this.#options.label));
    }
  }

  #fail(error: DriverError): DriverError {
    this.failure ??= error;
    return error;
  }

  readonly #onAbort = (): void => void this.close();
}

export function outOfStep(label: string): DriverError {
  return new DriverError(
    "device-io",
    `${label} does not answer as a CMSIS-DAP probe does: unplug it, and plug it in again`,
  );
}

/** The interface that calls itself CMSIS-DAP, else the first of its kind. */
function dapInterface(
  { configuration }: USBDevice,
  label: string,
): { readonly number: number; readonly alternate: USBAlternateInterface } {
  const found = (configuration?.interfaces ?? [])
    .map(({ interfaceNumber: number, alternate }) => ({ number, alternate }))
    .filter(({ alternate: { interfaceClass, endpoints } }) => {
      const directions = endpoints.filter(({ type }) => type === "bulk").map(({ direction }) => direction);
      return interfaceClass === VENDOR_CLASS && directions.includes("in") && directions.includes("out");
    });
  const named = found.find(({ alternate }) => alternate.interfaceName?.includes("CMSIS-DAP"));
  const chosen = named ?? found[0];
  if (chosen !== undefined) return chosen;
  throw new DriverError(
    "device-io",
    `${label} has no CMSIS-DAP version 2 interface: update its firmware, pages cannot reach version 1 by Web USB`,
  );
}
