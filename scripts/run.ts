/**
 * Runs one tool and keeps what it says.
 * Above: check.ts, types.ts, check-generated.ts. Below: node:child_process.
 */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ROOT } from "./source-files.ts";

export interface RunResult {
  readonly ok: boolean;
  /** Standard output and standard error, as they came. */
  readonly output: string;
  readonly seconds: number;
}

/** @param command A program and its arguments; programs of node_modules/.bin are found. */
export function run(
  command: readonly [string, ...string[]],
  options: { cwd?: URL } = {},
): Promise<RunResult> {
  const [program, ...rest] = command;
  const start = performance.now();
  const bin = fileURLToPath(new URL("node_modules/.bin", ROOT));
  const child = spawn(program, rest, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: "1", PATH: `${bin}:${process.env.PATH ?? ""}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    const finish = (ok: boolean, more = ""): void => {
      const output = Buffer.concat(chunks).toString() + more;
      resolve({ ok, output, seconds: (performance.now() - start) / 1000 });
    };
    child.on("error", (error) => finish(false, `${program} could not be started: ${error.message}\n`));
    child.on("close", (code) => finish(code === 0));
  });
}
