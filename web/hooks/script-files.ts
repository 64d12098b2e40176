/**
 * The files of a script as its commands have them: from where the command runs, with what is wrong in sentences.
 * Above: interpreter.ts. Below: just-bash's file system. Specification: CommandFiles of drivers/base/command.ts.
 */

import type { InMemoryFs } from "just-bash/browser";
import { CommandError, type CommandFiles } from "../../drivers/base/command.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import { MAX_FILES_BYTES } from "./limits.ts";

type FileSystem = Pick<InMemoryFs, "exists" | "readFileBuffer" | "resolvePath" | "stat" | "writeFile">;

export function scriptFiles(fs: FileSystem, cwd: string): CommandFiles {
  return {
    async read(path) {
      const place = fs.resolvePath(cwd, path);
      await requireNoDirectory(fs, place, path);
      // A copy: who reads may give it away, and the script has it still.
      return said(path, async () => new Uint8Array(await fs.readFileBuffer(place)));
    },
    async write(path, bytes) {
      const place = fs.resolvePath(cwd, path);
      await requireNoDirectory(fs, place, path);
      // just-bash would make the directories that are missing, where a shell does not.
      const directory = fs.resolvePath(place, "..");
      if (!(await fs.exists(directory)) || !(await fs.stat(directory)).isDirectory) {
        throw new CommandError(`${path}: there is no directory ${directory}: make it with mkdir -p`);
      }
      await said(path, () => fs.writeFile(place, bytes));
    },
  };
}

async function requireNoDirectory(fs: FileSystem, place: string, path: string): Promise<void> {
  if (path === "") throw new CommandError("the name of the file is empty: give one");
  if ((await fs.exists(place)) && (await fs.stat(place)).isDirectory) {
    throw new CommandError(`${path} is a directory: give a file in it`);
  }
}

/** just-bash says `ENOENT: no such file or directory, open '/path'`. */
async function said<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = messageOf(error);
    const [code] = message.split(":", 1);
    if (code === "ENOENT") {
      throw new CommandError(
        `${path}: there is no such file here; this shell has files of its own, in memory: give a URL, or drop the file on the page`,
      );
    }
    if (code === "ENOSPC") {
      throw new CommandError(
        `${path}: there is no room for it: all files of a script have ${MAX_FILES_BYTES} bytes together, so delete some, or use a URL`,
      );
    }
    throw new CommandError(`${path}: ${message}`);
  }
}
