/**
 * A development board with an ESP32: the chip, and what is between its pins and the host's serial port. Two kinds:
 * a USB bridge whose DTR and RTS drive EN and IO0, and a chip with a USB port of its own.
 * Above: FakeSerialPort, drivers and tests. Below: chip.ts.
 * Specification: https://docs.espressif.com/projects/esptool/en/latest/esp32/advanced-topics/boot-mode-selection.html
 */

import type { SimulatedDevice, SimulatedLine } from "../simulated-device.ts";
import { Esp32, type Esp32Options } from "./chip.ts";
import { fillAtFactory } from "./factory.ts";
import type { FlashMemory } from "./flash-memory.ts";
import { LinePace } from "./line-pace.ts";

export interface Esp32BoardOptions extends Esp32Options {
  /** How it reaches the host; a bridge unless told. */
  readonly port?: "bridge" | "native";
  /** Bytes take as long as they do on a line of the current rate; unless told they take no time. */
  readonly paced?: boolean;
  /** Whether it is on at the start; it is unless told. */
  readonly powered?: boolean;
  /** What is in its flash: what the factory wrote, or nothing. The former unless told. */
  readonly contents?: "factory" | "erased";
  /**
   * The board starts its chip, to wait for a host or to run what is in flash. Whose USB port goes away and comes back with it
   * unplugs the fake port here and plugs the board into another one.
   */
  readonly onStart?: (mode: "download" | "run") => void;
}

/** USB numbers of a common bridge, CP2102, and of the chips' own port. */
export const BRIDGE_INFO: SerialPortInfo = { usbVendorId: 0x10c4, usbProductId: 0xea60 };
export const NATIVE_INFO: SerialPortInfo = { usbVendorId: 0x303a, usbProductId: 0x1001 };

/** What a full-speed USB device gets across, as a line with start and stop bits would count it. */
const USB_BITS_PER_SECOND = 8_000_000;
/** Milliseconds until EN is up again: its capacitor. Hosts that set one line after the other rely on it. */
const EN_RISE_MS = 5;

export class Esp32Board implements SimulatedDevice, Disposable {
  readonly esp32: Esp32;
  readonly info: SerialPortInfo;
  readonly #options: Esp32BoardOptions;
  readonly #toChip: LinePace | undefined;
  readonly #toHost: LinePace | undefined;
  #line: SimulatedLine | undefined;
  #port: SimulatedDevice | undefined;
  #hostBaudRate = 0;
  #dtr = false;
  #rts = false;
  #on = false;
  /** A chip with its own port: what its next reset is for. */
  #downloadNext = false;
  #rising: AbortController | undefined;
  #sending: Promise<void> = Promise.resolve();
  /** How often the chip was stopped: what it was sending then is cut off. */
  #stops = 0;
  #cable: { bytesLeft: number; readonly pull: () => void } | undefined;

  constructor(options: Esp32BoardOptions) {
    this.#options = options;
    this.esp32 = new Esp32(options);
    this.info = options.port === "native" ? NATIVE_INFO : BRIDGE_INFO;
    this.#toChip = options.paced ? new LinePace(options.clock) : undefined;
    this.#toHost = options.paced ? new LinePace(options.clock) : undefined;
    this.esp32.uart.transmit = (bytes) => this.#transmit(bytes);
    if (options.contents !== "erased") fillAtFactory(this.flash, this.esp32.chip);
    if (options.powered ?? true) this.powerOn();
  }

  get on(): boolean {
    return this.#on;
  }

  get flash(): FlashMemory {
    return this.esp32.flash;
  }

