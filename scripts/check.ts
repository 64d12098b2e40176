/**
 * `npm run check`: everything that needs no browser. One line a step, the whole output of those that fail, exit 1 then.
 * Above: people, and the test command. Below: the steps' own commands.
 */

import { stripVTControlCharacters } from "node:util";
import { run } from "./run.ts";

const STEPS: readonly (readonly [name: string, command: readonly [string, ...string[]]])[] = [
  ["format and lint", ["biome", "check", "--error-on-warnings", "."]],
  ["types", ["node", "scripts/types.ts"]],
  ["imports", ["node", "scripts/check-imports.ts"]],
  ["page size", ["node", "scripts/size.ts"]],
  ["generated code", ["node", "scripts/check-generated.ts"]],
  ["unit tests", ["vitest", "run", "--reporter=dot"]],
];

/** Vitest's last lines, which say how many tests ran: shown also when all is well. */
const SUMMARY = /^\s*(?:Test Files|Tests)\s.*$/gm;

const failed: string[] = [];
for (const [name, command] of STEPS) {
  const { ok, output, seconds } = await run(command);
  console.log(`${ok ? "ok    " : "FAILED"} ${name.padEnd(16)} ${seconds.toFixed(1).padStart(5)} s`);
  if (ok) {
    for (const [line] of stripVTControlCharacters(output).matchAll(SUMMARY)) console.log(line);
    continue;
  }
  failed.push(name);
  console.log(`\n${output.trimEnd()}\n`);
}
if (failed.length > 0) {
  console.log(`${failed.length} of ${STEPS.length} failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
