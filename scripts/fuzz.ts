/**
 * `npm run fuzz`: the fuzz tests for minutes instead of seconds, in rounds with a new seed each, until one fails.
 * Above: people. Below: vitest, the fuzz tests of proto/tunnel and relay/.
 *
 *   npm run fuzz                         ten minutes
 *   npm run fuzz -- 60                   an hour
 *   JUMPTAB_FUZZ_SEED=123 npm run fuzz   one round with this seed, which a failure has printed
 */

import { run } from "./run.ts";

const TESTS = ["proto/tunnel/fuzz.test.ts", "relay/fuzz"];
/** So many times the runs of the suite in a round: about a minute. */
const ROUND_RUNS = "20";
const DEFAULT_MINUTES = 10;

const minutes = Number(process.argv[2] ?? DEFAULT_MINUTES);
if (!(minutes > 0)) {
  console.error(`fuzz: '${process.argv[2]}' is no number of minutes`);
  process.exit(2);
}
const { JUMPTAB_FUZZ_SEED: given } = process.env;
process.env.JUMPTAB_FUZZ_RUNS ??= ROUND_RUNS;
const end = performance.now() + minutes * 60_000;
for (let round = 1; round === 1 || (given === undefined && performance.now() < end); round += 1) {
  const seed = given ?? String(Math.trunc(Math.random() * 2 ** 31));
  process.env.JUMPTAB_FUZZ_SEED = seed;
  const { ok, output, seconds } = await run(["vitest", "run", "--reporter=dot", ...TESTS]);
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
