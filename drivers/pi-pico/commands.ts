/**
 * `j pico …`: flash, bootloader, bootloader-info, dump.
 * Above: drivers/commands.ts. Below: drivers/base. Specification: jumpstarter_driver_pi_pico.client.PiPicoClient.
 */

import * as v from "valibot";
import { CommandError, type CommandGroup, defineCommand } from "../base/command.ts";
import { messageOf } from "../base/dom-error.ts";
import { compressionOption, dumpCommand, dumpImage, flashFile } from "../base/flasher-commands.ts";

const bootloaderInfo = v.record(v.string(), v.string());

const flash = defineCommand({
  name: "flash",
  summary: "Flash a UF2 firmware file to the Pico",
  details: "FILE is a file of this shell, or an http(s) URL that the exporter downloads itself.",
  arguments: { file: { value: "path" } },
  options: {
    name: {
      names: ["--name", "-n"],
      value: "text",
      summary: "Name of the firmware on the Pico (default: Firmware.uf2)",
    },
    compression: compressionOption,
  },
  run: async (context) => {
    const { values, driver, signal, write } = context;
    write("Entering BOOTSEL mode...\n");
    try {
      await driver.call("enter_bootloader", [], { signal });
    } catch (error) {
      signal.throwIfAborted();
      // It may be there already, by its button: then flashing goes well all the same.
      write(
        `Could not enter BOOTSEL automatically. Ensure the Pico is in BOOTSEL mode (hold BOOTSEL while plugging USB).\n  (reason: ${messageOf(error)})\n`,
      );
    }
    write("Flashing firmware...\n");
    await flashFile(context, values.file, values.name ?? null, values.compression);
    write("Flash complete, Pico will reboot\n");
  },
});

const bootloader = defineCommand({
  name: "bootloader",
  summary: "Put the Pico into BOOTSEL mode, where its firmware can",
  run: async ({ driver, signal, write }) => {
    await driver.call("enter_bootloader", [], { signal });
    write("Pico is in BOOTSEL mode. Serial will be unavailable until firmware is flashed.\n");
  },
});

const bootloaderInfoCommand = defineCommand({
  name: "bootloader-info",
  summary: "Show what the Pico's boot loader says of itself",
  run: async ({ driver, signal, write }) => {
    const checked = v.safeParse(bootloaderInfo, await driver.call("bootloader_info", [], { signal }));
    if (!checked.success) {
      throw new CommandError(
        "the driver's boot loader info is no list of texts: look at its log on the page",
      );
    }
    const entries = Object.entries(checked.output).sort(([a], [b]) => (a < b ? -1 : 1));
    if (entries.length === 0) {
      throw new CommandError(
        "the Pico says nothing of its boot loader: put it into BOOTSEL mode, with `bootloader` or its button, and try again",
      );
    }
    for (const [key, value] of entries) write(`${key}: ${value}\n`);
  },
});

export const piPicoCommands: CommandGroup = {
  summary: "A Raspberry Pi Pico, to be flashed over USB",
  options: {},
  commands: [bootloader, bootloaderInfoCommand, dumpCommand(dumpImage), flash],
  children: false,
};
