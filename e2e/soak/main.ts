/**
 * `npm run soak`: the tests of chaos and endurance, for long. Half an hour, and 500 cuts where the suite makes 100.
 * Above: package.json. Below: effort.ts, scripts/test.ts. What follows goes to Playwright; the environment may say less:
 *
 *   JUMPTAB_SOAK_SECONDS=300 JUMPTAB_CHAOS_CUTS=200 npm run soak
 */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CUTS_VARIABLE, LONG, SECONDS_VARIABLE } from "./effort.ts";

const PROGRAM = fileURLToPath(new URL("../../scripts/test.ts", import.meta.url));

/** What is about time or number: the soaks, and the tests that cut a line so many times. */
const TESTS = ["X06", "\\d+ cuts", "over a line that breaks"];

const child = spawn(
  process.execPath,
  [PROGRAM, "--only", "e2e", "-g", TESTS.join("|"), ...process.argv.slice(2)],
  {
    stdio: "inherit",
    env: {
      [CUTS_VARIABLE]: String(LONG.cuts),
      [SECONDS_VARIABLE]: String(LONG.seconds),
      ...process.env,
    },
  },
);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
child.on("close", (code) => {
  process.exitCode = code ?? 1;
});
