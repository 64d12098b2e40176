/**
 * PiPicoFlasher: flashes a Raspberry Pi Pico, or any other board with an RP2040 or RP2350, through its boot loader on USB.
 * Above: the registry. Below: boot-session.ts, flash-firmware.ts, firmware.ts, drivers/base.
 * Specification: jumpstarter_driver_pi_pico.driver.PiPicoFlasher, which copies files on the boot loader's drive. No page reaches a drive, so
 * this one speaks PICOBOOT; what clients call and read is the same.
 */

import * as v from "valibot";
import { stringArgument } from "../base/arguments.ts";
import { configObject } from "../base/config-object.ts";
import { type Driver, type DriverContext, defineDriver, type Verification } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import type { Image } from "../base/image.ts";
import { type CallOptions, exportedCall, exportedMethods } from "../base/methods.ts";
import { receiveImage } from "../base/receive-image.ts";
import { type ResourceHandle, resourceArgument } from "../base/resource.ts";
import { type BootSession, PicoBoard } from "./boot-session.ts";
import { hex } from "./chips.ts";
import { MAX_FILE_BYTES, parseFirmware, sectorsFor } from "./firmware.ts";
import { firstDifference, flashFirmware } from "./flash-firmware.ts";

/** Baud: beyond any port. */
const MAX_BAUDRATE = 50_000_000;
/** Seconds: longer than anybody waits for a restart. */
const MAX_SECONDS = 600;

const seconds = (name: string, description: string) =>
  v.pipe(
    v.number(`write ${name} as a number of seconds, without quotes`),
    v.minValue(0, `write ${name} as 0 or more seconds`),
    v.maxValue(MAX_SECONDS, `write ${name} as at most ${MAX_SECONDS} seconds`),
    v.description(description),
  );

const config = configObject({
  bootloader_touch_baudrate: v.optional(
    v.pipe(
      v.number("write the baud rate as a number, such as 1200, without quotes"),
      v.integer("write the baud rate as a whole number, such as 1200"),
      v.minValue(1, "write a baud rate of at least 1, such as 1200"),
      v.maxValue(MAX_BAUDRATE, `write a baud rate of at most ${MAX_BAUDRATE}`),
      v.description("The baud rate that sends the board into its boot loader."),
    ),
    1200,
  ),
  bootloader_wait_seconds: v.optional(
    seconds("bootloader_wait_seconds", "How long the boot loader may take to appear."),
    5,
  ),
  gpio_reset_hold_seconds: v.optional(
    seconds("gpio_reset_hold_seconds", "How long the lines to reset and boot are held."),
    0.1,
  ),
});

export type PiPicoConfig = v.InferOutput<typeof config>;

export const definition = defineDriver({
  type: "jumpstarter_driver_pi_pico.driver.PiPicoFlasher",
  summary: "Flashes a Raspberry Pi Pico over USB. Needs WebUSB and the granted boot loader.",
  about: {
    title: "Raspberry Pi Pico flasher",
    name: "pico",
    category: "storage",
    needs: ["usb"],
    children: [{ name: "serial", types: ["jumpstarter_driver_pyserial.driver.PySerial"], required: false }],
  },
  config,
  create: (context, checked) => new PiPicoFlasher(context, checked).driver(),
});

class PiPicoFlasher {
  readonly #context: DriverContext;
  readonly #board: PicoBoard;

  constructor(context: DriverContext, checked: PiPicoConfig) {
    this.#context = context;
    this.#board = new PicoBoard(context, checked);
  }

  driver(): Driver {
    return {
      clientClass: "jumpstarter_driver_pi_pico.client.PiPicoClient",
      category: "storage",
      methods: exportedMethods({
        enter_bootloader: exportedCall({}, (_, options) => this.#board.enter(options)),
        bootloader_info: exportedCall({}, (_, options) => this.#board.info(options)),
        // The target is the file's name on the drive: there is no drive here, so it changes nothing.
        flash: exportedCall(
          { source: resourceArgument, target: v.nullish(stringArgument) },
          ({ source }, options) => this.#flash(source, options),
        ),
        dump: exportedCall({ target: v.nullish(v.unknown()), partition: v.nullish(stringArgument) }, () => {
          throw new DriverError(
            "not-implemented",
            "Dumping flash is not supported by the Pi Pico UF2 driver: use a debug probe (jumpstarter_driver_probe_rs.driver.ProbeRs), or picotool save",
          );
        }),
      }),
      verify: (image, _, options) => this.#verify(image, options),
      reset: () => this.#board.letGo(),
      [Symbol.asyncDispose]: () => this.#board[Symbol.asyncDispose](),
    };
  }

  /** The file is here and checked before the board is touched, and before it leaves its program. */
  async #flash(source: ResourceHandle, options: CallOptions): Promise<void> {
    using _turn = this.#board.take("flashing");
    const { log } = this.#context;
    const { report } = options;
    const signal = this.#board.lasting(options.signal);
    using image = await receiveImage(this.#context, source, { signal, report, maxBytes: MAX_FILE_BYTES });
    const firmware = parseFirmware(await image.bytes());
    if (firmware.kind === "binary") {
      log.info("the file is no UF2 file: its bytes go to the beginning of the flash as they are");
    }
    const { chip, changed, bytes } = await this.#board.session(options, async (session) => {
      const sectors = sectorsFor(session.boot.chip, firmware);
      await session.boot.begin();
      session.keepInBootLoader();
      const flashed = await flashFirmware(session.boot, sectors, report);
      await session.startProgram();
      return { chip: session.boot.chip.name, changed: flashed.changed, bytes: totalBytes(sectors) };
    });
    log.info(
      changed === 0
        ? `the ${chip} had this program already: nothing was written, and it was restarted`
        : `the ${chip} was flashed: ${changed} of ${bytes} bytes were written and compared`,
    );
  }

  async #verify(image: Image, options: CallOptions): Promise<Verification> {
    using _turn = this.#board.take("verifying");
    const firmware = parseFirmware(await image.bytes());
    return await this.#board.session(options, async (session: BootSession): Promise<Verification> => {
      const sectors = sectorsFor(session.boot.chip, firmware);
      await session.boot.begin();
      const wrong = await firstDifference(session.boot, sectors, options.report);
      return wrong === undefined
        ? {
            matches: true,
            detail: `all ${totalBytes(sectors)} bytes of flash that the file fills are as it says`,
          }
        : { matches: false, detail: `the flash differs from the file at ${hex(wrong)}` };
    });
  }
}

function totalBytes(sectors: readonly { readonly data: Uint8Array }[]): number {
  return sectors.reduce((sum, { data }) => sum + data.length, 0);
}