  powerOn(): void {
    if (this.#on) return;
    this.#on = true;
    this.#downloadNext = false;
    if (!this.#hasRate) this.#start(false);
    else if (!this.#enLow) this.#start(this.#io0Low);
  }

  powerOff(): void {
    this.#on = false;
    this.#stop();
  }

  /**
   * A port of its own for each plug of a board that comes back as another port: what happens to an older one, which
   * its program may close late, is nothing to the board.
   */
  newPort(): SimulatedDevice {
    const port: SimulatedDevice = {
      attached: (line) => {
        this.#port = port;
        this.attached(line);
      },
      receive: (bytes) => (this.#port === port ? this.receive(bytes) : undefined),
      signalsChanged: (signals) => {
        if (this.#port === port) this.signalsChanged(signals);
      },
      opened: (options) => {
        if (this.#port === port) this.opened(options);
      },
      closed: () => {
        if (this.#port === port) this.closed();
      },
    };
    return port;
  }

  /** The cable comes off after so many bytes more, in both directions together: `pull` is what that means. */
  pullCableAfter(bytes: number, pull: () => void): void {
    this.#cable = { bytesLeft: bytes, pull };
  }

  attached(line: SimulatedLine): void {
    this.#line = line;
    this.#setLines(false, false);
  }

  opened({ baudRate }: SerialOptions): void {
    this.#hostBaudRate = baudRate;
  }

  /** Systems let both lines go with the last program that had the port open. */
  closed(): void {
    this.#setLines(false, false);
  }

  signalsChanged({ dataTerminalReady, requestToSend }: SerialOutputSignals): void {
    this.#setLines(dataTerminalReady ?? this.#dtr, requestToSend ?? this.#rts);
  }

  async receive(bytes: Uint8Array): Promise<void> {
    const { uart } = this.esp32;
    for await (const piece of this.#toChip?.pieces(bytes, this.#rateOf(this.#hostBaudRate)) ?? [bytes]) {
      if (uart.measuresBaudRate && this.#hasRate) uart.baudRate = this.#hostBaudRate;
      await this.#overCable(piece, (arriving) =>
        this.esp32.receive(this.#asHeard(arriving, this.#hostBaudRate, uart.baudRate)),
      );
    }
  }

  [Symbol.dispose](): void {
    this.powerOff();
  }

  /** In the order in which it was sent, whichever program sent it. */
  #transmit(bytes: Uint8Array): Promise<void> {
    const { baudRate } = this.esp32.uart;
    const stops = this.#stops;
    this.#sending = this.#sending.then(async () => {
      for await (const piece of this.#toHost?.pieces(bytes, this.#rateOf(baudRate)) ?? [bytes]) {
        if (stops !== this.#stops) return;
        await this.#overCable(piece, async (arriving) => {
          await this.#line?.sendWithFlowControl(this.#asHeard(arriving, baudRate, this.#hostBaudRate));
        });
      }
    });
    return this.#sending;
  }

  /** Two ends with different rates understand nothing of each other; USB has no rate. */
  #asHeard(bytes: Uint8Array, from: number, to: number): Uint8Array {
    if (!this.#hasRate || from === to || to === 0) return bytes;
    // Bits are taken for more, or fewer, than they were: the same bytes give the same nonsense.
    const length = Math.max(1, Math.round((bytes.length * to) / from));
    return Uint8Array.from({ length }, (_, i) => {
      const byte = bytes[Math.floor((i * bytes.length) / length)] ?? 0;
      return ((byte * 0x9d) ^ (0x5a + i)) & 0xff;
    });
  }

  get #hasRate(): boolean {
    return this.#options.port !== "native";
  }

  /** Bits a second, of an end that is set to `baudRate`. */
  #rateOf(baudRate: number): number {
    return this.#hasRate ? baudRate : USB_BITS_PER_SECOND;
  }

  async #overCable(bytes: Uint8Array, deliver: (arriving: Uint8Array) => Promise<void>): Promise<void> {
    const cable = this.#cable;
    if (cable === undefined) return await deliver(bytes);
    const arriving = bytes.subarray(0, cable.bytesLeft);
    cable.bytesLeft -= arriving.length;
    const last = cable.bytesLeft === 0;
    // Before these are delivered: whoever gets them may answer at once.
    if (last) this.#cable = undefined;
    await deliver(arriving);
    if (last) cable.pull();
  }

  /** Two transistors: either line alone pulls its pin down, both together pull none. */
  get #enLow(): boolean {
    return this.#rts && !this.#dtr;
  }

  get #io0Low(): boolean {
    return this.#dtr && !this.#rts;
  }

  #setLines(dtr: boolean, rts: boolean): void {
    const wasLow = this.#enLow;
    this.#dtr = dtr;
    this.#rts = rts;
    if (!this.#on) return;
    if (this.#options.port === "native") this.#heedAsUsb(wasLow);
    else this.#heedAsPins(wasLow);
  }

  #heedAsPins(wasLow: boolean): void {
    this.esp32.setIo0(this.#io0Low);
    if (this.#enLow) {
      this.#stop();
    } else if (wasLow) {
      const rising = new AbortController();
      this.#rising = rising;
      this.#options.clock.sleep(EN_RISE_MS, { signal: rising.signal }).then(
        () => this.#start(this.#io0Low),
        () => {}, // pulled down again, or switched off
      );
    }
  }

  /** The chip's USB port resets it when RTS comes without DTR; DTR alone before that asks it to wait for a host. */
  #heedAsUsb(wasLow: boolean): void {
    if (this.#io0Low) this.#downloadNext = true;
    else if (!this.#dtr && !this.#rts) this.#downloadNext = false;
    else if (this.#enLow && !wasLow) this.#start(this.#downloadNext);
  }

  #start(io0Low: boolean): void {
    this.#stop();
    this.esp32.start(io0Low);
    // A chip with its own port that starts again by itself runs what is in flash.
    if (this.#options.port === "native") this.esp32.setIo0(false);
    this.#options.onStart?.(io0Low ? "download" : "run");
  }

  #stop(): void {
    this.#rising?.abort();
    this.#rising = undefined;
    this.#stops++;
    this.esp32.stop();
  }
}
