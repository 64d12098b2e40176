/**
 * Finds the Chromium that the tests drive, and installs one where that is allowed.
 * Above: prepare.ts, playwright.config.ts. Below: relay/run/find-chromium.ts, apt-get.
 */

import { existsSync } from "node:fs";
import { findChromium } from "../relay/run/find-chromium.ts";
import { StartError } from "../relay/usage-error.ts";
import { installPackages, mayInstallPackages, runCommand } from "./prepare-command.ts";

/** An installed Chromium, or undefined. A `CHROMIUM_PATH` has to be right: a wrong one is said, not passed over. */
export function installedChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  try {
    return findChromium({ named: undefined, environment });
  } catch (error) {
    if (!(error instanceof StartError) || environment.CHROMIUM_PATH) throw error;
    return undefined;
  }
}

/** Debian's Chromium, and the same without a browser's windows: a page costs it a third of the processor's time. */
const DEBIAN_CHROMIUM = "/usr/bin/chromium";
const DEBIAN_SHELL = "/usr/bin/chromium-headless-shell";

/** The browser for tests that need a page and nothing of a browser around it: the headless shell where there is one, else the whole. */
export function installedShell(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const chromium = installedChromium(environment);
  return chromium === DEBIAN_CHROMIUM && existsSync(DEBIAN_SHELL) ? DEBIAN_SHELL : chromium;
}

/** Install the headless shell of just this Chromium, where that is Debian's. Without it the tests take longer, and that is all. */
export async function prepareShell(chromium: string, say: (message: string) => void): Promise<void> {
  if (chromium !== DEBIAN_CHROMIUM || existsSync(DEBIAN_SHELL) || !(await mayInstallPackages())) return;
  say("installing the headless shell of Debian's Chromium with apt-get");
  try {
    // The browser itself stays as it is: another version of it is nobody's wish here.
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is dpkg's own way to write that
    const version = await runCommand("dpkg-query", ["-W", "-f", "${Version}", "chromium"], {
      timeoutMs: 10_000,
    });
    await installPackages([`chromium-headless-shell=${version}`]);
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split("\n");
    say(`the tests go on without it, and take longer: ${reason}`);
  }
}

/** The path of a Chromium. Throws one sentence with the cure where there is none and none can be installed. */
export async function prepareChromium(say: (message: string) => void): Promise<string> {
  const found = installedChromium();
  if (found !== undefined) return found;
  if (await mayInstallPackages()) {
    say("no Chromium found: installing Debian's with apt-get");
    // A bare machine has no fonts, and a terminal that cannot measure a letter draws nothing.
    await installPackages(["chromium", "fonts-dejavu-core"]);
    const installed = installedChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error("No Chromium found: install chromium or google-chrome, or name one in CHROMIUM_PATH.");
}
