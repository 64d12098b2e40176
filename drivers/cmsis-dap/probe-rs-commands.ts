/**
 * `j probe …`: info, reset, erase, download, read.
 * Above: drivers/commands.ts. Below: drivers/base. Specification: jumpstarter_driver_probe_rs.client.ProbeRsClient.
 */

import * as v from "valibot";
import { CommandError, type CommandGroup, defineCommand, UsageError } from "../base/command.ts";
import { withFileToDriver } from "../base/command-file.ts";
import type { JsonValue } from "../base/json.ts";

const WIDTHS = [8, 16, 32, 64];

const words = v.array(v.pipe(v.string(), v.regex(/^(0x)?[0-9a-f]+$/i)));

const info = said("info", "Get target information", "info");
const reset = said("reset", "Reset the target", "reset_target");
const erase = said("erase", "Erase the target, this is a slow operation", "erase");

function said(name: string, summary: string, method: string) {
  return defineCommand({
    name,
    summary,
    run: async ({ driver, signal, write }) => {
      write(`${textOf(await driver.call(method, [], { signal }))}\n`);
    },
  });
}

const download = defineCommand({
  name: "download",
  summary: "Download a file to the target",
  details: "FILE is a file of this shell, or an http(s) URL that the exporter downloads itself.",
  arguments: { file: { value: "path" } },
  run: async (context) => {
    const file = { path: context.values.file, encoding: undefined };
    const answer = await withFileToDriver(context, file, (handle) =>
      context.driver.call("download", [handle], { signal: context.signal }),
    );
    context.write(`${textOf(answer)}\n`);
  },
});

const read = defineCommand({
  name: "read",
  summary: "Read from target memory",
  details:
    "WIDTH is 8, 16, 32 or 64 bits; ADDRESS is decimal, or hexadecimal with 0x; WORDS is how many to read.",
  arguments: { width: { value: "integer" }, address: { value: "text" }, words: { value: "integer" } },
  run: async ({ values: { width, address, words: count }, driver, signal, write }) => {
    if (!WIDTHS.includes(width)) throw new UsageError("Width must be one of: 8, 16, 32, 64");
    if (count <= 0) throw new UsageError("Words must be positive");
    const args = [`b${width}`, `0x${parseAddress(address).toString(16)}`, String(count)];
    const checked = v.safeParse(words, await driver.call("read", args, { signal }));
    if (!checked.success) {
      throw new CommandError(
        "the driver's answer is no list of hexadecimal numbers: look at its log on the page",
      );
    }
    const shown = checked.output.map((word) =>
      word
        .replace(/^0x/i, "")
        .toLowerCase()
        .replace(/^0+(?=.)/, "")
        .padStart(width / 4, "0"),
    );
    write(`${shown.join(" ")}\n`);
  },
});

function parseAddress(text: string): bigint {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return BigInt(text);
  throw new UsageError(`'${text}' is no address: write it in decimal, or in hexadecimal with 0x before it.`);
}

function textOf(answer: JsonValue): string {
  if (typeof answer === "string") return answer;
  throw new CommandError("the driver's answer is no text: look at its log on the page");
}

export const probeRsCommands: CommandGroup = {
  summary: "A debug probe",
  options: {},
  commands: [download, erase, info, read, reset],
  children: false,
};
