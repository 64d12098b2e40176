/**
 * The serial port as esptool-js uses it, with what its own Transport lacks: it can be cancelled, every wait has an end, a lost port is an error,
 * and an answer is taken when it comes, not when a timer looks for it.
 * Above: esp-chip.ts, and ESPLoader, which calls these methods. Below: the platform's SerialPort, slip-decoder.ts.
 * Specification: esptool-js 0.7.0, lib/webserial.js; https://wicg.github.io/serial/
 */

import { ESPError, Transport } from "esptool-js";
import type { Clock } from "../base/clock.ts";
import {
  driverErrorFromDom,
  driverErrorFromOpen,
  errorName,
  isRecoverableSerialError,
} from "../base/dom-error.ts";
import { DriverError } from "../base/error.ts";
import type { LineStep } from "../base/serial-lender.ts";
import { Waiters } from "../base/waiters.ts";
import { MAX_TEXT_BYTES, SlipDecoder, slipEncode } from "./slip-decoder.ts";

/** Bytes that the browser may hold: the most that a chip sends without being answered is 64 KiB in any moment of ours. */
const PORT_BUFFER_BYTES = 64 * 1024;
/** Milliseconds beyond a packet's time on the wire after which the adapter counts as stuck. */
const WRITE_STALL_MS = 5000;
/** Milliseconds for the browser to close a port. */
const CLOSE_MS = 2000;
/** Milliseconds for lines and line speed to settle after the port was opened anew. */
const SETTLE_MS = 50;
/** Milliseconds between two faults with no byte between them: a line that is held in a break must not spin. */
const FAULT_PAUSE_MS = 10;
/** How many times its timeout one answer may take in all, when packets come that are none. */
const MAX_ANSWER_TIMEOUTS = 4;
/** Start bit, eight bits, stop bit. */
const BITS_PER_BYTE = 10;

/** Nothing came in time. */
export class NoAnswerError extends ESPError {}

export interface LoaderTransportOptions {
  readonly port: SerialPort;
  /** For people: "Espressif 303a:1001". */
  readonly label: string;
  readonly clock: Clock;
  /** Aborted: everything rejects with its reason, but `disconnect`. */
  readonly signal: AbortSignal;
}

export class LoaderTransport extends Transport {
  readonly #options: LoaderTransportOptions;
  readonly #decoder = new SlipDecoder();
  readonly #arrived = new Waiters();
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #reading: Promise<void> = Promise.resolve();
  /** Aborted when the port is closed by us. */
  #closing = new AbortController();
  #isOpen = false;
  #failure: DriverError | undefined;
  /** When the answer to the last request is late at any rate, milliseconds since 1970. */
  #answerBy = Number.POSITIVE_INFINITY;
  #dtr = false;
  /** What the chip printed before the last flush. */
  #printedBefore: Uint8Array = new Uint8Array();

  constructor(options: LoaderTransportOptions) {
    super(options.port);
    this.#options = options;
  }

  /** Why the port cannot be used any more. */
  get failure(): DriverError | undefined {
    return this.#failure;
  }

  override async connect(baud = 115_200): Promise<void> {
    this.#check();
    const { port, label } = this.#options;
    try {
      await port.open({ baudRate: baud, bufferSize: PORT_BUFFER_BYTES });
    } catch (cause) {
      throw driverErrorFromOpen(cause, label);
    }
    this.baudrate = baud;
    this.#isOpen = true;
    this.#closing = new AbortController();
    this.#decoder.clear();
    this.#reading = this.#readAll(this.#closing.signal);
  }

  /** `connect` reads already. */
  override async readLoop(): Promise<void> {}

