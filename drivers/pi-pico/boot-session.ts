/**
 * The board and its ways: from its program into the boot loader, through one piece of work there, and back into the program.
 * Above: driver.ts. Below: enter-bootsel.ts, picoboot.ts, the USB binding, the port that the serial child lends.
 *
 * The boot loader and the program are different devices on USB. The page is granted each once; after that they are found by themselves.
 */

import type { UsbBinding } from "../base/devices.ts";
import { messageOf } from "../base/dom-error.ts";
import type { DriverContext } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import type { CallOptions } from "../base/methods.ts";
import { OneAtATime } from "../base/one-at-a-time.ts";
import type { BorrowedPort } from "../base/serial-lender.ts";
import { BOOT_LOADERS, chipOf } from "./chips.ts";
import { resetByPins, touchPort } from "./enter-bootsel.ts";
import { Picoboot } from "./picoboot.ts";

const HINT = "a Raspberry Pi Pico in BOOTSEL mode";
/** Milliseconds for the boot loader to leave the bus after it was told to restart. */
const LEAVE_MS = 3000;
/**
 * Milliseconds that the program's port is kept after the board was brought into its boot loader: who does that flashes it next, and consoles
 * wait for what comes then.
 */
export const KEPT_MS = 60_000;
/** Milliseconds for the program's serial port to be there again. */
const PORT_RETURN_MS = 5000;

export interface BoardConfig {
  readonly bootloader_touch_baudrate: number;
  readonly bootloader_wait_seconds: number;
  readonly gpio_reset_hold_seconds: number;
}

/** The boot loader, open for one piece of work. */
export interface BootSession {
  readonly boot: Picoboot;
  /** From now on the flash is not what it was: the board is not started again by itself. */
  keepInBootLoader(): void;
  /** Restart into the program that was flashed. */
  startProgram(): Promise<void>;
}

/** A port that was taken for the touch, and what it was then. */
interface Lent {
  readonly borrowed: BorrowedPort;
  readonly lost: SerialPort;
}

/** How a piece of work in the boot loader ended, and whether the board was told to start its program. */
type Worked<T> = { readonly restarted: boolean } & (
  | { readonly kind: "done"; readonly result: T }
  | { readonly kind: "failed"; readonly cause: unknown }
);

/** One that is kept for the work that follows. */
interface Kept {
  readonly lent: Lent;
  /** Abort it to give it back. */
  readonly over: AbortController;
  readonly givenBack: Promise<void>;
}

export class PicoBoard implements AsyncDisposable {
  readonly #context: DriverContext;
  readonly #config: BoardConfig;
  readonly #binding: UsbBinding | undefined;
  readonly #disposed = new AbortController();
  readonly #turns: OneAtATime;
  /** That of the boot loader that was open last. */
  #chip: string | null = null;
  #kept: Kept | undefined;

  constructor(context: DriverContext, config: BoardConfig) {
    const { devices, path } = context;
    this.#context = context;
    this.#config = config;
    this.#turns = new OneAtATime(() => `\`${path.join(".")}\``);
    this.#binding = devices.usb?.bind(path, { filters: BOOT_LOADERS, hint: HINT });
    this.#binding?.onChange(() => this.#showState(), { signal: this.#disposed.signal });
    this.#showState();
  }

  /** Work that is under way ends between two commands. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort(new DriverError("other", "the exporter has let go of this board"));
    await this.#turns.over();
    await this.letGo();
    this.#binding?.[Symbol.dispose]();
  }

  /** One piece of work at a time. Throws DriverError `device-in-use`. */
  take(work: string): Disposable {
    const turn = this.#turns.take(work);
    this.#showState();
    return {
      [Symbol.dispose]: () => {
        turn[Symbol.dispose]();
        this.#showState();
      },
    };
  }

  /** Until the caller has gone, or the exporter lets go of the board. */
  lasting(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#disposed.signal]);
  }

  /** Into the boot loader, and stay there. */
  async enter({ signal }: CallOptions): Promise<void> {
    using _turn = this.take("entering the boot loader");
    const lent = await this.#enter(this.lasting(signal));
    if (lent !== undefined) this.#keep(lent);
  }

  /** A port that is kept for the next flash is the consoles' again. */
  async letGo(): Promise<void> {
    this.#kept?.over.abort();
    await this.#kept?.givenBack;
  }

