/**
 * The figures as Markdown, for people, and as JSON, for programs. Pure.
 * Above: main.ts. Below: results.ts, statistics.ts.
 */

import { machineLine } from "./machine.ts";
import { type Bound, figure, type Quantity } from "./measures.ts";
import type { BenchResult, MeasureResult, Reading } from "./results.ts";
import type { SoloFigure, SoloResult } from "./solo-measures.ts";
import { percentile, ratios, type Summary, summarize } from "./statistics.ts";
import type { SystemId } from "./systems.ts";

/** Above this, others use so much of the machine that the figures say little: a quarter of a processor. */
const QUIET_CORES = 0.25;

/** The whole report. */
export function markdown(result: BenchResult): string {
  return [
    [
      `${result.date.slice(0, 10)}, ${result.rounds} rounds, ${result.secondsPerMeasure} s for each measure of each system.`,
      `${machineLine(result.machine)}.`,
      ...othersLine(result),
    ],
    speedTable(result),
    cpuTable(result),
    soloTable(result),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** What the JSON file has: everything that was measured, and what the table says of it. */
export function jsonReport(result: BenchResult): unknown {
  const { measures, solo, ...rest } = result;
  return {
    ...rest,
    measures: measures.map((entry) => ({
      id: entry.measure.id,
      quantities: entry.measure.quantities.map((quantity) => ({ ...quantity, ...compare(entry, quantity) })),
      rounds: entry.rounds,
    })),
    solo: solo.map((entry) => ({
      id: entry.measure.id,
      figures: entry.measure.figures.map((soloFigure) => ({ ...soloFigure, ...judge(entry, soloFigure) })),
      samples: entry.samples,
    })),
  };
}

interface Judgement {
  /** The median of all samples, or their 95th percentile. */
  readonly value: number;
  readonly lowest: number;
  readonly highest: number;
  /** Half of the samples lie between these. */
  readonly quartiles: readonly [lower: number, upper: number];
  readonly samples: number;
  /** Undefined where nothing is expected. */
  readonly met: boolean | undefined;
}

/** One figure of jumptab alone, over all its samples. */
export function judge(
  { samples }: Pick<SoloResult, "samples">,
  { key, statistic, expected }: Pick<SoloFigure, "key" | "statistic" | "expected">,
): Judgement {
  const values = samples[key];
  if (values === undefined) throw new Error(`nothing was measured for "${key}"`);
  const { median, lowest, highest } = summarize(values);
  const value = statistic === "median" ? median : percentile(values, P95);
  const quartiles = [percentile(values, 0.25), percentile(values, 0.75)] as const;
  return { value, lowest, highest, quartiles, samples: values.length, met: isMet(value, expected) };
}

const P95 = 0.95;

interface Comparison {
  readonly python: Summary;
  readonly jumptab: Summary;
  /** jumptab / Python exporter, round by round. */
  readonly ratio: Summary;
  /** Undefined where nothing is expected. */
  readonly met: boolean | undefined;
}

/** One figure of both systems, over all rounds. */
export function compare({ rounds }: Pick<MeasureResult, "rounds">, { key, expected }: Quantity): Comparison {
  const values = (system: SystemId): number[] => rounds.map((round) => figure(round[system].answer, key));
  const python = values("python");
  const jumptab = values("jumptab");
  const ratio = summarize(ratios(jumptab, python));
  const own = summarize(jumptab);
  return {
    python: summarize(python),
    jumptab: own,
    ratio,
    met: isMet((expected?.of === "jumptab" ? own : ratio).median, expected),
  };
}

function isMet(value: number, expected: Bound | undefined): boolean | undefined {
  if (expected === undefined) return undefined;
  return "atMost" in expected ? value <= expected.atMost : value >= expected.atLeast;
}

function othersLine({ othersCores, machine }: BenchResult): string[] {
  if (othersCores === undefined) return [];
  const share = `Other work on the machine took ${othersCores.toFixed(2)} of its ${machine.cores} cores meanwhile`;
  return [othersCores > QUIET_CORES ? `${share}: read the spread, not the last digit.` : `${share}.`];
}

function speedTable({ measures }: BenchResult): string[] {
  if (measures.length === 0) return [];
  const rows = measures.flatMap((entry) =>
    entry.measure.quantities.map((quantity) => {
      const { python, jumptab, ratio, met } = compare(entry, quantity);
      const { title, unit } = quantity;
      return [
        title,
        `${spread(python)} ${unit}`,
        `${spread(jumptab)} ${unit}`,
        spread(ratio),
        verdict(quantity.expected, met, quantity.expected?.of === "jumptab" ? ` ${unit}` : ""),
      ];
    }),
  );
  return table(["measure", "Python exporter", "jumptab", "jumptab / Python", "expected"], rows);
}

/** `1.23 (1.10–1.50)`: the median, and the lowest and highest of all rounds. */
function spread({ median, lowest, highest }: Summary): string {
  return `${digits(median)} (${range(lowest, highest)})`;
}

/** `1.10 to 1.50` where one of them is below zero: a dash would look like a minus. */
function range(lowest: number, highest: number): string {
  return `${digits(lowest)}${lowest < 0 ? " to " : "–"}${digits(highest)}`;
}

/** What only jumptab has. */
function soloTable({ solo }: BenchResult): string[] {
  if (solo.length === 0) return [];
  const rows = solo.flatMap((entry) =>
    entry.measure.figures.map((soloFigure) => {
      const { value, lowest, highest, quartiles, samples, met } = judge(entry, soloFigure);
      const { title, unit, expected } = soloFigure;
      return [
        title,
        `${digits(value)} ${unit}`,
        range(...quartiles),
        range(lowest, highest),
        String(samples),
        verdict(expected, met, ` ${unit}`),
      ];
    }),
  );
  return table(
    ["of jumptab alone", "figure", "half of the samples", "all samples", "samples", "expected"],
    rows,
  );
}

function verdict(expected: Bound | undefined, met: boolean | undefined, unit: string): string {
  if (expected === undefined) return "";
  const bound = "atMost" in expected ? `at most ${expected.atMost}` : `at least ${expected.atLeast}`;
  return `${bound}${unit}: ${met ? "met" : "**missed**"}`;
}

/** Processor time per piece of work: where the time goes. */
function cpuTable({ measures }: BenchResult): string[] {
  const parts = (system: SystemId): string[] => [
    ...new Set(measures.flatMap(({ rounds }) => rounds.flatMap((round) => Object.keys(round[system].cpu)))),
  ];
  const jumptabParts = parts("jumptab");
  if (jumptabParts.length === 0) return [];
  const rows = measures.map((entry) => {
    const cpu = (system: SystemId, of: (reading: Reading) => number): string =>
      digits(millisecondsPerWork(entry, system, of));
    return [
      `${entry.measure.id}: CPU ms per ${entry.measure.work.unit}`,
      cpu("python", allParts),
      cpu("jumptab", allParts),
      ...jumptabParts.map((part) => cpu("jumptab", (reading) => reading.cpu[part] ?? 0)),
      `${cpu("python", (reading) => reading.loadCpuSeconds)} / ${cpu("jumptab", (reading) => reading.loadCpuSeconds)}`,
    ];
  });
  const columns = jumptabParts.map((part) => `its ${part}`);
  return table(
    ["where the time goes", "Python exporter", "jumptab", ...columns, "load generator P / j"],
    rows,
  );
}

const allParts = ({ cpu }: Reading): number => Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0);

function millisecondsPerWork(
  { measure, rounds }: MeasureResult,
  system: SystemId,
  seconds: (reading: Reading) => number,
): number {
  const readings = rounds.map((round) => round[system]);
  const total = readings.reduce((sum, reading) => sum + seconds(reading), 0);
  return (total * 1000) / readings.reduce((sum, { answer }) => sum + measure.work.of(answer), 0);
}

/** Three digits that mean something; more would be noise. */
function digits(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(head),
    `|${head.map((_, column) => (column === 0 ? "---" : "--:")).join("|")}|`,
    ...rows.map(line),
  ];
}
