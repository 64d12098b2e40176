/**
 * `npm run fuzz`: the fuzz and property tests for minutes instead of seconds, in rounds with a new seed each, until one fails.
 * Above: people. Below: vitest, every test with an fc.assert. Their settings: proto/tunnel/testing/fuzz.ts.
 *
 *   npm run fuzz                         ten minutes
 *   npm run fuzz -- 60                   an hour
 *   JUMPTAB_FUZZ_SEED=123 npm run fuzz   one round with this seed, which a failure has printed
 */

import { readFile } from "node:fs/promises";
import { run } from "./run.ts";
import { ROOT, sourceFiles } from "./source-files.ts";

/** So many times the runs of the suite in a round: a few minutes. */
const ROUND_RUNS = "5";
const DEFAULT_MINUTES = 10;

const minutes = Number(process.argv[2] ?? DEFAULT_MINUTES);
if (!(minutes > 0)) {
  console.error(`fuzz: '${process.argv[2]}' is no number of minutes`);
  process.exit(2);
}
const { JUMPTAB_FUZZ_SEED: given } = process.env;
process.env.JUMPTAB_FUZZ_RUNS ??= ROUND_RUNS;
const tests: string[] = [];
for (const file of await sourceFiles(".test.ts")) {
  if ((await readFile(new URL(file, ROOT), "utf8")).includes("fc.assert(")) tests.push(file);
}
const end = performance.now() + minutes * 60_000;
for (let round = 1; round === 1 || (given === undefined && performance.now() < end); round += 1) {
  const seed = given ?? String(Math.trunc(Math.random() * 2 ** 31));
  process.env.JUMPTAB_FUZZ_SEED = seed;
  const { ok, output, seconds } = await run(["vitest", "run", "--reporter=dot", ...tests]);
  console.log(`${ok ? "ok    " : "FAILED"} round ${round}, seed ${seed}, ${seconds.toFixed(0)} s`);
  if (ok) continue;
  console.log(
    `\n${output.trimEnd()}\n\nAgain: JUMPTAB_FUZZ_SEED=${seed} JUMPTAB_FUZZ_RUNS=${process.env.JUMPTAB_FUZZ_RUNS} npm run fuzz`,
  );
  console.log(
    "Keep what was found as a file of relay/fuzz/corpus/, or a line of proto/tunnel/testing/fuzz-corpus.ts.",
  );
  process.exitCode = 1;
  break;
}
