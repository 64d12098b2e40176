/**
 * The shape of what is measured: what main.ts collects, report.ts prints, and the JSON file holds.
 * Above: main.ts, comparison.ts, report.ts. Below: measures.ts, solo-measures.ts, machine.ts.
 */

import type { Machine } from "./machine.ts";
import type { Answer, Measure } from "./measures.ts";
import type { SoloResult } from "./solo-measures.ts";
import type { SystemId } from "./systems.ts";

/** One measure of one system in one round. */
export interface Reading {
  readonly answer: Answer;
  /** Processor time used meanwhile, in seconds, by part of the system. Empty where it cannot be known. */
  readonly cpu: Readonly<Record<string, number>>;
  /** The same of the load generator. */
  readonly loadCpuSeconds: number;
}

export type Round = Readonly<Record<SystemId, Reading>>;

export interface MeasureResult {
  readonly measure: Measure;
  readonly rounds: readonly Round[];
}

export interface BenchResult {
  /** When it began, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly secondsPerMeasure: number;
  readonly rounds: number;
  readonly measures: readonly MeasureResult[];
  readonly solo: readonly SoloResult[];
  /** Chose when lines were cut. */
  readonly seed: number;
  /** Processors that were busy with anything else meanwhile, in the mean; undefined where it cannot be known. */
  readonly othersCores: number | undefined;
}
