/**
 * What a resume costs while nothing breaks: the same tunnel with and without it, taking turns in a process of their own.
 * Above: solo.ts. Below: program.ts, tunnel-cost/main.ts.
 */

import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Program } from "./program.ts";
import type { Samples } from "./solo-measures.ts";
import type { Echoed } from "./tunnel-cost/echo-pair.ts";
import type { CostRound } from "./tunnel-cost/main.ts";

export interface ResumeCostOptions {
  readonly rounds: number;
  /** For each variant in each round. */
  readonly seconds: number;
  readonly folder: string;
  readonly signal: AbortSignal;
}

const SCRIPT = fileURLToPath(new URL("tunnel-cost/main.ts", import.meta.url));

/** 60 s beyond what it measures: its start, its check, and a machine that is busy. */
const SPARE_MS = 60_000;

const MIB = 2 ** 20;

export async function measureResumeCost(options: ResumeCostOptions): Promise<Samples> {
  const { rounds, seconds, folder, signal } = options;
  await using program = await Program.start(process.execPath, [SCRIPT, String(rounds), String(seconds)], {
    title: "the comparison of tunnels",
    env: process.env,
    cwd: folder,
    log: `${folder}/tunnel-cost.log`,
  });
  const said = await program.during(text(program.stdout), {
    signal,
    timeoutMs: 2 * rounds * seconds * 1000 + SPARE_MS,
    what: "answered",
  });
  return costSamples(JSON.parse(said) as readonly CostRound[]);
}

/** What the rounds say: the differences are taken in each round, so that what slows a whole round down changes little. */
export function costSamples(rounds: readonly CostRound[]): Samples {
  return {
    throughputLossPercent: rounds.map(
      ({ resuming, forgetful }) => (1 - mibPerSecond(resuming) / mibPerSecond(forgetful)) * 100,
    ),
    cpuCostPercent: rounds.map(
      ({ resuming, forgetful }) => (cpuMsPerMiB(resuming) / cpuMsPerMiB(forgetful) - 1) * 100,
    ),
    resumingMiBPerSecond: rounds.map(({ resuming }) => mibPerSecond(resuming)),
    forgetfulMiBPerSecond: rounds.map(({ forgetful }) => mibPerSecond(forgetful)),
    resumingCpuMsPerMiB: rounds.map(({ resuming }) => cpuMsPerMiB(resuming)),
    forgetfulCpuMsPerMiB: rounds.map(({ forgetful }) => cpuMsPerMiB(forgetful)),
  };
}

const mibPerSecond = ({ bytes, seconds }: Echoed): number => bytes / MIB / seconds;

const cpuMsPerMiB = ({ bytes, cpuSeconds }: Echoed): number => (cpuSeconds * 1000) / (bytes / MIB);
