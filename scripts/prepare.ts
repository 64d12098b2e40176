/**
 * Prepares what the tests need and Node does not bring: a Chromium, and the real Jumpstarter clients.
 * Above: scripts/test.ts, e2e/global-setup.ts, e2e/bench/. Below: prepare-chromium.ts, prepare-python.ts.
 * Doing it again does nothing, quickly and silently. Also a program: `node scripts/prepare.ts`.
 */

import { prepareChromium } from "./prepare-chromium.ts";
import { preparePython, VENV } from "./prepare-python.ts";

export interface Prepared {
  /** The browser. */
  readonly chromium: string;
  /** The folder of the Python environment; programs are in its `bin/`. */
  readonly venv: string;
}

export async function prepare(): Promise<Prepared> {
  const say = (message: string): void => console.error(`prepare: ${message}`);
  const chromium = await prepareChromium(say);
  await preparePython(say);
  return { chromium, venv: VENV };
}

if (import.meta.main) {
  try {
    await prepare();
  } catch (error) {
    console.error(`prepare: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
