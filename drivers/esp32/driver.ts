/**
 * Esp32Flasher: flash, dump, erase and reset chips of Espressif's over the port of a serial console.
 * Above: the registry. Below: the child `serial` lends its port; esp-chip.ts speaks to the chip, and is loaded when it is first needed.
 * Specification: jumpstarter_driver_esp32.driver.Esp32Flasher.
 */

import * as v from "valibot";
import { configObject } from "../base/config-object.ts";
import { type Driver, type DriverContext, defineDriver, type Verification } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import type { Image } from "../base/image.ts";
import { type CallOptions, exportedCall, exportedMethods } from "../base/methods.ts";
import { OneAtATime } from "../base/one-at-a-time.ts";
import { receiveImage } from "../base/receive-image.ts";
import { type ResourceHandle, resourceArgument } from "../base/resource.ts";
import type { LineStep, SerialPortLender } from "../base/serial-lender.ts";
import type { EspChip } from "./esp-chip.ts";
import { HARD_RESET, intoBootLoader } from "./line-sequences.ts";
import { chipIdOf, chipName, PROGRAM_MAGIC } from "./program-image.ts";
import { fitRegion, hex, parseAddress, parseRegion, sizeText } from "./region.ts";

/** Baud: the fastest that adapters and chips take. */
const MAX_BAUDRATE = 5_000_000;
/** Bytes, 16 MiB: the most that the stub addresses. The chip's own flash, which may be smaller, is known only once it is connected. */
const MAX_IMAGE_BYTES = 16 * 1024 * 1024;
/** Bytes: a sector of flash, which is erased as a whole. */
const SECTOR_BYTES = 4096;
/** Bytes: flash is programmed in words. */
const WORD_BYTES = 4;
/** Lines of esptool-js that one call may leave in the log: it says some dozens, unless something repeats. */
const MAX_TOOL_LINES = 100;
/** Python's, when somebody asks for a child that is not there. */
const NO_SERIAL =
  "give it a child named serial, a PySerial or a ref to one (children: {serial: {ref: serial}}): its port is the chip's";

const config = configObject({
  baudrate: v.optional(
    v.pipe(
      v.number("write the baud rate as a number, such as 921600, without quotes"),
      v.integer("write the baud rate as a whole number, such as 921600"),
      v.minValue(9600, "write a baud rate of at least 9600, such as 115200"),
      v.maxValue(MAX_BAUDRATE, `write a baud rate of at most ${MAX_BAUDRATE}`),
      v.description("Baud rate of flashing."),
    ),
    115_200,
  ),
  chip: v.optional(
    v.pipe(
      v.string("write the chip's name as text, such as esp32"),
      // As in Python.
      v.description("Means nothing: the chip itself is asked."),
    ),
    "esp32",
  ),
});

type Config = v.InferOutput<typeof config>;

/** As Python's `str | None = None`. */
const targetArgument = v.nullish(v.string("write it as text, such as 0x10000"), null);

export const definition = defineDriver({
  type: "jumpstarter_driver_esp32.driver.Esp32Flasher",
  summary: "Flashes chips of Espressif's. Needs a child `serial` whose port is the chip's.",
  about: {
    title: "ESP32 flasher",
    name: "esp32",
    category: "storage",
    children: [{ name: "serial", types: ["jumpstarter_driver_pyserial.driver.PySerial"], required: true }],
  },
  config,
  create: (context, checked) => new Esp32Flasher(context, checked).driver,
});

class Esp32Flasher {
  readonly #context: DriverContext;
  readonly #config: Config;
  readonly #disposed = new AbortController();
  readonly #turns = new OneAtATime(() => "the chip");

  constructor(context: DriverContext, config: Config) {
    this.#context = context;
    this.#config = config;
    const error = this.#lender === undefined ? NO_SERIAL : null;
    context.setState({
      baudrate: config.baudrate,
      chip: null,
      mac: null,
      flashBytes: null,
      busy: null,
      error,
    });
    if (error !== null) context.log.warning(error);
  }

  get driver(): Driver {
    return {
      clientClass: "jumpstarter_driver_esp32.client.Esp32FlasherClient",
      category: "storage",
      methods: exportedMethods({
        flash: exportedCall(
          { source: resourceArgument, target: targetArgument },
          ({ source, target }, options) => this.#flash(source, target ?? null, options),
        ),
        dump: exportedCall(
          { target: resourceArgument, partition: targetArgument },
          ({ target, partition }, options) => this.#dump(target, partition ?? null, options),
        ),
        get_chip_info: exportedCall({}, (_, options) =>
          this.#withChip("reading the chip's name", options, async ({ identity }) => ({ ...identity })),
        ),
        erase: exportedCall({}, (_, options) =>
          this.#withChip("erasing", options, async (chip) => {
            await chip.erase();
            this.#context.log.info("the flash is erased");
          }),
        ),
        hard_reset: exportedCall({}, (_, options) => this.#moveLines(HARD_RESET, options)),
        enter_bootloader: exportedCall({}, (_, options) => this.#moveLines(intoBootLoader(), options)),
      }),
      verify: (image, target, options) => this.#verify(image, target, options),
      [Symbol.asyncDispose]: async () => {
        this.#disposed.abort(new DriverError("other", "the exporter has let go of this chip"));
        await this.#turns.over();
      },
    };
  }

