/**
 * `j files …`: a file system's files, there and back.
 * Above: drivers/commands.ts. Below: drivers/base.
 * Specification: jumpstarter_driver_opendal.client.OpendalClient. Its commands are in the source of 0.9.0 and never registered, so that
 * Python's group is empty; here they are there, but for the presigned requests, which no store of a page can give.
 */

import * as v from "valibot";
import {
  type CommandContext,
  CommandError,
  type CommandGroup,
  type DriverHandle,
  defineCommand,
} from "../base/command.ts";
import { type NamedFile, withFileFromDriver, withFileToDriver } from "../base/command-file.ts";
import type { JsonValue } from "../base/json.ts";

const metadata = v.looseObject({
  mode: v.object({ entry_is_file: v.boolean(), entry_is_dir: v.boolean() }),
});

const PATH = { path: { value: "path" } } as const;
const SOURCE_TARGET = { source: { value: "path" }, target: { value: "path" } } as const;

const writeFromPath = defineCommand({
  name: "write-from-path",
  summary: "Write a file there, from one here or from a URL",
  arguments: { dst: { value: "path" }, src: { value: "path" } },
  run: async (context) => {
    const { dst, src } = context.values;
    await writeFrom(context, dst, { path: src, encoding: undefined });
  },
});

const readIntoPath = defineCommand({
  name: "read-into-path",
  summary: "Read a file there, into one here or to a URL",
  arguments: { src: { value: "path" }, dst: { value: "path" } },
  run: async (context) => {
    const { src, dst } = context.values;
    const { driver, signal } = context;
    await withFileFromDriver(context, { path: dst, encoding: undefined }, (handle) =>
      withOpenFile(driver, src, "rb", signal, (fd) => driver.call("file_read", [fd, handle], { signal })),
    );
  },
});

const stat = defineCommand({
  name: "stat",
  summary: "Show what is known of a path",
  arguments: PATH,
  run: async ({ values: { path }, driver, signal, write }) => {
    const answer = await driver.call("stat", [path], { signal });
    const checked = v.safeParse(metadata, answer);
    if (!checked.success) throw strange();
    const { mode, ...others } = checked.output;
    const shown = { ...others, mode: { is_file: mode.entry_is_file, is_dir: mode.entry_is_dir } };
    write(`${JSON.stringify(shown, null, 2)}\n`);
  },
});

const hash = defineCommand({
  name: "hash",
  summary: "Show the hash of a file",
  arguments: PATH,
  options: {
    algo: {
      names: ["--algo"],
      value: { choices: ["md5", "sha256"] },
      default: "sha256",
      showDefault: true,
      summary: "Which hash",
    },
  },
  run: async ({ values: { path, algo }, driver, signal, write }) => {
    const answer = await driver.call("hash", [path, algo], { signal });
    if (typeof answer !== "string") throw strange();
    write(`${answer}\n`);
  },
});

const exists = defineCommand({
  name: "exists",
  summary: "Fail when there is nothing at a path",
  arguments: PATH,
  run: async ({ values: { path }, driver, signal }) => {
    const answer = await driver.call("exists", [path], { signal });
    if (answer !== true) throw new CommandError(`path ${path} does not exist`);
  },
});

const capability = defineCommand({
  name: "capability",
  summary: "Show what the file system can do",
  run: async ({ driver, signal, write }) => {
    write(`${JSON.stringify(await driver.call("capability", [], { signal }), null, 2)}\n`);
  },
});

function onPath(name: string, method: string, summary: string) {
  return defineCommand({
    name,
    summary,
    arguments: PATH,
    run: async ({ values: { path }, driver, signal }) => {
      await driver.call(method, [path], { signal });
    },
  });
}

function fromTo(name: "copy" | "rename", summary: string) {
  return defineCommand({
    name,
    summary,
    arguments: SOURCE_TARGET,
    run: async ({ values: { source, target }, driver, signal }) => {
      await driver.call(name, [source, target], { signal });
    },
  });
}

function listing(name: "list" | "scan", summary: string) {
  return defineCommand({
    name,
    summary,
    arguments: PATH,
    run: async ({ values: { path }, driver, signal, write }) => {
      for await (const entry of driver.streamingCall(name, [path], { signal })) {
        if (typeof entry !== "string") throw strange();
        write(`${entry}\n`);
      }
    },
  });
}

async function writeFrom(context: CommandContext, path: string, file: NamedFile): Promise<void> {
  const { driver, signal } = context;
  await withFileToDriver(context, file, (handle) =>
    withOpenFile(driver, path, "wb", signal, (fd) => driver.call("file_write", [fd, handle], { signal })),
  );
}

async function withOpenFile(
  driver: DriverHandle,
  path: string,
  mode: "rb" | "wb",
  signal: AbortSignal,
  use: (fd: JsonValue) => Promise<unknown>,
): Promise<void> {
  const fd = await driver.call("open", [path, mode], { signal });
  try {
    await use(fd);
  } finally {
    // Also when the command is interrupted: nobody else knows the file.
    await driver.call("file_close", [fd], { signal: new AbortController().signal });
  }
}

function strange(): CommandError {
  return new CommandError("the driver's answer is not what its client expects: look at its log on the page");
}

export const opendalCommands: CommandGroup = {
  summary: "A file system",
  options: {},
  commands: [
    capability,
    fromTo("copy", "Copy a file"),
    onPath("create-dir", "create_dir", "Make a directory; its path ends in /"),
    onPath("delete", "delete", "Delete a file, or an empty directory"),
    exists,
    hash,
    listing("list", "List a directory; its path ends in /"),
    readIntoPath,
    onPath("remove-all", "remove_all", "Delete a path, and all below it"),
    fromTo("rename", "Rename a file"),
    listing("scan", "List a directory, and all below it"),
    stat,
    writeFromPath,
  ],
  children: false,
};
