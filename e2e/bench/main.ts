/**
 * `npm run bench`: the Python exporter and this one, side by side, in one run, and what only this one has. Prints Markdown
 * tables, writes JSON.
 * Above: package.json. Below: comparison.ts, solo.ts, report.ts. What is measured, and how to read it: docs/benchmarks.md.
 *
 * Everything that is started here ends with this program, also after Ctrl-C and SIGTERM.
 */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepare } from "../../scripts/prepare.ts";
import { clientEnvironment } from "../support/jumpstarter.ts";
import { chooseSeed, Random } from "../support/random.ts";
import { type BenchOptions, BenchUsageError, HELP, parseBenchOptions } from "./arguments.ts";
import { compareSystems } from "./comparison.ts";
import { machineBusySeconds, readProcesses, treeSeconds } from "./cpu-time.ts";
import { LoadGenerator } from "./load-generator.ts";
import { describeMachine } from "./machine.ts";
import { jsonReport, markdown } from "./report.ts";
import type { BenchResult } from "./results.ts";
import { takeSoloMeasures } from "./solo.ts";

const LATEST = fileURLToPath(new URL("../../.cache/bench/latest.json", import.meta.url));

const say = (message: string): void => console.error(`bench: ${message}`);

/** @returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = parseBenchOptions(argv);
  } catch (error) {
    if (!(error instanceof BenchUsageError)) throw error;
    say(error.message);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const result = await bench(options);
    const file = options.json ?? LATEST;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(jsonReport(result), undefined, 2)}\n`);
    process.stdout.write(`${markdown(result)}\n`);
    say(`every figure is in ${file}`);
    return 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function bench(options: BenchOptions): Promise<BenchResult> {
  const { chromium, venv } = await prepare();
  using interrupted = listenForSignals();
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "jumptab-bench-"));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const env = clientEnvironment(folder);
  await mkdir(join(folder, "run"), { mode: 0o700 });

  const { signal } = interrupted;
  const systems = { venv, chromium, env, folder, signal };
  const load = started.use(await LoadGenerator.start({ venv, env, folder, log: "load.log", signal }));
  const bulk = started.use(await LoadGenerator.start({ venv, env, folder, log: "bulk.log", signal }));
  const machine = await describeMachine(chromium, load.versions);
  const date = new Date().toISOString();
  const seed = chooseSeed();

  const others = await watchOthers();
  const { rounds, seconds, measures, solo, effort } = options;
  const compared = await compareSystems(measures, { ...systems, rounds, seconds, load, bulk, say });
  const alone = await takeSoloMeasures(solo, { ...systems, effort, random: new Random(seed), say });
  return {
    date,
    machine,
    secondsPerMeasure: seconds,
    rounds,
    measures: compared,
    solo: alone,
    seed,
    othersCores: await others(),
  };
}

/** @returns a function that says how many processors were busy with other work since. */
async function watchOthers(): Promise<() => Promise<number | undefined>> {
  const look = async () => ({
    all: await machineBusySeconds(),
    own: treeSeconds(process.pid, await readProcesses()),
    at: performance.now(),
  });
  const before = await look();
  return async () => {
    const after = await look();
    if (after.all === undefined || before.all === undefined) return undefined;
    const seconds = after.all - before.all - (after.own - before.own);
    return Math.max(0, seconds / ((after.at - before.at) / 1000));
  };
}

/** The first SIGINT, SIGTERM or SIGHUP stops the measuring; then everything ends in order. */
function listenForSignals(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const listener = (name: string): void => controller.abort(new Error(`interrupted by ${name}`));
  for (const name of names) process.on(name, listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of names) process.off(name, listener);
    },
  };
}

process.exitCode = await main(process.argv.slice(2));
