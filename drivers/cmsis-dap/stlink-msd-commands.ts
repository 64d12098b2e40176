/**
 * `j stlink …`: flash, info.
 * Above: drivers/commands.ts. Below: drivers/base. Specification: jumpstarter_driver_stlink_msd.client.StlinkMsdFlasherClient.
 */

import * as v from "valibot";
import { CommandError, type CommandGroup, defineCommand } from "../base/command.ts";
import { compressionOption, flashFile } from "../base/flasher-commands.ts";

const boardInfo = v.record(v.string(), v.string());

const flash = defineCommand({
  name: "flash",
  summary: "Flash firmware (.bin or .hex) to the STM32 board",
  details: "FILE is a file of this shell, or an http(s) URL that the exporter downloads itself.",
  arguments: { file: { value: "path" } },
  options: { compression: compressionOption },
  run: async (context) => {
    const { file, compression } = context.values;
    const name = nameOf(file);
    context.write(`Flashing ${name}...\n`);
    await flashFile(context, file, name, compression);
    context.write("Flash complete - ST-LINK will program the target MCU.\n");
  },
});

/** The driver tells the format by it. Of a URL, the query is left out. */
function nameOf(file: string): string {
  const path = /^https?:\/\//.test(file) ? file.replace(/[?#].*$/s, "") : file;
  return path.split("/").at(-1) ?? path;
}

const info = defineCommand({
  name: "info",
  summary: "Show ST-LINK volume information",
  run: async ({ driver, signal, write }) => {
    const checked = v.safeParse(boardInfo, await driver.call("info", [], { signal }));
    if (!checked.success) {
      throw new CommandError("the driver's info is no list of texts: look at its log on the page");
    }
    const entries = Object.entries(checked.output).sort(([a], [b]) => (a < b ? -1 : 1));
    if (entries.length === 0) {
      throw new CommandError(
        "the probe says nothing of itself: see whether the board is plugged in, and try again",
      );
    }
    for (const [key, value] of entries) write(`${key}: ${value}\n`);
  },
});

export const stlinkMsdCommands: CommandGroup = {
  summary: "An STM32 board, to be flashed by its ST-LINK",
  options: {},
  commands: [flash, info],
  children: false,
};
