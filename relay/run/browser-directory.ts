/**
 * The private directory that a browser of ours lives in, and the end of those whose relay was killed before it could remove them.
 * Above: browser.ts makes one, main.ts removes the abandoned ones. Below: node:fs, node:os.
 */

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "../logging.ts";

const PREFIX = "jumptab-browser-";
const OWNER_FILE = "owner.json";

/** Whose directory it is. Machines and containers that share a temporary directory count their processes apart. */
interface Owner {
  readonly host: string;
  readonly pid: number;
}

export async function createBrowserDirectory(root = tmpdir()): Promise<string> {
  const directory = await mkdtemp(join(root, PREFIX));
  const owner: Owner = { host: hostname(), pid: process.pid };
  await writeFile(join(directory, OWNER_FILE), JSON.stringify(owner), { mode: 0o600 });
  return directory;
}

/**
 * Remove what relays that are no more have left. Call it before the first `createBrowserDirectory()`: one with this process's
 * own id is then of a dead relay with the same id, as in a container, where ids are few. Never rejects.
 */
export async function removeAbandonedDirectories(log: Logger, root = tmpdir()): Promise<void> {
  const names = await readdir(root).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(PREFIX)) continue;
    const directory = join(root, name);
    try {
      if (!(await isAbandoned(directory))) continue;
      await rm(directory, { recursive: true, force: true });
      log.info("removed the browser's files of a relay that was killed", { directory });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warning("the browser's files of a relay that was killed could not be removed", {
        directory,
        reason,
      });
    }
  }
}

/** In doubt not: somebody else's, or one that is being made. */
async function isAbandoned(directory: string): Promise<boolean> {
  const { uid } = await stat(directory);
  if (uid !== process.getuid?.()) return false;
  const owner = readOwner(await readFile(join(directory, OWNER_FILE), "utf8").catch(() => ""));
  if (owner === undefined || owner.host !== hostname()) return false;
  return owner.pid === process.pid || !isRunning(owner.pid);
}

function readOwner(text: string): Owner | undefined {
  try {
    const { host, pid } = JSON.parse(text) as Partial<Owner>;
    return typeof host === "string" && Number.isInteger(pid) && Number(pid) > 0
      ? { host, pid: Number(pid) }
      : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and is somebody else's.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