  /** What INFO_UF2.TXT on the boot loader's drive says, and the chip's own number where it tells it. */
  async info({ signal }: CallOptions): Promise<Record<string, string>> {
    const device = this.#requireBinding().status === "missing" ? undefined : this.#requireBinding().device();
    const chip = device === undefined ? undefined : chipOf(device);
    if (device === undefined || chip === undefined) throw notInBootsel();
    using _turn = this.take("being asked about");
    await using boot = await this.#open(device, this.lasting(signal));
    const chipId = await boot.chipId();
    return { ...chip.info, ...(chipId === undefined ? {} : { "Chip-ID": chipId }) };
  }

  /** Enter the boot loader where that is needed, do the work, and go back to where the board was. */
  async session<T>(options: CallOptions, work: (session: BootSession) => Promise<T>): Promise<T> {
    const { report } = options;
    const signal = this.lasting(options.signal);
    report?.step({ phase: "connecting", done: 0, total: undefined });
    const wasThere = this.#requireBinding().status === "present";
    const lent = this.#takeKept() ?? (await this.#enter(signal));
    try {
      const device = this.#requireBinding().device();
      const done = await this.#work(device, { signal, startAfter: !wasThere }, work);
      // Also after a failure: who comes next must not take a boot loader for there that is just leaving.
      if (done.restarted) await this.#backInProgram(device, lent, signal);
      if (done.kind === "failed") throw done.cause;
      return done.result;
    } finally {
      await lent?.borrowed[Symbol.asyncDispose]();
    }
  }

  /** Until work takes it, the board leaves its boot loader, the port is wanted back, or nobody came. */
  #keep(lent: Lent): void {
    const over = new AbortController();
    const binding = this.#requireBinding();
    binding.onChange(() => binding.status === "present" || over.abort(), { signal: over.signal });
    const until = AbortSignal.any([over.signal, lent.borrowed.revoked, this.#disposed.signal]);
    const givenBack = this.#context.clock
      .sleep(KEPT_MS, { signal: until })
      .catch(() => undefined) // one of the others came first
      .then(async () => {
        over.abort();
        if (this.#kept?.lent !== lent) return;
        await lent.borrowed[Symbol.asyncDispose]();
        this.#kept = undefined;
      });
    this.#kept = { lent, over, givenBack };
  }

  #takeKept(): Lent | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    kept?.over.abort();
    return kept?.lent;
  }

  async #work<T>(
    device: USBDevice,
    { signal, startAfter }: { readonly signal: AbortSignal; readonly startAfter: boolean },
    work: (session: BootSession) => Promise<T>,
  ): Promise<Worked<T>> {
    await using boot = await this.#open(device, signal);
    let restart = startAfter;
    let restarted = false;
    const startProgram = async (): Promise<void> => {
      await boot.reboot();
      restarted = true;
    };
    try {
      const result = await work({ boot, keepInBootLoader: () => (restart = false), startProgram });
      if (restart && !restarted) await startProgram();
      return { kind: "done", result, restarted };
    } catch (cause) {
      // It was in its program, and that is still whole.
      if (restart && !restarted && !signal.aborted) {
        await startProgram().catch((error: unknown) =>
          this.#context.log.warning(`the program was not started again: ${messageOf(error)}`),
        );
      }
      return { kind: "failed", cause, restarted };
    }
  }

