/**
 * A serial port from its opening to its closing: one reader loop, one writer, faults and loss.
 * Above: shared-port.ts; shared-line.ts gives it bytes. Below: the platform's SerialPort, open and exclusively ours.
 * Specification: https://wicg.github.io/serial/#serialport-interface
 */

import type { Clock } from "../base/clock.ts";
import {
  driverErrorFromDom,
  driverErrorFromOpen,
  errorName,
  isRecoverableSerialError,
  messageOf,
} from "../base/dom-error.ts";
import { DriverError } from "../base/error.ts";
import type { DriverLog } from "../base/log.ts";
import type { FanOut } from "./fan-out.ts";
import { FaultLog } from "./fault-log.ts";
import { Pacer } from "./pacer.ts";

/** Bytes the browser may hold for us: its default of 255 overruns at once, 64 KiB is over 5 s at 115200 baud. */
export const PORT_BUFFER_BYTES = 64 * 1024;
/** Milliseconds without one byte taken after which a device counts as stuck, when nobody waits for it any more. */
export const FLUSH_STALL_MS = 2000;
/** Seconds of sending that go into one write: small enough to see that the device still takes bytes. */
const SLICE_SECONDS = 0.25;
/** Bytes; a write has its price too, however slow the line. */
const MIN_SLICE_BYTES = 256;
/** Milliseconds between two faults with no byte between them: a line that is held in a break must not spin. */
const FAULT_PAUSE_MS = 10;
/** Start bit, eight bits, stop bit. */
const BITS_PER_BYTE = 10;

export interface OpenPortOptions {
  readonly baudRate: number;
  /** Characters a second, or undefined for as fast as it goes. */
  readonly cps: number | undefined;
  /** Of the port, for messages. */
  readonly label: string;
  /** Takes what comes. */
  readonly fanOut: FanOut;
  readonly clock: Clock;
  readonly log: DriverLog;
  onBytesIn(bytes: number): void;
  onBytesOut(bytes: number): void;
  /** The port is lost or broken; its readers are to be told, and `close()` is to be called. */
  onLost(reason: DriverError): void;
}

export class OpenPort {
  readonly port: SerialPort;
  readonly #options: OpenPortOptions;
  readonly #pacer: Pacer | undefined;
  readonly #faults: FaultLog;
  readonly #sliceBytes: number;
  /** Aborted, with a DriverError, when no more bytes are to be moved. */
  readonly #over = new AbortController();
  readonly #reading: Promise<void>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  /** The last write in line. */
  #lastWrite: Promise<void> = Promise.resolve();
  /** The piece that is being written. */
  #slice: Promise<void> = Promise.resolve();
  /** Resolves when the line is out of a break. */
  #held: Promise<void> | undefined;
  /** Counts up when the device takes bytes, and when it sends some. */
  #progress = 0;
  #progressIn = 0;
  /** The device was found to take nothing: there is no use in waiting for it again. */
  #stuck = false;
  /** When the UART will have sent what it was given, milliseconds since 1970. */
  #sentAt = 0;

  /** @throws DriverError with the cure when the port does not open. */
  static async open(port: SerialPort, options: OpenPortOptions): Promise<OpenPort> {
    try {
      await port.open({ baudRate: options.baudRate, bufferSize: PORT_BUFFER_BYTES });
    } catch (cause) {
      throw driverErrorFromOpen(cause, options.label);
    }
    return new OpenPort(port, options);
  }

  private constructor(port: SerialPort, options: OpenPortOptions) {
    this.port = port;
    this.#options = options;
    const { clock, log, label, baudRate, cps } = options;
    this.#pacer = cps === undefined ? undefined : new Pacer(clock, cps);
    this.#faults = new FaultLog(clock, log, label);
    this.#sliceBytes = Math.max(MIN_SLICE_BYTES, Math.round((baudRate / BITS_PER_BYTE) * SLICE_SECONDS));
    this.#reading = this.#readAll();
  }

