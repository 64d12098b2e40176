/**
 * The benchmark's command line: text in, checked options out. Pure.
 * Above: main.ts. Below: node:util parseArgs, measures.ts, solo-measures.ts, effort.ts.
 */

import { parseArgs } from "node:util";
import { QUICK_SOLO_EFFORT, SOLO_EFFORT, type SoloEffort } from "./effort.ts";
import { MEASURES, type Measure } from "./measures.ts";
import { SOLO_MEASURES, type SoloMeasure } from "./solo-measures.ts";

export interface BenchOptions {
  /** How often each measure is taken of each system. */
  readonly rounds: number;
  /** How long one measure of one system takes, in seconds. */
  readonly seconds: number;
  /** Of both exporters. */
  readonly measures: readonly Measure[];
  /** Of jumptab alone. */
  readonly solo: readonly SoloMeasure[];
  readonly effort: SoloEffort;
  /** Where the figures are written; undefined: where they always are. */
  readonly json: string | undefined;
}

/** A wrong command line; the message names the cure. */
export class BenchUsageError extends Error {
  override readonly name = "BenchUsageError";
}

/** 7 rounds of 2 s: medians settle, and the whole run takes about 10 min. */
const DEFAULT = { rounds: 7, seconds: 2, effort: SOLO_EFFORT };
/** `--quick`: two minutes, to see whether a change did anything at all. */
const QUICK = { rounds: 3, seconds: 0.75, effort: QUICK_SOLO_EFFORT };
/** More rounds would take longer than anybody waits: half an hour. */
const MAX_ROUNDS = 100;

const KNOWN = [...MEASURES, ...SOLO_MEASURES].map(({ id }) => id).join(", ");

export const HELP = `Usage: npm run bench -- [options]

Measures the Python exporter and this one, side by side, and what only this one has; prints tables.

  --rounds N      how often each measure is taken of each system (default ${DEFAULT.rounds})
  --quick         ${QUICK.rounds} short rounds, and little of everything else: two minutes
  --only A,B      only these measures: ${KNOWN}
  --json FILE     where the figures are written (default .cache/bench/latest.json)
  --help
`;

/**
 * @returns undefined when only help is wanted.
 * @throws BenchUsageError
 */
export function parseBenchOptions(argv: readonly string[]): BenchOptions | undefined {
  const values = parse(argv);
  if (values.help) return undefined;
  const { rounds, seconds, effort } = values.quick ? QUICK : DEFAULT;
  return {
    rounds: values.rounds === undefined ? rounds : parseRounds(values.rounds),
    seconds,
    effort,
    ...(values.only === undefined
      ? { measures: MEASURES, solo: SOLO_MEASURES }
      : selectMeasures(values.only)),
    json: values.json,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        rounds: { type: "string" },
        quick: { type: "boolean" },
        only: { type: "string" },
        json: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BenchUsageError(`${error.message.split(". ", 1)[0]}; see --help`);
  }
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (/^\d+$/.test(text) && rounds >= 1 && rounds <= MAX_ROUNDS) return rounds;
  throw new BenchUsageError(`--rounds ${text}: give a whole number from 1 to ${MAX_ROUNDS}`);
}

function selectMeasures(text: string): Pick<BenchOptions, "measures" | "solo"> {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => ![...MEASURES, ...SOLO_MEASURES].some(({ id }) => id === name));
  if (unknown !== undefined) {
    throw new BenchUsageError(`--only names "${unknown}", which is no measure: they are ${KNOWN}`);
  }
  return {
    measures: MEASURES.filter(({ id }) => names.includes(id)),
    solo: SOLO_MEASURES.filter(({ id }) => names.includes(id)),
  };
}
