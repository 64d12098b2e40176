/**
 * `j storage …`: flash and dump of flashers; host, dut and off of storage that is switched between host and board.
 * Above: drivers/commands.ts. Below: drivers/base.
 * Specification: jumpstarter_driver_opendal.client, FlasherClient, StorageMuxClient and StorageMuxFlasherClient. `write-local-file`
 * is in their source, and never registered in 0.9.0; here it is there.
 */

import {
  type CommandContext,
  CommandError,
  type CommandGroup,
  type DriverHandle,
  defineCommand,
} from "../base/command.ts";
import { withFileFromDriver, withFileToDriver } from "../base/command-file.ts";
import {
  type DumpImage,
  dumpCommand,
  dumpImage,
  type FlashImages,
  flashCommand,
  flashImages,
} from "../base/flasher-commands.ts";

const host = defineCommand({
  name: "host",
  summary: "Connect storage to host",
  run: ({ driver, signal }) => connect(driver, "host", signal),
});

const dut = defineCommand({
  name: "dut",
  summary: "Connect storage to dut",
  run: ({ driver, signal }) => connect(driver, "dut", signal),
});

const off = defineCommand({
  name: "off",
  summary: "Disconnect storage",
  run: ({ driver, signal }) => connect(driver, "off", signal),
});

const writeLocalFile = defineCommand({
  name: "write-local-file",
  summary: "Write a file to the storage",
  arguments: { file: { value: "path" } },
  run: async (context) => {
    const file = { path: context.values.file, encoding: undefined };
    await withFileToDriver(context, file, (handle) =>
      context.driver.call("write", [handle], { signal: context.signal }),
    );
  },
});

async function connect(
  driver: DriverHandle,
  where: "host" | "dut" | "off",
  signal: AbortSignal,
): Promise<void> {
  await driver.call(where, [], { signal });
}

/** The storage is with the host meanwhile, and goes back to the board in every outcome. */
async function withHost({ driver, signal }: CommandContext, work: () => Promise<unknown>): Promise<void> {
  await connect(driver, "host", signal);
  try {
    await work();
  } finally {
    // Also when the command is interrupted: a board without its card does not start.
    await connect(driver, "dut", new AbortController().signal);
  }
}

const flashStorage: FlashImages = async (context, images, encoding) => {
  const [image, ...others] = images;
  if (image === undefined || image.target !== null || others.length > 0) {
    throw new CommandError("this storage takes one image and has no targets: give FILE, without --target");
  }
  await withFileToDriver(context, { path: image.path, encoding }, (handle) =>
    withHost(context, () => context.driver.call("write", [handle], { signal: context.signal })),
  );
};

const dumpStorage: DumpImage = async (context, { target, path }, encoding) => {
  if (target !== null) {
    throw new CommandError(`this storage has no targets, and ${target} was given: leave --target out`);
  }
  await withFileFromDriver(context, { path, encoding }, (handle) =>
    withHost(context, () => context.driver.call("read", [handle], { signal: context.signal })),
  );
};

export const flasherCommands: CommandGroup = {
  summary: "A board, or a part of it, that is flashed with images",
  options: {},
  commands: [dumpCommand(dumpImage), flashCommand(flashImages)],
  children: false,
};

export const storageMuxCommands: CommandGroup = {
  summary: "Storage that is switched between host and board",
  options: {},
  commands: [dut, host, off, writeLocalFile],
  children: false,
};

export const storageMuxFlasherCommands: CommandGroup = {
  summary: "Storage that is switched between host and board, and flashed",
  options: {},
  commands: [dumpCommand(dumpStorage), dut, flashCommand(flashStorage), host, off, writeLocalFile],
  children: false,
};
