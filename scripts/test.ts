/**
 * `npm test`: every test there is, on a machine that has only Node and Python. Prepares what it needs by itself.
 * Above: package.json, .ci/run. Below: check.ts, prepare.ts, page-build.ts, Playwright.
 *
 *   npm test                        everything
 *   npm run test:all                everything, and each case of the conformance suite with each release of the clients
 *   npm run test:e2e                the end-to-end tests alone
 *   npm run test:e2e -- -g C01      one of them; what follows goes to Playwright
 */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { prepare } from "./prepare.ts";

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

const PLAYWRIGHT = path("node_modules/@playwright/test/cli.js");

const { only, rest } = readArguments(process.argv.slice(2));

try {
  const steps: [name: string, run: () => Promise<boolean>][] = [];
  if (only !== "e2e") steps.push(["check", () => succeeds(path("scripts/check.ts"))]);
  if (only !== "check") steps.push(["e2e", endToEnd]);
  const failed: string[] = [];
  for (const [name, run] of steps) if (!(await run())) failed.push(name);
  if (failed.length > 0) throw new Error(`failed: ${failed.join(", ")}`);
} catch (error) {
  console.error(`test: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function endToEnd(): Promise<boolean> {
  await prepare();
  return await succeeds(PLAYWRIGHT, "test", ...rest);
}

/** Run a program under this Node, with its output shown; Ctrl-C reaches it from the terminal. */
async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  const child = spawn(process.execPath, [program, ...args], { cwd: path("."), stdio: "inherit" });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  child.on("error", reject);
  child.on("close", (code) => resolve(code === 0));
  return await promise;
}

function readArguments(args: readonly string[]): { only: string | undefined; rest: readonly string[] } {
  if (args[0] !== "--only") return { only: undefined, rest: args };
  const only = args[1];
  if (only !== "e2e" && only !== "check") {
    console.error("test: --only takes e2e or check");
    process.exit(2);
  }
  return { only, rest: args.slice(2) };
}
