/**
 * Takes the measures of both exporters, in turn.
 * Above: main.ts. Below: systems.ts, load-generator.ts, cpu-time.ts.
 *
 * Both run all the time, and one of them is idle while the other is measured: what else the machine does meets both.
 */

import { readProcesses } from "./cpu-time.ts";
import { type LoadGenerator, MeasureError } from "./load-generator.ts";
import type { Answer, Measure } from "./measures.ts";
import type { MeasureResult, Reading, Round } from "./results.ts";
import { type System, type SystemOptions, startJumptab, startPython } from "./systems.ts";

export interface ComparisonOptions extends SystemOptions {
  readonly rounds: number;
  /** For each measure of each system in each round. */
  readonly seconds: number;
  /** Takes the measures. */
  readonly load: LoadGenerator;
  /** Another client, for the bulk beside a measure. */
  readonly bulk: LoadGenerator;
  readonly say: (message: string) => void;
}

/** 1 s of each measure before the first round, not counted: connections are made, and code is compiled while it runs. */
const WARM_UP_SECONDS = 1;

export async function compareSystems(
  measures: readonly Measure[],
  options: ComparisonOptions,
): Promise<MeasureResult[]> {
  if (measures.length === 0) return [];
  const { rounds, seconds, say } = options;
  say("starting both exporters");
  await using python = await startPython(options);
  await using jumptab = await startJumptab(options);
  const take = async (measure: Measure, forSeconds: number): Promise<Round> => {
    const of = (system: System): Promise<Reading> => takeReading(system, measure, forSeconds, options);
    return { python: await of(python), jumptab: await of(jumptab) };
  };

  say("warming up");
  for (const measure of measures) await take(measure, Math.min(seconds, WARM_UP_SECONDS));
  const results = measures.map((measure) => ({ measure, rounds: [] as Round[] }));
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    for (const result of results) result.rounds.push(await take(result.measure, seconds));
  }
  return results;
}

async function takeReading(
  system: System,
  measure: Measure,
  seconds: number,
  options: ComparisonOptions,
): Promise<Reading> {
  const pids = [options.load.pid, options.bulk.pid];
  const before = await system.cpuSeconds();
  const loadBefore = await secondsOf(pids);
  const answer = await measureOrTell(system, measure, seconds, options);
  const loadCpuSeconds = (await secondsOf(pids)) - loadBefore;
  const after = await system.cpuSeconds();
  // A process that has ended meanwhile takes its time with it: better nothing than less than nothing.
  const cpu = Object.fromEntries(
    Object.entries(after).map(([part, total]) => [part, Math.max(0, total - (before[part] ?? 0))]),
  );
  return { answer, cpu, loadCpuSeconds };
}

/** An error says which system it met, and that system's last lines. */
async function measureOrTell(
  system: System,
  measure: Measure,
  seconds: number,
  { load, bulk }: ComparisonOptions,
): Promise<Answer> {
  const { endpoint } = system;
  try {
    if (measure.bulkStreams === undefined) return await load.measure(measure, seconds, endpoint);
    await bulk.startBulk(measure.bulkStreams, endpoint);
    const answer = await load.measure(measure, seconds, endpoint);
    return { ...answer, ...(await bulk.stopBulk(endpoint)) };
  } catch (error) {
    if (!(error instanceof MeasureError)) throw error;
    throw new Error(
      `${measure.id} of ${system.title}: ${error.message}. Its last lines:\n${await system.logTail()}`,
    );
  }
}

async function secondsOf(pids: readonly number[]): Promise<number> {
  const processes = await readProcesses();
  return pids.reduce((sum, pid) => sum + (processes.get(pid)?.seconds ?? 0), 0);
}