  override async write(packet: Uint8Array): Promise<void> {
    this.#check();
    const { port, label } = this.#options;
    const bytes = slipEncode(packet);
    const bound = WRITE_STALL_MS + (bytes.length * BITS_PER_BYTE * 1000) / this.baudrate;
    this.#answerBy = Number.POSITIVE_INFINITY;
    let failure: DriverError;
    try {
      this.#writer ??= port.writable?.getWriter();
      if (this.#writer === undefined)
        throw new DOMException("the port has no writable stream", "NetworkError");
      if (await this.#inTime(bound, this.#writer.write(bytes))) return;
      failure = new DriverError(
        "timeout",
        `${label} takes no bytes: plug its cable in again, then try again`,
      );
    } catch (cause) {
      this.#check();
      failure = driverErrorFromDom(cause, label);
    }
    this.#fail(failure);
    throw failure;
  }

  override async read(timeoutMs: number): Promise<Uint8Array> {
    const { clock } = this.#options;
    const now = clock.now();
    if (this.#answerBy === Number.POSITIVE_INFINITY) {
      this.#answerBy = now + timeoutMs * MAX_ANSWER_TIMEOUTS;
    }
    const deadline = Math.min(now + timeoutMs, this.#answerBy);
    for (;;) {
      this.#check();
      const packet = this.#decoder.shift();
      if (packet !== undefined) return packet;
      const left = deadline - clock.now();
      if (left <= 0 || !(await this.#inTime(left, this.#arrived.wait()))) {
        this.#check();
        throw new NoAnswerError("the chip does not answer");
      }
    }
  }

  /** What the chip printed since the last flush: its boot messages. */
  override peek(): Uint8Array {
    return this.#decoder.text;
  }

  override inWaiting(): number {
    return this.#decoder.text.length;
  }

  /** What the chip printed lately, flushed or not. */
  get printed(): Uint8Array {
    const text = this.#decoder.text;
    const all = new Uint8Array(this.#printedBefore.length + text.length);
    all.set(this.#printedBefore);
    all.set(text, this.#printedBefore.length);
    return all.slice(-MAX_TEXT_BYTES);
  }

  override flushInput(): void {
    this.#printedBefore = this.printed;
    this.#decoder.clear();
  }

  /** Wait until the chip is quiet, at most `maxMs`. */
  override async drainInput(quietMs = 100, maxMs = 400): Promise<void> {
    const { clock } = this.#options;
    const deadline = clock.now() + maxMs;
    for (;;) {
      this.#check();
      const left = Math.min(quietMs, deadline - clock.now());
      if (left <= 0 || !(await this.#inTime(left, this.#arrived.wait()))) break;
    }
    this.flushInput();
  }

  override async setRTS(state: boolean): Promise<void> {
    await this.#setSignal({ requestToSend: state });
    await this.setDTR(this.#dtr);
  }

  override async setDTR(state: boolean): Promise<void> {
    this.#dtr = state;
    await this.#setSignal({ dataTerminalReady: state });
  }

  override async setSignals(dtr?: boolean, rts?: boolean): Promise<void> {
    if (dtr !== undefined) await this.setDTR(dtr);
    if (rts !== undefined) await this.setRTS(rts);
  }

  async moveLines(steps: readonly LineStep[]): Promise<void> {
    const { clock, signal } = this.#options;
    for (const step of steps) {
      if ("waitMs" in step) await clock.sleep(step.waitMs, { signal });
      else if ("dtr" in step) await this.#setSignal({ dataTerminalReady: step.dtr });
      else await this.#setSignal({ requestToSend: step.rts });
    }
  }

  override async changeBaudrate(baud: number): Promise<boolean> {
    const { clock, signal } = this.#options;
    await this.disconnect();
    await clock.sleep(SETTLE_MS, { signal });
    await this.connect(baud);
    await clock.sleep(SETTLE_MS, { signal });
    return true;
  }

  /** Never rejects, and takes no longer than its bounds, also when cancelled. */
  override async disconnect(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { port, clock } = this.#options;
    this.#closing.abort();
    const [reader, writer] = [this.#reader, this.#writer];
    this.#writer = undefined;
    const close = async () => {
      await Promise.allSettled([reader?.cancel(), writer?.abort()]);
      await this.#reading;
      writer?.releaseLock();
      await port.close();
    };
    const over = new AbortController();
    const closed = close().catch(() => {}); // it was lost before, or is not closed: the next opening says so
    await Promise.race([closed, clock.sleep(CLOSE_MS, { signal: over.signal }).catch(() => {})]);
    over.abort();
  }

  /** esptool-js writes its trace to the console otherwise. */
  override trace(): void {}

  async #readAll(closing: AbortSignal): Promise<void> {
    const { port, label, clock } = this.#options;
    while (!closing.aborted) {
      const { readable } = port;
      if (readable === null) {
        this.#fail(driverErrorFromDom(new DOMException("", "NetworkError"), label));
        return;
      }
      const reader = readable.getReader();
      this.#reader = reader;
      let progress = false;
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) {
            if (!closing.aborted) throw new DOMException("the port ended its stream", "NetworkError");
            return;
          }
          progress = true;
          this.#decoder.push(value);
          this.#arrived.wake();
        }
      } catch (cause) {
        if (!isRecoverableSerialError(cause)) {
          this.#fail(driverErrorFromDom(cause, label));
          return;
        }
      } finally {
        this.#reader = undefined;
        reader.releaseLock();
      }
      if (!progress) await clock.sleep(FAULT_PAUSE_MS, { signal: closing }).catch(() => {});
    }
  }

  async #setSignal(signals: SerialOutputSignals): Promise<void> {
    this.#check();
    const { port, label } = this.#options;
    try {
      await port.setSignals(signals);
    } catch (cause) {
      // A device with USB of its own may be away already: its stream ends too.
      if (errorName(cause) === "NetworkError") this.#fail(driverErrorFromDom(cause, label));
      this.#check();
      throw new DriverError("device-io", `${label} does not move its lines DTR and RTS`, { cause });
    }
  }

  /** @returns whether the work was done in time. Rejects as the work does, and with the signal's reason. */
  async #inTime(ms: number, work: Promise<unknown>): Promise<boolean> {
    const { clock, signal } = this.#options;
    const over = new AbortController();
    const late = clock.sleep(ms, { signal: AbortSignal.any([signal, over.signal]) }).then(() => false);
    late.catch(() => {}); // told by the race, or no longer asked
    try {
      return await Promise.race([work.then(() => true), late]);
    } finally {
      over.abort();
    }
  }

  #fail(failure: DriverError): void {
    if (!this.#isOpen) return;
    this.#failure ??= failure;
    this.#arrived.wake();
  }

  #check(): void {
    this.#options.signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
  }
}
