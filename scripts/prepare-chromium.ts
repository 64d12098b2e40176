/**
 * Finds the Chromium that the tests drive, and installs one where that is allowed.
 * Above: prepare.ts, playwright.config.ts. Below: relay/run/find-chromium.ts, apt-get.
 */

import { findChromium } from "../relay/run/find-chromium.ts";
import { StartError } from "../relay/usage-error.ts";
import { installPackages, mayInstallPackages } from "./prepare-command.ts";

/** An installed Chromium, or undefined. A `CHROMIUM_PATH` has to be right: a wrong one is said, not passed over. */
export function installedChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  try {
    return findChromium({ named: undefined, environment });
  } catch (error) {
    if (!(error instanceof StartError) || environment.CHROMIUM_PATH) throw error;
    return undefined;
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
