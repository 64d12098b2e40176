/**
 * `flash` and `dump`, as the commands of all flashers have them.
 * Above: drivers/<name>/commands.ts. Below: command.ts, command-file.ts.
 * Specification: jumpstarter_driver_opendal.client.FlasherClientInterface, and FlasherClient for what they call.
 */

import { type CommandContext, CommandError, defineCommand } from "./command.ts";
import { type FileContext, withFileFromDriver, withFileToDriver } from "./command-file.ts";
import { ENCODINGS, type Encoding } from "./resource.ts";

/** `--compression`: the file is sent as it is, and decompressed beside the driver; a dump is compressed there. */
export const compressionOption = {
  names: ["--compression"],
  value: { choices: ENCODINGS },
  summary: "How the file is, or shall be, compressed",
} as const;

/** @param target As the driver means it: a partition, an address, a name; null for its own choice. */
export async function flashFile(
  context: FileContext,
  path: string,
  target: string | null,
  encoding: Encoding | undefined,
): Promise<void> {
  await withFileToDriver(context, { path, encoding }, (handle) =>
    context.driver.call("flash", [handle, target], { signal: context.signal }),
  );
}

export type FlashImages = (
  context: CommandContext,
  images: readonly { readonly target: string | null; readonly path: string }[],
  encoding: Encoding | undefined,
) => Promise<void>;

/** `flash FILE`, or `flash -t name:file -t name:file`: one image after the other. */
export function flashCommand(flash: FlashImages) {
  return defineCommand({
    name: "flash",
    summary: "Flash an image",
    details: "FILE is a file of this shell, or an http(s) URL that the exporter downloads itself.",
    arguments: { file: { value: "path", count: "optional" } },
    options: {
      target: { names: ["--target", "-t"], value: "text", many: true, summary: "name:file" },
      compression: compressionOption,
    },
    run: async (context) => {
      const { file, target, compression } = context.values;
      if (target.length > 0) {
        await flash(context, target.map(parseTarget), compression);
        return;
      }
      if (file === undefined) {
        throw new CommandError("FILE argument is required unless --target/-t is used");
      }
      await flash(context, [{ target: null, path: file }], compression);
    },
  });
}

function parseTarget(spec: string): { readonly target: string; readonly path: string } {
  const colon = spec.indexOf(":");
  if (colon === -1) throw new CommandError(`Invalid target spec '${spec}', expected name:file`);
  return { target: spec.slice(0, colon), path: spec.slice(colon + 1) };
}

export async function flashImages(
  context: CommandContext,
  images: readonly { readonly target: string | null; readonly path: string }[],
  encoding: Encoding | undefined,
): Promise<void> {
  for (const { target, path } of images) await flashFile(context, path, target, encoding);
}

export type DumpImage = (
  context: CommandContext,
  image: { readonly target: string | null; readonly path: string },
  encoding: Encoding | undefined,
) => Promise<void>;

export function dumpCommand(dump: DumpImage) {
  return defineCommand({
    name: "dump",
    summary: "Dump an image to a file",
    details: "FILE is a file of this shell, or an http(s) URL that the exporter uploads to.",
    arguments: { file: { value: "path" } },
    options: {
      target: { names: ["--target"], value: "text", summary: "What to dump, where the driver has several" },
      compression: compressionOption,
    },
    run: async (context) => {
      const { file, target, compression } = context.values;
      await dump(context, { target: target ?? null, path: file }, compression);
    },
  });
}

export async function dumpImage(
  context: CommandContext,
  { target, path }: { readonly target: string | null; readonly path: string },
  encoding: Encoding | undefined,
): Promise<void> {
  await withFileFromDriver(context, { path, encoding }, (handle) =>
    context.driver.call("dump", [handle, target], { signal: context.signal }),
  );
}
