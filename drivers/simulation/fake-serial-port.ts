/**
 * A SerialPort whose far end is a simulated device: the platform's interface, its rules and its errors.
 * Above: drivers, which cannot tell it from a real one. Below: SimulatedDevice.
 * Specification: https://wicg.github.io/serial/#serialport-interface
 */

import { ReceiveBuffer } from "./receive-buffer.ts";
import type { SimulatedDevice, SimulatedLine } from "./simulated-device.ts";

export interface FakeSerialPortOptions {
  readonly device: SimulatedDevice;
  /** What `getInfo()` says; nothing: a UART that is not on USB. */
  readonly info?: SerialPortInfo;
  /** Deliver every byte alone, as a view into a larger buffer, in both directions: legal, and hard on drivers. */
  readonly unkind?: boolean;
}

/** Bytes, the specification's default for `bufferSize`. */
const DEFAULT_BUFFER_SIZE = 255;
/** Length of the buffer that an unkind byte is a view of, and where in it the byte lies. */
const UNKIND_BUFFER_BYTES = 16;
const UNKIND_OFFSET_BYTES = 5;

type State = "closed" | "opening" | "opened" | "closing" | "forgotten";

export class FakeSerialPort extends EventTarget implements SerialPort {
  onconnect: ((this: SerialPort, ev: Event) => void) | null = null;
  ondisconnect: ((this: SerialPort, ev: Event) => void) | null = null;
  /** As if another program had the port: opening fails. */
  heldElsewhere = false;
  /** Baud: beyond it the adapter does not open, as real ones do not. */
  mostBaud = Number.POSITIVE_INFINITY;

