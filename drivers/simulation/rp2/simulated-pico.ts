/**
 * A Raspberry Pi Pico on a cable: its boot loader on USB, or the program in its flash on a serial port, and the ways from one to the other.
 * Above: the simulated board of the catalogue, and tests of the flasher. Below: picoboot-rom.ts, application.ts, FakeUsb and FakeSerial.
 */

import type { Clock } from "../../base/clock.ts";
import { FakeSerial } from "../fake-serial.ts";
import type { FakeSerialPort } from "../fake-serial-port.ts";
import { FakeUsb } from "../fake-usb.ts";
import type { FakeUsbDevice } from "../fake-usb-device.ts";
import type { SimulatedUsbDevice } from "../simulated-usb-device.ts";
import { Application, type ApplicationOptions } from "./application.ts";
import { describeChip, findProgram, type Program } from "./boot.ts";
import { CHIPS, type Rp2Chip, VENDOR_ID } from "./chips.ts";
import { NorFlash } from "./nor-flash.ts";
import { PicobootRom } from "./picoboot-rom.ts";

/** What the board is on its cable now. */
export type PicoMode = "unplugged" | "held-in-reset" | "restarting" | "bootsel" | "program";

export interface SimulatedPicoOptions {
  readonly chip: Rp2Chip;
  readonly clock: Clock;
  /** Milliseconds that the flash takes; absent: none, and no waiting for it. */
  readonly flashTimes?: FlashTimes;
  /** How its programs restart into the boot loader; default `baud-rate`. */
  readonly touch?: ApplicationOptions["touch"];
  /** Whether the page has been granted the boot loader; default true. */
  readonly granted?: boolean;
  /** Put something between the boot loader and its host: faults, for tests. */
  readonly between?: (rom: SimulatedUsbDevice) => SimulatedUsbDevice;
  /** The mode, or what runs, has changed. */
  onChange?(): void;
}

export interface FlashTimes {
  readonly "erase-sector": number;
  readonly "program-page": number;
  readonly "read-page": number;
}

/** Of the flash on a Pico, W25Q16JV data sheet, and of the way over full-speed USB. Milliseconds. */
export const REAL_FLASH_TIMES: FlashTimes = { "erase-sector": 45, "program-page": 0.7, "read-page": 0.3 };

/** Milliseconds from leaving the bus to being seen on it again. */
const REENUMERATION_MS = 300;

/** Why work that was under way on the board is over. */
class BegunAnew extends Error {}

export class SimulatedPico implements AsyncDisposable {
  readonly usb = new FakeUsb();
  readonly serial = new FakeSerial();
  readonly flash: NorFlash;
  readonly #options: SimulatedPicoOptions;
  #mode: PicoMode = "unplugged";
  #program: Program | undefined;
  #usbDevice: FakeUsbDevice | undefined;
  #port: FakeSerialPort | undefined;
  /** Aborted when what runs now ends: a restart, a reset, the cable. */
  #life = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #bootsel = false;
  #run = true;

  constructor(options: SimulatedPicoOptions) {
    this.#options = options;
    this.flash = new NorFlash(CHIPS[options.chip].flashSize);
  }

  get mode(): PicoMode {
    return this.#mode;
  }

  /** What runs; undefined in the boot loader. */
  get program(): Program | undefined {
    return this.#program;
  }

  /** The boot loader as the browser has it, while it is there. */
  get usbDevice(): FakeUsbDevice | undefined {
    return this.#usbDevice;
  }

  /** Put an image in the flash as if it came so. */
  preload(image: Uint8Array): void {
    this.flash.contents.fill(0xff);
    this.flash.contents.set(image);
  }

  /** Plug the cable in: the board is on the bus at once. */
  plugIn({ bootsel = false }: { readonly bootsel?: boolean } = {}): void {
    if (this.#mode !== "unplugged") throw new Error("it is plugged in already");
    this.#boot(bootsel || this.#bootsel, this.#newLife());
  }

  /** Pull the cable, in whatever it does. */
  unplug(): void {
    this.#newLife();
    this.#leaveBus();
    this.#become("unplugged");
  }

  /** The button, or a line to its pad: pressed while the board starts, it stays in the boot loader. */
  setBootsel(pressed: boolean): void {
    this.#bootsel = pressed;
  }

  /** The RUN pin: low holds the chip in reset. */
  setRun(high: boolean): void {
    if (high === this.#run || this.#mode === "unplugged") return;
    this.#run = high;
    const signal = this.#newLife();
    if (!high) {
      this.#leaveBus();
      this.#become("held-in-reset");
      return;
    }
    const bootsel = this.#bootsel;
    this.#later(signal, 0, () => this.#restart(bootsel, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#mode !== "unplugged") this.unplug();
    await this.#work;
  }

  #newLife(): AbortSignal {
    this.#life.abort(new BegunAnew("the board has begun anew"));
    this.#life = new AbortController();
    return this.#life.signal;
  }

  async #restart(bootsel: boolean, signal: AbortSignal): Promise<void> {
    this.#leaveBus();
    this.#become("restarting");
    await this.#options.clock.sleep(REENUMERATION_MS, { signal });
    this.#boot(bootsel, signal);
  }

  #boot(bootsel: boolean, signal: AbortSignal): void {
    const { chip, granted = true } = this.#options;
    const program = bootsel ? undefined : findProgram(chip, this.flash);
    if (program === undefined) {
      const rom = this.#newRom(signal);
      const device = this.#options.between?.(rom) ?? rom;
      this.#usbDevice = granted ? this.usb.plug({ device }) : this.usb.offer({ device });
      this.#become("bootsel");
      return;
    }
    this.#program = program;
    this.#port = this.serial.plug({
      device: this.#newApplication(program, signal),
      info: { usbVendorId: VENDOR_ID, usbProductId: CHIPS[chip].serialProductId },
    });
    this.#become("program");
  }

  #newRom(signal: AbortSignal): PicobootRom {
    const { chip, clock, flashTimes } = this.#options;
    return new PicobootRom({
      chip,
      flash: this.flash,
      ...(flashTimes === undefined
        ? {}
        : { busy: (work, options) => clock.sleep(flashTimes[work], { signal: options.signal }) }),
      onReboot: ({ bootsel, delayMs }) =>
        this.#later(signal, delayMs, () => this.#restart(bootsel, this.#newLife())),
    });
  }

  #newApplication(program: Program, signal: AbortSignal): Application {
    const { chip, clock, touch = "baud-rate" } = this.#options;
    return new Application({
      clock,
      signal,
      program,
      board: describeChip(chip),
      touch,
      onTouch: () => this.#later(signal, 0, () => this.#restart(true, this.#newLife())),
    });
  }

  /** Work that nobody waits for, unless the board begins anew before. */
  #later(signal: AbortSignal, delayMs: number, run: () => Promise<void>): void {
    const { clock } = this.#options;
    this.#work = clock
      .sleep(delayMs, { signal })
      .then(run)
      .catch((cause: unknown) => {
        if (!(cause instanceof BegunAnew)) throw cause;
      });
  }

  #leaveBus(): void {
    const [device, port] = [this.#usbDevice, this.#port];
    this.#usbDevice = undefined;
    this.#port = undefined;
    this.#program = undefined;
    if (device !== undefined) this.usb.unplug(device);
    if (port !== undefined) this.serial.unplug(port);
  }

  #become(mode: PicoMode): void {
    this.#mode = mode;
    this.#options.onChange?.();
  }
}