  async #flash(source: ResourceHandle, target: string | null, options: CallOptions): Promise<void> {
    const { log, setState, clock } = this.#context;
    const { report } = options;
    const address = parseAddress(target);
    if (address % WORD_BYTES !== 0) {
      throw new DriverError(
        "invalid-argument",
        `the address ${hex(address)} is no multiple of ${WORD_BYTES}: flash is written in words`,
      );
    }
    this.#checkFree();
    const signal = AbortSignal.any([options.signal, this.#disposed.signal]);
    using image = await receiveImage(this.#context, source, { signal, report, maxBytes: MAX_IMAGE_BYTES });
    if (image.size === 0) {
      throw new DriverError("invalid-argument", "the file is empty: give one with a program in it");
    }
    const { compress, fingerprint } = await import("./packed-image.ts");
    const print = await fingerprint(image, signal);
    const [first] = await image.bytes({ end: 1 });
    const builtFor = first === PROGRAM_MAGIC ? chipIdOf(await image.bytes()) : undefined;
    await this.#withChip("flashing", options, async (chip) => {
      fitRegion({ address, size: print.size, atMost: false }, chip.flashBytes);
      checkChip(builtFor, chip.programId);
      const started = clock.now();
      const what = `${image.size} bytes at ${hex(address)}`;
      const unchanged = await chip.holds(address, print);
      if (unchanged) log.info(`unchanged: the flash holds these ${what} already`);
      else {
        const offset = address % SECTOR_BYTES;
        if (offset > 0) {
          log.warning(
            `${hex(address)} is inside a sector of ${SECTOR_BYTES} bytes: the ${offset} bytes before it are erased too`,
          );
        }
        await chip.write(address, print.size, await compress(image, signal));
        await chip.verify(address, print);
        log.info(`${what} are written and verified, in ${((clock.now() - started) / 1000).toFixed(1)} s`);
      }
      setState({
        lastFlash: { sha256: image.sha256, size: image.size, address, unchanged, at: clock.now() },
      });
    });
  }

  async #dump(target: ResourceHandle, partition: string | null, options: CallOptions): Promise<void> {
    const { log, resources } = this.#context;
    const region = parseRegion(partition);
    this.#checkFree();
    const signal = AbortSignal.any([options.signal, this.#disposed.signal]);
    const writer = (await resources.write(target, { signal })).getWriter();
    writer.closed.catch(() => {}); // told by the write that fails
    try {
      await this.#withChip("reading its flash", options, async (chip) => {
        const fitting = fitRegion(region, chip.flashBytes);
        if (fitting.size < region.size) {
          log.info(`the flash ends at ${sizeText(chip.flashBytes)}: ${fitting.size} bytes are read`);
        }
        await chip.read(fitting, (bytes) => writer.write(bytes));
      });
      await writer.close();
    } catch (cause) {
      await writer.abort(cause).catch(() => {}); // it has failed, or its reader has gone
      throw cause;
    }
  }

  async #verify(image: Image, target: string | null, options: CallOptions): Promise<Verification> {
    const address = parseAddress(target);
    const { fingerprint } = await import("./packed-image.ts");
    const print = await fingerprint(image, options.signal);
    return this.#withChip("verifying", options, async (chip) => {
      fitRegion({ address, size: print.size, atMost: false }, chip.flashBytes);
      const matches = await chip.matches(address, print);
      const what = `${image.size} bytes at ${hex(address)}`;
      return {
        matches,
        detail: matches
          ? `the flash holds these ${what}, by MD5`
          : `the flash holds something else than these ${what}, by MD5`,
      };
    });
  }

  /** Alone with the chip, from its boot loader until it runs its firmware again. */
  async #withChip<T>(
    reason: string,
    { signal, report }: CallOptions,
    work: (chip: EspChip) => Promise<T>,
  ): Promise<T> {
    const lender = this.#requireLender();
    this.#disposed.signal.throwIfAborted();
    using _turn = this.#turns.take(reason);
    this.#context.setState({ busy: reason, error: null });
    try {
      const { EspChip } = await import("./esp-chip.ts");
      const { clock } = this.#context;
      await using borrowed = await lender.borrow(reason, { signal });
      borrowed.afterwards(HARD_RESET);
      await using chip = await EspChip.open({
        borrowed,
        baudrate: this.#config.baudrate,
        clock,
        say: this.#toolLog(),
        report,
        signal: AbortSignal.any([signal, borrowed.revoked, this.#disposed.signal]),
      });
      const { identity, flashBytes } = chip;
      this.#context.setState({ chip: identity.chip, mac: identity.mac, flashBytes });
      return await work(chip);
    } finally {
      this.#context.setState({ busy: null });
    }
  }

  async #moveLines(steps: readonly LineStep[], { signal }: CallOptions): Promise<void> {
    const lender = this.#requireLender();
    this.#checkFree();
    await lender.moveLines(steps, { signal });
  }

  #checkFree(): void {
    this.#disposed.signal.throwIfAborted();
    this.#turns.check();
  }

  #requireLender(): SerialPortLender {
    const lender = this.#lender;
    if (lender === undefined) throw new DriverError("other", NO_SERIAL);
    return lender;
  }

  get #lender(): SerialPortLender | undefined {
    return this.#context.children.get("serial")?.serialPort;
  }

  /** What esptool-js says, for who looks for it. */
  #toolLog(): (line: string) => void {
    const { log } = this.#context;
    let lines = 0;
    return (line) => {
      lines += 1;
      if (lines <= MAX_TOOL_LINES) log.debug(line);
      if (lines === MAX_TOOL_LINES) log.debug("… and more, which is left out");
    };
  }
}

/** @throws DriverError `invalid-argument` for another chip's program: it would not run, and what is there would be gone. */
function checkChip(builtFor: number | undefined, chip: number | undefined): void {
  if (builtFor === undefined || chip === undefined || builtFor === chip) return;
  throw new DriverError(
    "invalid-argument",
    `this program is for ${chipName(builtFor)}, and the chip is ${chipName(chip)}: choose the one that was built for it`,
  );
}
