/**
 * `j esp32 …`: flash, dump, chip-info, erase, reset, bootloader.
 * Above: drivers/commands.ts. Below: drivers/base. Specification: jumpstarter_driver_esp32.client.Esp32FlasherClient.
 */

import * as v from "valibot";
import { CommandError, type CommandGroup, defineCommand } from "../base/command.ts";
import { compressionOption, dumpCommand, dumpImage, flashFile } from "../base/flasher-commands.ts";

const chipInfo = v.record(v.string(), v.string());

const flash = defineCommand({
  name: "flash",
  summary: "Flash firmware to ESP32",
  details: "FILE is a file of this shell, or an http(s) URL that the exporter downloads itself.",
  arguments: { file: { value: "path" } },
  options: {
    address: { names: ["--address", "-a"], value: "text", summary: "Flash address (e.g. 0x1000)" },
    compression: compressionOption,
  },
  run: async (context) => {
    const { file, address, compression } = context.values;
    await flashFile(context, file, address ?? null, compression);
    context.write("done\n");
  },
});

const chipInfoCommand = defineCommand({
  name: "chip-info",
  summary: "Get chip info (name, features, MAC)",
  run: async ({ driver, signal, write }) => {
    const checked = v.safeParse(chipInfo, await driver.call("get_chip_info", [], { signal }));
    if (!checked.success) {
      throw new CommandError("the driver's chip info is no list of texts: look at its log on the page");
    }
    for (const [key, value] of Object.entries(checked.output)) write(`${key}: ${value}\n`);
  },
});

const erase = simple("erase", "Erase entire flash", "erase");
const reset = simple("reset", "Hard reset the chip", "hard_reset");
const bootloader = simple("bootloader", "Enter download mode", "enter_bootloader");

function simple(name: string, summary: string, method: string) {
  return defineCommand({
    name,
    summary,
    run: async ({ driver, signal, write }) => {
      await driver.call(method, [], { signal });
      write("done\n");
    },
  });
}

export const esp32Commands: CommandGroup = {
  summary: "An ESP32, to be flashed over its serial port",
  options: {},
  commands: [bootloader, chipInfoCommand, dumpCommand(dumpImage), erase, flash, reset],
  children: false,
};