  async #open(device: USBDevice, signal: AbortSignal): Promise<Picoboot> {
    const { clock } = this.#context;
    const boot = await Picoboot.open(device, { label: this.#requireBinding().label, clock, signal });
    this.#chip = boot.chip.name;
    this.#showState();
    return boot;
  }

  /** @returns the port of the program, where it was taken: to be given back when the board is done. */
  async #enter(signal: AbortSignal): Promise<Lent | undefined> {
    const binding = this.#requireBinding();
    if (binding.status === "present") return undefined;
    // Several are in their boot loaders: which one is for a person to say.
    if (binding.status === "unbound") binding.device();
    const { children, clock, log } = this.#context;
    const [bootsel, run, serial] = ["bootsel", "run", "serial"].map((name) => children.get(name));
    if (bootsel !== undefined && run !== undefined) {
      log.info("entering BOOTSEL by the pins bootsel and run");
      const hold = this.#config.gpio_reset_hold_seconds;
      await this.#comes(signal, () => resetByPins({ bootsel, run }, hold, { clock, signal }));
      return undefined;
    }
    if (serial === undefined) {
      throw new DriverError(
        "not-implemented",
        "Programmatic BOOTSEL entry requires either GPIO children (bootsel + run) or a serial child driver: without them, hold BOOTSEL while plugging the board in",
      );
    }
    if (serial.serialPort === undefined) {
      throw new DriverError(
        "not-implemented",
        "Programmatic BOOTSEL entry requires a serial child with a port of its own: give it the type jumpstarter_driver_pyserial.driver.PySerial and the board's port",
      );
    }
    const borrowed = await serial.serialPort.borrow("flashing", { signal });
    try {
      const lost = borrowed.port;
      log.info(`entering BOOTSEL by a touch of ${borrowed.label}`);
      const either = AbortSignal.any([signal, borrowed.revoked]);
      const baudRate = this.#config.bootloader_touch_baudrate;
      await this.#comes(either, () => touchPort(lost, borrowed.label, baudRate, { clock, signal: either }));
      return { borrowed, lost };
    } catch (cause) {
      await borrowed[Symbol.asyncDispose]();
      throw cause;
    }
  }

  /** Do what makes the boot loader come, and wait for it; it is expected before, since it may come at once. */
  async #comes(signal: AbortSignal, call: () => Promise<void>): Promise<void> {
    const { clock } = this.#context;
    const over = new AbortController();
    const arriving = this.#requireBinding().arrived({ signal: AbortSignal.any([signal, over.signal]) });
    arriving.catch(() => undefined); // it is awaited below, unless the call fails first
    const waitSeconds = this.#config.bootloader_wait_seconds;
    try {
      await call();
      clock.sleep(waitSeconds * 1000, { signal: over.signal }).then(
        () => over.abort(notCome(waitSeconds)),
        () => undefined, // it has come
      );
      await arriving;
    } finally {
      over.abort();
    }
  }

  /** Wait until the boot loader has gone, and its program's port is there: who flashes wants to see it run. */
  async #backInProgram(device: USBDevice, lent: Lent | undefined, signal: AbortSignal): Promise<void> {
    const { log } = this.#context;
    if (!(await this.#leaves(device, signal))) {
      log.warning(
        "the board was told to restart, and is still in its boot loader: unplug it, and plug it in again",
      );
      return;
    }
    if (lent === undefined) return;
    try {
      await lent.borrowed.returned(lent.lost, { ms: PORT_RETURN_MS, signal });
    } catch (cause) {
      signal.throwIfAborted();
      log.warning(`the program was started, and its serial port did not come back: ${messageOf(cause)}`);
    }
  }

  /** @returns whether it did, in time. */
  async #leaves(device: USBDevice, signal: AbortSignal): Promise<boolean> {
    const binding = this.#requireBinding();
    const isThere = (): boolean => binding.status === "present" && binding.device() === device;
    const over = new AbortController();
    const { promise: gone, resolve } = Promise.withResolvers<boolean>();
    binding.onChange(() => resolve(!isThere()), { signal: over.signal });
    if (!isThere()) resolve(true);
    const late = this.#context.clock
      .sleep(LEAVE_MS, { signal: AbortSignal.any([signal, over.signal]) })
      .then(() => false);
    late.catch(() => undefined); // it has gone first
    try {
      return await Promise.race([gone, late]);
    } finally {
      over.abort();
    }
  }

  #requireBinding(): UsbBinding {
    if (this.#binding === undefined) {
      throw new DriverError(
        "not-implemented",
        "this browser offers no USB devices: open the page in Chromium, Chrome or Edge, by https or from localhost",
      );
    }
    return this.#binding;
  }

  #showState(): void {
    this.#context.setState({
      bootsel: this.#binding?.status === "present",
      chip: this.#chip,
      busy: this.#turns.doing ?? null,
    });
  }
}

function notInBootsel(): DriverError {
  return new DriverError(
    "file-not-found",
    "no board is in BOOTSEL mode: hold BOOTSEL while plugging it in, and allow it on the page if it is new there",
  );
}

function notCome(seconds: number): DriverError {
  return new DriverError(
    "file-not-found",
    `no board came into BOOTSEL mode within ${seconds} s: if it did, allow it on the page once; else its program does not listen to the touch, so hold BOOTSEL while plugging it in`,
  );
}