  readonly #device: SimulatedDevice;
  readonly #info: SerialPortInfo;
  readonly #unkind: boolean;
  #state: State = "closed";
  #connected = true;
  #inputSignals: SerialInputSignals = {
    dataCarrierDetect: false,
    clearToSend: false,
    ringIndicator: false,
    dataSetReady: false,
  };
  #buffer = new ReceiveBuffer(0);
  #readable: ReadableStream<Uint8Array> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;
  #writableController: WritableStreamDefaultController | undefined;
  #lost = false;
  #onForget: (() => void) | undefined;

  constructor({ device, info = {}, unkind = false }: FakeSerialPortOptions) {
    super();
    this.#device = device;
    this.#info = info;
    this.#unkind = unkind;
    device.attached(this.#line());
  }

  get connected(): boolean {
    return this.#connected;
  }

  get readable(): ReadableStream<Uint8Array> | null {
    if (this.#readable === null && this.#state === "opened" && !this.#lost)
      this.#readable = this.#newReadable();
    return this.#readable;
  }

  get writable(): WritableStream<Uint8Array> | null {
    if (this.#writable === null && this.#state === "opened" && !this.#lost)
      this.#writable = this.#newWritable();
    return this.#writable;
  }

  getInfo(): SerialPortInfo {
    return { ...this.#info };
  }

  async open(options: SerialOptions): Promise<void> {
    if (this.#state !== "closed") throw invalidState(`the port is ${this.#state}`);
    checkOptions(options);
    this.#state = "opening";
    await Promise.resolve();
    if (this.heldElsewhere || !this.#connected || options.baudRate > this.mostBaud) {
      this.#state = "closed";
      throw new DOMException("Failed to open serial port.", "NetworkError");
    }
    this.#state = "opened";
    this.#lost = false;
    this.#buffer = new ReceiveBuffer(options.bufferSize ?? DEFAULT_BUFFER_SIZE);
    this.#device.opened?.(options);
  }

  async setSignals(signals: SerialOutputSignals): Promise<void> {
    if (this.#state !== "opened") throw invalidState("the port is not open");
    const { dataTerminalReady, requestToSend, break: breakSignal } = signals;
    if (dataTerminalReady === undefined && requestToSend === undefined && breakSignal === undefined) {
      throw new TypeError("at least one signal is needed");
    }
    if (this.#lost) throw new DOMException("Failed to set control signals.", "NetworkError");
    await Promise.resolve();
    // One after the other, as Chromium does since 139.
    if (dataTerminalReady !== undefined) this.#device.signalsChanged?.({ dataTerminalReady });
    if (requestToSend !== undefined) this.#device.signalsChanged?.({ requestToSend });
    if (breakSignal !== undefined) this.#device.signalsChanged?.({ break: breakSignal });
  }

  async getSignals(): Promise<SerialInputSignals> {
    if (this.#state !== "opened") throw invalidState("the port is not open");
    if (this.#lost) throw new DOMException("Failed to get control signals.", "NetworkError");
    return { ...this.#inputSignals };
  }

  async close(): Promise<void> {
    if (this.#state !== "opened") throw invalidState("the port is not open");
    this.#state = "closing";
    try {
      // Both reject with a TypeError while somebody holds a reader or a writer.
      await Promise.all([this.#readable?.cancel(), this.#writable?.abort()]);
    } catch (cause) {
      this.#state = "opened";
      throw cause;
    }
    this.#readable = null;
    this.#writable = null;
    this.#buffer.clear();
    this.#state = "closed";
    this.#device.closed?.();
  }

  async forget(): Promise<void> {
    if (this.#state === "opened") await this.close();
    this.#state = "forgotten";
    this.#onForget?.();
  }

  /** For FakeSerial: what to do when the page takes the grant back. */
  whenForgotten(run: () => void): void {
    this.#onForget = run;
  }

  /** For FakeSerial: the cable is pulled. A port that was unplugged never comes back; a new one does. */
  unplug(): void {
    this.#connected = false;
    if (this.#state !== "opened") return;
    this.#lost = true;
    const error = new DOMException("The device has been lost.", "NetworkError");
    this.#buffer.pushError(error);
    this.#writableController?.error(error);
    this.#writable = null;
    if (this.#readable === null) this.#buffer.clear();
  }

  #line(): SimulatedLine {
    const listening = () => this.#state === "opened" && !this.#lost;
    return {
      send: (bytes) => {
        if (!listening() || bytes.length === 0) return;
        // The reader gets the buffer for itself, the device keeps its own.
        if (!this.#buffer.push(bytes.slice())) {
          this.#buffer.pushError(new DOMException("Buffer overrun", "BufferOverrunError"));
        }
      },
      sendWithFlowControl: async (bytes) => {
        let rest = bytes;
        while (rest.length > 0) {
          if (!listening()) return;
          const piece = rest.subarray(0, this.#buffer.room);
          this.#buffer.push(piece.slice());
          rest = rest.subarray(piece.length);
          if (rest.length > 0) await this.#buffer.freed();
        }
      },
      fault: (name) => {
        if (listening()) this.#buffer.pushError(new DOMException(name, name));
      },
      setInputSignals: (signals) => {
        this.#inputSignals = { ...this.#inputSignals, ...signals };
      },
    };
  }

  #newReadable(): ReadableStream<Uint8Array> {
    const buffer = this.#buffer;
    let over = false;
    return new ReadableStream<Uint8Array>({
      type: "bytes",
      pull: async (controller) => {
        await buffer.item();
        if (over) return;
        const item = buffer.take(this.#unkind ? 1 : Number.POSITIVE_INFINITY);
        if (item === undefined) return;
        if ("error" in item) {
          over = true;
          this.#readable = null;
          controller.error(item.error);
          return;
        }
        controller.enqueue(this.#unkind ? loneByte(item.bytes) : (item.bytes as Uint8Array<ArrayBuffer>));
      },
      cancel: () => {
        over = true;
        this.#readable = null;
        buffer.clear();
      },
    }) as ReadableStream<Uint8Array>;
  }

  #newWritable(): WritableStream<Uint8Array> {
    let controller: WritableStreamDefaultController;
    let aborted: Promise<never>;
    const forget = () => {
      if (this.#writableController === controller) this.#writable = null;
    };
    return new WritableStream<Uint8Array>({
      start: (its) => {
        controller = its;
        this.#writableController = its;
        aborted = new Promise((_, reject) => {
          its.signal.addEventListener("abort", () => reject(its.signal.reason), { once: true });
        });
        aborted.catch(() => {}); // looked at only while a piece is on its way
      },
      write: async (chunk) => {
        // A detached or foreign buffer would throw here, as it does in the platform.
        const bytes = chunk.slice();
        for (const piece of this.#unkind ? [...bytes].map((byte) => Uint8Array.of(byte)) : [bytes]) {
          await Promise.race([this.#device.receive(piece), aborted]);
        }
      },
      close: forget,
      abort: forget,
    });
  }
}

function loneByte(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(UNKIND_BUFFER_BYTES).fill(0xee);
  buffer.set(bytes, UNKIND_OFFSET_BYTES);
  return buffer.subarray(UNKIND_OFFSET_BYTES, UNKIND_OFFSET_BYTES + bytes.length);
}

/** @see https://wicg.github.io/serial/#open-method steps 3 to 7 */
function checkOptions(options: SerialOptions): void {
  const { baudRate, dataBits = 8, stopBits = 1, parity = "none", bufferSize = DEFAULT_BUFFER_SIZE } = options;
  const { flowControl = "none" } = options;
  const wrong = !(Number.isSafeInteger(baudRate) && baudRate > 0 && baudRate <= 0xffff_ffff)
    ? "baudRate"
    : dataBits !== 7 && dataBits !== 8
      ? "dataBits"
      : stopBits !== 1 && stopBits !== 2
        ? "stopBits"
        : !["none", "even", "odd"].includes(parity)
          ? "parity"
          : !(Number.isSafeInteger(bufferSize) && bufferSize > 0)
            ? "bufferSize"
            : !["none", "hardware"].includes(flowControl)
              ? "flowControl"
              : undefined;
  if (wrong !== undefined) throw new TypeError(`the value of ${wrong} is not allowed`);
}

function invalidState(message: string): DOMException {
  return new DOMException(message, "InvalidStateError");
}
