import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../logging.ts";
import { createBrowserDirectory, removeAbandonedDirectories } from "./browser-directory.ts";

let root: string;
const lines: string[] = [];
const log = createLogger({ level: "debug", format: "json", write: (line) => lines.push(line) });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "jumptab-directory-test-"));
  lines.length = 0;
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function leave(name: string, owner: string | undefined): string {
  const directory = join(root, name);
  mkdirSync(join(directory, "profile"), { recursive: true });
  if (owner !== undefined) writeFileSync(join(directory, "owner.json"), owner);
  return directory;
}

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("createBrowserDirectory()", () => {
  it("makes a private directory that says whose it is", async () => {
    const directory = await createBrowserDirectory(root);
    expect(statSync(directory).mode & 0o077).toBe(0);
    expect(JSON.parse(readFileSync(join(directory, "owner.json"), "utf8"))).toEqual({
      host: hostname(),
      pid: process.pid,
    });
  });
});

describe.skipIf(process.platform === "win32")("removeAbandonedDirectories()", () => {
  it("removes those of processes that have ended, and says so", async () => {
    const owner = JSON.stringify({ host: hostname(), pid: await deadPid() });
    const directory = leave("jumptab-browser-dead", owner);
    await removeAbandonedDirectories(log, root);
    expect(existsSync(directory)).toBe(false);
    expect(lines.join()).toContain(directory);
  });

  it("removes those with the id that is now its own: they are of an earlier life", async () => {
    leave("jumptab-browser-mine", JSON.stringify({ host: hostname(), pid: process.pid }));
    await removeAbandonedDirectories(log, root);
    expect(readdirSync(root)).toEqual([]);
  });

  it("leaves alone what a living process, another machine or nobody in particular owns", async () => {
    const pid = await deadPid();
    const names = [
      leave("jumptab-browser-living", JSON.stringify({ host: hostname(), pid: process.ppid })),
      leave("jumptab-browser-elsewhere", JSON.stringify({ host: "another.example", pid })),
      leave("jumptab-browser-nobody", undefined),
      leave("jumptab-browser-broken", "{"),
      leave("jumptab-browser-odd", JSON.stringify({ host: hostname(), pid: "1" })),
      leave("something-else", JSON.stringify({ host: hostname(), pid })),
    ];
    await removeAbandonedDirectories(log, root);
    expect(readdirSync(root)).toHaveLength(names.length);
    expect(lines).toEqual([]);
  });

  it("does not mind a directory that is not there", async () => {
    await removeAbandonedDirectories(log, join(root, "missing"));
    expect(lines).toEqual([]);
  });
});