  /** Aborted when the port is lost or being closed; the reason is a DriverError. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Send a chunk after those that came before it.
   * @returns how many bytes were taken: fewer when the port is over. Rejects with a DriverError for a fault after which the port goes on.
   */
  write(chunk: Uint8Array): Promise<number> {
    const turn = this.#lastWrite.then(() => this.#writeChunk(chunk));
    // A failed write is its caller's; the next one tries for itself.
    this.#lastWrite = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  /** Rejects with a DriverError when the device has taken nothing for a while; ends with the signal's reason. */
  async stalled(signal: AbortSignal): Promise<never> {
    const { clock, label, baudRate, cps } = this.#options;
    const slowestMs = cps === undefined ? (this.#sliceBytes * BITS_PER_BYTE * 1000) / baudRate : 1000 / cps;
    for (;;) {
      const before = this.#progress;
      await clock.sleep(FLUSH_STALL_MS + slowestMs, { signal });
      if (this.#progress !== before) continue;
      this.#stuck = true;
      throw new DriverError(
        "timeout",
        `${label} takes no bytes: check that the board is on and reads its line`,
      );
    }
  }

  /** Set output lines, each by its own call and in this order: browsers do not apply two at once. */
  async setSignals(...signals: readonly SerialOutputSignals[]): Promise<void> {
    for (const signal of signals) {
      try {
        await this.port.setSignals(signal);
      } catch (cause) {
        throw new DriverError(
          "device-io",
          `${this.#options.label} did not set ${Object.keys(signal).join(", ")}: ${messageOf(cause)}`,
          { cause },
        );
      }
    }
  }

  /** Hold the line in a break. What was sent before goes out first, unless the device takes nothing; what is sent meanwhile waits. */
  async sendBreak(ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const { clock } = this.#options;
    const held = Promise.withResolvers<void>();
    this.#held = held.promise;
    try {
      await within(FLUSH_STALL_MS, clock, this.#slice);
      const sendingMs = this.#sentAt - clock.now();
      if (sendingMs > 0) await clock.sleep(sendingMs, { signal });
      this.over.throwIfAborted();
      signal.throwIfAborted();
      await this.setSignals({ break: true });
      try {
        await clock.sleep(ms, { signal: AbortSignal.any([signal, this.over]) });
      } finally {
        if (!this.over.aborted) await this.setSignals({ break: false });
      }
    } finally {
      this.#held = undefined;
      held.resolve();
    }
  }

  /** The port is gone: readers see the end of the stream, writers an error. */
  unplugged(): void {
    const { label } = this.#options;
    this.#lose(
      new DriverError("device-disconnected", `${label} was unplugged: plug it in again and reconnect`),
    );
  }

  /** Send what was written, then give the port back. Never rejects, never takes much longer than the bytes do. */
  async close(): Promise<void> {
    const lost = this.over.aborted;
    if (!lost) this.#over.abort(new DriverError("connection", `${this.#options.label} was closed`));
    this.#options.fanOut.wake();
    await this.#reader?.cancel().catch(() => {}); // its error has been told by the loop
    await this.#reading;
    await this.#closeWriter();
    try {
      await this.port.close();
    } catch (cause) {
      const { log, label } = this.#options;
      if (lost) log.debug(`closing ${label} after its loss: ${messageOf(cause)}`);
      else log.warning(`${label} did not close: ${messageOf(cause)}`);
    }
  }

  async #readAll(): Promise<void> {
    for (;;) {
      const { readable } = this.port;
      if (readable === null) {
        this.#fail(new DOMException("the port has no readable stream", "NetworkError"));
        return;
      }
      const before = this.#progressIn;
      const reader = readable.getReader();
      this.#reader = reader;
      try {
        await this.#readUntilEnd(reader);
        return;
      } catch (cause) {
        if (!isRecoverableSerialError(cause)) {
          this.#fail(cause);
          return;
        }
        this.#faults.fault(cause);
      } finally {
        this.#reader = undefined;
        reader.releaseLock();
      }
      if (before === this.#progressIn) await this.#pause();
      if (this.over.aborted) return;
    }
  }

  async #readUntilEnd(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const { fanOut, onBytesIn } = this.#options;
    for (;;) {
      await fanOut.mayRead(this.over);
      if (this.over.aborted) return;
      const { done, value } = await reader.read();
      if (done) {
        if (!this.over.aborted) throw new DOMException("the port ended its stream", "NetworkError");
        return;
      }
      this.#progressIn += 1;
      onBytesIn(value.length);
      fanOut.push(value);
    }
  }

  async #pause(): Promise<void> {
    try {
      await this.#options.clock.sleep(FAULT_PAUSE_MS, { signal: this.over });
    } catch {
      // Closing; the loop sees it.
    }
  }

  async #writeChunk(chunk: Uint8Array): Promise<number> {
    const step = this.#pacer === undefined ? this.#sliceBytes : 1;
    let taken = 0;
    try {
      while (taken < chunk.length && !this.over.aborted) {
        await this.#pacer?.turn(this.over);
        await this.#held;
        const slice = chunk.subarray(taken, taken + step);
        const sent = this.#transmit(slice);
        this.#slice = sent.catch(() => {}); // the one who writes is told
        await sent;
        taken += slice.length;
      }
    } catch (cause) {
      if (!this.over.aborted) throw cause;
    }
    return taken;
  }

