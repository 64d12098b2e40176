/**
 * A simulated ESP32: flash, registers, a UART, and the program that runs on it: a boot loader or what is in flash.
 * It knows two pins, EN by `start` and `stop` and IO0 by what `start` is told, and nothing of how its UART reaches a host.
 * Above: board.ts, or another transport. Below: loader.ts and boot.ts, its programs.
 * Specification: the ESP32 series' technical reference manuals, and esptool's serial protocol.
 */

import type { Clock } from "../../base/clock.ts";
import { bootFromFlash } from "./boot.ts";
import { CHIPS, type Chip, type ChipName, type MacAddress } from "./chips.ts";
import { FlashMemory } from "./flash-memory.ts";
import { runLoader } from "./loader.ts";
import { type LinkFaults, LoaderLink } from "./loader-link.ts";
import { LoadedRam } from "./ram.ts";
import { Registers } from "./registers.ts";
import { Uart } from "./uart.ts";

export interface Esp32Options {
  readonly clock: Clock;
  /** "ESP32" unless told. */
  readonly chip?: ChipName;
  /** Bytes of flash, a power of two; 4 MiB unless told. */
  readonly flashBytes?: number;
  readonly mac?: MacAddress;
}

/** What runs on it. */
export type Esp32Program = "off" | "rom-loader" | "stub-loader" | "from-flash";

/** What can be wrong with it; all false at the start. */
export interface Esp32Faults extends LinkFaults {
  /** A program that is loaded into RAM crashes. */
  crashesInRam: boolean;
}

/** Why a chip starts. */
type Cause = "power-on" | "watchdog" | "software";

const DEFAULT_FLASH_BYTES = 4 * 1024 * 1024;
/** From the range that is set aside for documentation, RFC 9542 §2.1.4, as far as a fuse can hold it. */
const DEFAULT_MAC: MacAddress = [0x00, 0x00, 0x5e, 0x00, 0x53, 0x32];

export class Esp32 implements Disposable {
  readonly chip: Chip;
  readonly flash: FlashMemory;
  readonly uart = new Uart();
  readonly faults: Esp32Faults = { silent: false, nonsense: false, crashesInRam: false };
  readonly #clock: Clock;
  readonly #ram: LoadedRam;
  readonly #registers: Registers;
  #program: Esp32Program = "off";
  #running: AbortController | undefined;
  #io0Low = false;

  constructor({ clock, chip = "ESP32", flashBytes = DEFAULT_FLASH_BYTES, mac = DEFAULT_MAC }: Esp32Options) {
    this.#clock = clock;
    this.chip = CHIPS[chip];
    this.flash = new FlashMemory(flashBytes);
    this.#ram = new LoadedRam(this.chip);
    this.#registers = new Registers(this.chip, this.flash, mac, () => this.uart.baudRate);
  }

  get program(): Esp32Program {
    return this.#program;
  }

  /** Bytes on its RX pin. Resolves when there is room for more. */
  async receive(bytes: Uint8Array): Promise<void> {
    if (this.#running !== undefined) await this.uart.receive(bytes);
  }

  /** EN goes up, with IO0 low or high: low means that it waits for a host to load it. */
  start(io0Low: boolean): void {
    this.stop();
    this.#io0Low = io0Low;
    const running = new AbortController();
    this.#running = running;
    this.#run(running.signal).catch((cause: unknown) => {
      // A program ends with its chip's reset; everything else is a mistake in this model, and has to be seen.
      if (!running.signal.aborted) throw cause;
    });
  }

  /** What IO0 is at the next reset that the chip does by itself. */
  setIo0(low: boolean): void {
    this.#io0Low = low;
  }

  /** EN goes down, or the power. */
  stop(): void {
    this.#running?.abort(new DOMException("the chip is in reset", "AbortError"));
    this.#running = undefined;
    this.#program = "off";
    this.uart.reset();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  async #run(signal: AbortSignal): Promise<void> {
    let cause: Cause = "power-on";
    for (;;) {
      this.uart.reset();
      this.#registers.reset();
      this.#ram.clear();
      cause = this.#io0Low ? await this.#waitForHost(cause, signal) : await this.#runFromFlash(cause, signal);
    }
  }

  async #waitForHost(cause: Cause, signal: AbortSignal): Promise<Cause> {
    this.#program = "rom-loader";
    await this.#announce(cause, this.chip.boot.download, signal);
    await this.uart.write(new TextEncoder().encode("waiting for download\r\n"), signal);
    this.uart.measuresBaudRate = true;
    const link = new LoaderLink(this.uart, this.faults, signal);
    const parts = {
      chip: this.chip,
      link,
      uart: this.uart,
      flash: this.flash,
      ram: this.#ram,
      registers: this.#registers,
      signal,
    };
    let after = await runLoader("rom", parts);
    // The one program for RAM that is known is the stub; jumping to where nothing was loaded ends in the watchdog.
    while (after.kind === "run-ram" && this.#ram.holds(after.entry) && !this.faults.crashesInRam) {
      this.#program = "stub-loader";
      after = await runLoader("stub", parts);
    }
    // A crash, unlike a wish to start again, does not come back here: IO0 was let go long ago.
    return after.kind === "run-ram" ? "watchdog" : "software";
  }

  async #runFromFlash(cause: Cause, signal: AbortSignal): Promise<Cause> {
    this.#program = "from-flash";
    await this.#announce(cause, this.chip.boot.fromFlash, signal);
    const { chip, flash, uart } = this;
    return await bootFromFlash({ chip, flash, uart, clock: this.#clock, signal });
  }

  async #announce(cause: Cause, mode: string, signal: AbortSignal): Promise<void> {
    const { banner, resets } = this.chip.boot;
    const text = `${banner}\r\n\r\nrst:${resets[cause]},boot:${mode}\r\n`;
    await this.uart.write(new TextEncoder().encode(text), signal);
  }
}
