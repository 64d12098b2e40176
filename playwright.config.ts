// The end-to-end tests: real clients, a real relay and a real Chromium. How to run them: e2e/README.md.

import { defineConfig } from "@playwright/test";
import { installedChromium, installedShell } from "./scripts/prepare-chromium.ts";
import type { Release } from "./scripts/prepare-python.ts";

/** Three, on two cores too: at most times one of them waits for a client that is idle on purpose. */
const WORKERS = 3;

const chromium = installedChromium();
/** For conformance, which is about what goes over the wire: a page like any other, for a third of the time. */
const shell = installedShell();

// Root in a container has no sandbox; nothing but the project's own page is opened.
const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const launched = (executablePath: string | undefined) => ({
  ...(executablePath === undefined ? {} : { executablePath }),
  args,
});

/**
 * What depends on the client itself has `@both` in its name and runs with both releases each time; the rest of the suite runs with the
 * older one when it is asked for all (`npm run test:all`).
 */
const ALL = process.env.JUMPTAB_ALL_RELEASES === "1";

/** Everything in this folder may run with both releases of the clients; all else runs with the newest alone. */
const CONFORMANCE = "e2e/conformance";

export default defineConfig<object, { release: Release }>({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  globalSetup: "./e2e/global-setup.ts",
  outputDir: "test-results",
  fullyParallel: true,
  workers: WORKERS,
  forbidOnly: Boolean(process.env.CI),
  // A test that passes at the second try has found something: it fails.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list", { printSteps: false }], ["./e2e/count-reporter.ts"]],
  use: {
    trace: "off",
    screenshot: "only-on-failure",
    // It would load everything again beside each test; e2e/stories/without-relay.spec.ts has one.
    serviceWorkers: "block",
    launchOptions: launched(chromium),
  },
  projects: [
    // First, because they wait: the others run beside them.
    { name: "slow 0.9.0", grep: /@slow/, use: { release: "0.9.0" } },
    {
      name: "slow 0.8.1",
      testDir: CONFORMANCE,
      grep: ALL ? /@slow/ : /@slow.*@both/,
      grepInvert: /@wire/,
      use: { release: "0.8.1" },
    },
    {
      name: "conformance 0.9.0",
      testDir: CONFORMANCE,
      grepInvert: /@slow/,
      use: { release: "0.9.0", launchOptions: launched(shell) },
    },
    // What is tested without a client of either release needs no second run.
    {
      name: "conformance 0.8.1",
      testDir: CONFORMANCE,
      ...(ALL ? {} : { grep: /@both/ }),
      grepInvert: /@slow|@wire/,
      use: { release: "0.8.1", launchOptions: launched(shell) },
    },
    { name: "e2e", testIgnore: `${CONFORMANCE}/**`, grepInvert: /@slow/ },
  ],
});
