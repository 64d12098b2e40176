/**
 * The demo board: power, a UART, and software that runs while the power is on.
 * Above: driver.ts switches it; FakeSerialPort is the other end of its UART. Below: firmware.ts.
 * Pure but for the clock it is given.
 */

import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/dom-error.ts";
import type { DriverLog } from "../base/log.ts";
import type { SimulatedDevice, SimulatedLine } from "../simulation/simulated-device.ts";
import { runFirmware } from "./firmware.ts";
import { LineEditor } from "./line-editor.ts";
import type { Machine, Phase } from "./machine.ts";
import { Terminal } from "./terminal.ts";

/** Amperes by what the board does. */
const CURRENT: Readonly<Record<Phase, number>> = {
  off: 0,
  "boot-loader": 0.18,
  "boot-prompt": 0.17,
  kernel: 0.42,
  login: 0.21,
  shell: 0.22,
  halted: 0.03,
};
const LED_CURRENT = 0.012;
/** Volts of the supply, and ohms between it and the board: more current, less voltage. */
const SUPPLY_VOLTS = 5.08;
const SUPPLY_OHMS = 0.22;
/** Amperes of ripple, and its period in milliseconds: a reading that never moves looks broken. */
const RIPPLE = { amperes: 0.004, periodMs: 3700 };
/** Degrees Celsius without power, and for each ampere. */
const TEMPERATURE = { ambient: 24, perAmpere: 62 };
/** Milliseconds between changes that only the meter sees. */
const METER_INTERVAL_MS = 1000;

/** 16 KiB: several boots. What the board prints while nobody listens is kept by its USB adapter, so to speak, up to this. */
const UNHEARD_BYTES = 16 * 1024;

export interface BoardReading {
  /** Volts. */
  readonly voltage: number;
  /** Amperes. */
  readonly current: number;
}

export class Board implements SimulatedDevice, Disposable {
  readonly #clock: Clock;
  readonly #log: DriverLog;
  readonly #onChange: () => void;
  readonly #terminal = new Terminal((bytes) => this.#print(bytes));
  #line: SimulatedLine | undefined;
  #listening = false;
  /** What was printed since the power came while nobody listened, oldest first. */
  #unheard: Uint8Array[] = [];
  #unheardBytes = 0;
  #machine: { readonly state: Machine; readonly power: AbortController } | undefined;

  /** `onChange`: something that a person would see has changed. */
  constructor(clock: Clock, log: DriverLog, onChange: () => void) {
    this.#clock = clock;
    this.#log = log;
    this.#onChange = onChange;
  }

  get on(): boolean {
    return this.#machine !== undefined;
  }

  get phase(): Phase {
    return this.#machine?.state.phase ?? "off";
  }

  get led(): boolean {
    return this.#machine?.state.led ?? false;
  }

  /** What a meter in the supply line shows. */
  read(): BoardReading {
    if (!this.on) return { voltage: 0, current: 0 };
    const ripple = RIPPLE.amperes * Math.sin((this.#clock.now() / RIPPLE.periodMs) * 2 * Math.PI);
    const current = CURRENT[this.phase] + (this.led ? LED_CURRENT : 0) + ripple;
    return { voltage: round(SUPPLY_VOLTS - current * SUPPLY_OHMS), current: round(current) };
  }

  powerOn(): void {
    if (this.on) return;
    const power = new AbortController();
    this.#terminal.clear();
    this.#forgetUnheard();
    const state = this.#newMachine(power.signal);
    this.#machine = { state, power };
    const whileOn = (work: Promise<void>) =>
      void work.catch((cause: unknown) => {
        if (!power.signal.aborted) this.#log.error(`the demo board crashed: ${messageOf(cause)}`);
      });
    whileOn(runFirmware(state));
    whileOn(this.#meter(power.signal));
    this.#onChange();
  }

  /** At once, whatever the board is doing. */
  powerOff(): void {
    const machine = this.#machine;
    if (machine === undefined) return;
    this.#machine = undefined;
    machine.power.abort();
    this.#terminal.interrupt();
    this.#terminal.clear();
    this.#onChange();
  }

  attached(line: SimulatedLine): void {
    this.#line = line;
  }

  /** Who opens the console after the power went on sees the boot all the same: on a first try nobody knows to open it before. */
  opened(): void {
    this.#listening = true;
    const unheard = this.#unheard;
    this.#forgetUnheard();
    for (const bytes of unheard) this.#line?.send(bytes);
  }

  closed(): void {
    this.#listening = false;
  }

  /** A board without power hears nothing. */
  receive(bytes: Uint8Array): void {
    if (this.on) this.#terminal.receive(bytes);
  }

  [Symbol.dispose](): void {
    this.powerOff();
  }

  #print(bytes: Uint8Array): void {
    if (this.#listening) {
      this.#line?.send(bytes);
      return;
    }
    this.#unheard.push(bytes);
    this.#unheardBytes += bytes.length;
    while (this.#unheardBytes > UNHEARD_BYTES) this.#unheardBytes -= this.#unheard.shift()?.length ?? 0;
  }

  #forgetUnheard(): void {
    this.#unheard = [];
    this.#unheardBytes = 0;
  }

  /** Phase and LED tell when they change. */
  #newMachine(power: AbortSignal): Machine {
    const changed = this.#onChange;
    const read = () => this.read();
    let phase: Phase = "boot-loader";
    let led = false;
    return {
      terminal: this.#terminal,
      editor: new LineEditor(this.#terminal),
      clock: this.#clock,
      power,
      startedAt: this.#clock.now(),
      kernelLog: [],
      temperature: () => TEMPERATURE.ambient + TEMPERATURE.perAmpere * read().current,
      get phase() {
        return phase;
      },
      set phase(value) {
        if (value === phase || power.aborted) return;
        phase = value;
        changed();
      },
      get led() {
        return led;
      },
      set led(value) {
        if (value === led || power.aborted) return;
        led = value;
        changed();
      },
    };
  }

  async #meter(power: AbortSignal): Promise<void> {
    for (;;) {
      await this.#clock.sleep(METER_INTERVAL_MS, { signal: power });
      this.#onChange();
    }
  }
}

/** Milliunits: what a bench meter shows. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