  async #transmit(slice: Uint8Array): Promise<void> {
    const { clock, baudRate } = this.#options;
    try {
      this.#writer ??= this.#newWriter();
      await this.#writer.write(slice);
    } catch (cause) {
      this.#writer?.releaseLock();
      this.#writer = undefined;
      this.over.throwIfAborted();
      if (errorName(cause) === "NetworkError") this.#fail(cause);
      throw driverErrorFromDom(cause, this.#options.label);
    }
    this.#progress += 1;
    this.#stuck = false;
    this.#sentAt = Math.max(this.#sentAt, clock.now()) + (slice.length * BITS_PER_BYTE * 1000) / baudRate;
    this.#options.onBytesOut(slice.length);
  }

  #newWriter(): WritableStreamDefaultWriter<Uint8Array> {
    const { writable } = this.port;
    if (writable === null) throw new DOMException("the port has no writable stream", "NetworkError");
    const writer = writable.getWriter();
    writer.closed.catch(() => {}); // every write has its own answer
    return writer;
  }

  /** Let the UART send what it has been given, unless it does not. */
  async #closeWriter(): Promise<void> {
    const writer = this.#writer;
    if (writer === undefined) return;
    const { clock, log, label } = this.#options;
    const boundMs = Math.max(0, this.#sentAt - clock.now()) + FLUSH_STALL_MS;
    const flush = () =>
      within(
        boundMs,
        clock,
        this.#lastWrite.then(() => writer.close()),
      );
    if (this.#stuck || !(await flush())) {
      log.warning(`${label} took no bytes for ${FLUSH_STALL_MS / 1000} s: what it was sent last was dropped`);
      await within(FLUSH_STALL_MS, clock, writer.abort());
    }
    this.#writer = undefined;
    writer.releaseLock();
  }

  #lose(reason: DriverError): void {
    if (this.over.aborted) return;
    this.#over.abort(reason);
    this.#options.onLost(reason);
  }

  #fail(cause: unknown): void {
    this.#lose(driverErrorFromDom(cause, this.#options.label));
  }
}

/** @returns whether the work was done in time; a failure counts as done. */
async function within(ms: number, clock: Clock, work: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const late = clock.sleep(ms, { signal: over.signal }).then(
    () => false,
    () => true,
  );
  const done = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, late]);
  over.abort();
  return inTime;
}
