/**
 * Builds the page when it is not there or its sources have changed. Safe when two do it at once.
 * Above: scripts/start.ts, the tests' runner, the fixtures of e2e/. Below: vite.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** In the built directory; the relay serves no name that begins with a dot. */
const STAMP = ".stamp";

const SOURCES = ["web", "drivers", "proto", "vite.config.ts", "package-lock.json"];
const TEST_SOURCES = ["e2e/page"];

/** Renames that another build may get in the way of, before we give up. */
const RENAME_TRIES = 5;

export class PageBuildError extends Error {
  override readonly name = "PageBuildError";
}

/**
 * @param options `mode: "e2e"`: the same page with the tests' drivers in its catalogue.
 * @returns the directory of the built page, absolute.
 * @throws PageBuildError with what vite said.
 */
export async function ensurePageBuilt({ mode }: { mode?: "e2e" } = {}): Promise<string> {
  const directory = join(ROOT, mode === "e2e" ? "dist-e2e" : "dist");
  // Taken before the build: what changes meanwhile is not in it, and makes it stale.
  const stamp = await sourceStamp(mode === "e2e" ? [...SOURCES, ...TEST_SOURCES] : SOURCES);
  if ((await readStamp(directory)) === stamp) return directory;
  const scratch = join(ROOT, ".cache", `page-${process.pid}-${Date.now()}`);
  await mkdir(join(ROOT, ".cache"), { recursive: true });
  try {
    const fresh = join(scratch, "fresh");
    await build(fresh, mode);
    await writeFile(join(fresh, STAMP), stamp);
    await replace(directory, fresh, scratch, stamp);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return directory;
}

/** Puts `fresh` in the directory's place; somebody else's build of the same sources does as well. */
async function replace(directory: string, fresh: string, scratch: string, stamp: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await ignoreMissing(rename(directory, join(scratch, `old-${tries}`)));
    try {
      await rename(fresh, directory);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
      if ((await readStamp(directory)) === stamp) return;
      if (tries >= RENAME_TRIES) {
        throw new PageBuildError(`${directory} is being built by others all the time: try again`, {
          cause: error,
        });
      }
    }
  }
}

/** Names, sizes and times of all that goes into the page. */
async function sourceStamp(sources: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const source of sources) {
    for (const path of await filesBelow(join(ROOT, source))) {
      const { size, mtimeMs } = await stat(path);
      hash.update(`${path.slice(ROOT.length)}\0${size}\0${mtimeMs}\n`);
    }
  }
  return hash.digest("hex");
}

async function filesBelow(path: string): Promise<string[]> {
  const info = await ignoreMissing(stat(path));
  if (info === undefined) return [];
  if (!info.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function readStamp(directory: string): Promise<string | undefined> {
  return ignoreMissing(readFile(join(directory, STAMP), "utf8"));
}

async function ignoreMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Quiet, unless it fails. */
async function build(directory: string, mode: "e2e" | undefined): Promise<void> {
  const vite = join(ROOT, "node_modules/vite/bin/vite.js");
  const args = [vite, "build", "--outDir", directory, "--emptyOutDir", "--logLevel", "warn"];
  if (mode !== undefined) args.push("--mode", mode);
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) {
    throw new PageBuildError(`the page could not be built:\n${Buffer.concat(output).toString().trim()}`);
  }
}
