/**
 * Runs one preparing command: quiet while it works, all of its output when it fails, never longer than it may take.
 * Above: prepare-chromium.ts, prepare-python.ts. Below: node:child_process.
 */

import { spawn } from "node:child_process";

export interface CommandOptions {
  /** The command is ended after so many milliseconds. */
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** What a command printed on standard output. Throws, with all that it printed, when it fails or takes too long. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { timeoutMs, env = process.env }: CommandOptions,
): Promise<string> {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
  let output = "";
  let all = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    all += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    all += text;
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...how) => resolve(how));
  });
  if (code === 0) return output;
  const how =
    signal === null ? `exit code ${code}` : `ended by ${signal}, after at most ${timeoutMs / 1000} s`;
  throw new Error(`${[command, ...args].join(" ")}: ${how}\n${all.trimEnd()}`);
}

/** Whether this process may install packages with apt-get. */
export async function mayInstallPackages(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  try {
    await runCommand("apt-get", ["--version"], { timeoutMs: 10_000 });
    return true;
  } catch {
    return false; // no apt-get on this system
  }
}

/** 10 min: a slow mirror and a large package. */
const INSTALL_TIMEOUT_MS = 600_000;

export async function installPackages(names: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await runCommand("apt-get", ["update"], { timeoutMs: INSTALL_TIMEOUT_MS, env });
  await runCommand("apt-get", ["install", "-y", "--no-install-recommends", ...names], {
    timeoutMs: INSTALL_TIMEOUT_MS,
    env,
  });
}
