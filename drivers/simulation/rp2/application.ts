/**
 * A program that runs on a simulated chip, seen over its USB serial port: it says who it is, blinks, and restarts into the boot loader when
 * the port is opened at 1200 baud, as programs made with the SDK do.
 * Above: simulated-pico.ts. Below: SimulatedLine.
 * Specification: pico-sdk's stdio over USB (the magic baud rate); Arduino's cores wait for DTR to fall.
 */

import type { Clock } from "../../base/clock.ts";
import type { SimulatedDevice, SimulatedLine } from "../simulated-device.ts";
import type { Program } from "./boot.ts";

const TOUCH_BAUD_RATE = 1200;
/** Milliseconds from the opening of the port to the first line: a program looks now and then whether somebody listens. */
const GREETING_MS = 50;
/** Characters of a line that it echoes: nobody types longer ones by hand. */
const MAX_LINE = 256;

export interface ApplicationOptions {
  readonly program: Program;
  readonly board: string;
  /** When it restarts: as soon as the port is at 1200 baud, or when DTR falls then, or never. */
  readonly touch: "baud-rate" | "dtr-falls" | "never";
  onTouch(): void;
  readonly clock: Clock;
  /** Aborted when the program ends. */
  readonly signal: AbortSignal;
}

export class Application implements SimulatedDevice {
  readonly #options: ApplicationOptions;
  #line: SimulatedLine | undefined;
  #baudRate = 0;
  #dtr = false;
  #typed = "";
  /** Aborted when the host closes the port. */
  #session = new AbortController();

  constructor(options: ApplicationOptions) {
    this.#options = options;
  }

  attached(line: SimulatedLine): void {
    this.#line = line;
  }

  opened({ baudRate }: SerialOptions): void {
    this.#baudRate = baudRate;
    if (baudRate === TOUCH_BAUD_RATE) {
      if (this.#options.touch === "baud-rate") this.#options.onTouch();
      return;
    }
    this.#session = new AbortController();
    const { clock, signal } = this.#options;
    clock.sleep(GREETING_MS, { signal: AbortSignal.any([signal, this.#session.signal]) }).then(
      () => this.#greet(),
      () => undefined, // nobody listens any more
    );
  }

  closed(): void {
    this.#session.abort();
  }

  signalsChanged({ dataTerminalReady }: SerialOutputSignals): void {
    if (dataTerminalReady === undefined) return;
    const falls = this.#dtr && !dataTerminalReady;
    this.#dtr = dataTerminalReady;
    if (falls && this.#baudRate === TOUCH_BAUD_RATE && this.#options.touch === "dtr-falls")
      this.#options.onTouch();
  }

  /** It answers every line; an empty one by saying who it is again. */
  receive(bytes: Uint8Array): void {
    for (const character of new TextDecoder().decode(bytes)) {
      if (character === "\n") continue;
      if (character !== "\r") {
        this.#typed = (this.#typed + character).slice(-MAX_LINE);
        continue;
      }
      if (this.#typed === "") this.#greet();
      else this.#say(`${this.#options.program.name ?? "program"} heard: ${this.#typed}`);
      this.#typed = "";
    }
  }

  #greet(): void {
    const { program, board } = this.#options;
    this.#say(`Hello from ${program.name ?? "a program without a name"}`);
    this.#say(`${board}, ${program.size} bytes, checksum ${program.checksum}`);
  }

  #say(text: string): void {
    this.#line?.send(new TextEncoder().encode(`${text}\r\n`));
  }
}
