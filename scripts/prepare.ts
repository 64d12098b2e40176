/**
 * Prepares what the tests need and Node does not bring: a Chromium, and the real Jumpstarter clients.
 * Above: scripts/test.ts, e2e/global-setup.ts, e2e/bench/. Below: prepare-chromium.ts, prepare-python.ts.
 * Doing it again does nothing, quickly and silently. Also a program: `node scripts/prepare.ts`.
 */

import { prepareChromium, prepareShell } from "./prepare-chromium.ts";
import { NEWEST, preparePython, venvOf } from "./prepare-python.ts";

export interface Prepared {
  /** The browser. */
  readonly chromium: string;
  /** The folder of the Python environment with the newest clients; programs are in its `bin/`. */
  readonly venv: string;
}

export async function prepare(): Promise<Prepared> {
  const say = (message: string): void => console.error(`prepare: ${message}`);
  const chromium = await prepareChromium(say);
  await prepareShell(chromium, say);
  await preparePython(say);
  return { chromium, venv: venvOf(NEWEST) };
}

if (import.meta.main) {
  try {
    await prepare();
  } catch (error) {
    console.error(`prepare: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
