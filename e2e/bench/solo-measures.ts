/**
 * What the benchmark measures of jumptab alone, because the Python exporter has nothing like it, and what is expected.
 * Above: main.ts, report.ts, arguments.ts. Below: measures.ts. Taken by recovery.ts, relay-memory.ts, resume-cost.ts.
 */

import type { Bound } from "./measures.ts";

/** One figure, of all samples of one kind. */
export interface SoloFigure {
  /** Name of its samples, with their unit. */
  readonly key: SampleKey;
  readonly statistic: "median" | "p95";
  readonly title: string;
  readonly unit: "ms" | "KiB" | "%" | "MiB/s" | "ms/MiB";
  readonly expected?: Bound;
}

export type SoloId = "recovery" | "memory" | "resume";

export interface SoloMeasure {
  readonly id: SoloId;
  readonly figures: readonly SoloFigure[];
}

export type SampleKey =
  | "streamAfterCutMs"
  | "callAfterCutMs"
  | "streamAfterOutageMs"
  | "callAfterOutageMs"
  | "idleExporterKiB"
  | "idleExporterLiveKiB"
  | "unreadStreamKiB"
  | "unreadStreamLiveKiB"
  | "unreadStreamSentKiB"
  | "untakenStreamKiB"
  | "untakenStreamLiveKiB"
  | "untakenStreamSentKiB"
  | "throughputLossPercent"
  | "cpuCostPercent"
  | "resumingMiBPerSecond"
  | "forgetfulMiBPerSecond"
  | "resumingCpuMsPerMiB"
  | "forgetfulCpuMsPerMiB";

/** Everything that was measured, by what it is. */
export type Samples = Readonly<Partial<Record<SampleKey, readonly number[]>>>;

export interface SoloResult {
  readonly measure: SoloMeasure;
  readonly samples: Samples;
}

/** 1.5 s: a person takes that for a hiccup. */
const RECOVERY: Bound = { atMost: 1500 };

/** 5 %: what nobody notices. */
const COST: Bound = { atMost: 5 };

export const SOLO_MEASURES: readonly SoloMeasure[] = [
  {
    id: "recovery",
    figures: [
      ...recovery("streamAfterCutMs", "open byte stream goes on after a cut"),
      ...recovery("callAfterCutMs", "call made in a cut is answered"),
      ...recovery("streamAfterOutageMs", "open byte stream goes on after an outage"),
      ...recovery("callAfterOutageMs", "call made in an outage is answered"),
    ],
  },
  {
    id: "memory",
    figures: [
      memory("idleExporterKiB", "relay memory, one idle exporter: resident"),
      memory("idleExporterLiveKiB", "the same, counted by V8: objects and buffers"),
      memory("unreadStreamKiB", "relay memory, one stream that its client does not read: resident"),
      memory("unreadStreamLiveKiB", "the same, counted by V8: objects and buffers"),
      memory("unreadStreamSentKiB", "what the page had written to it"),
      memory("untakenStreamKiB", "relay memory, one stream that its page does not take: resident"),
      memory("untakenStreamLiveKiB", "the same, counted by V8: objects and buffers"),
      memory("untakenStreamSentKiB", "what the client had written to it"),
    ],
  },
  {
    id: "resume",
    figures: [
      cost("throughputLossPercent", "throughput that resume takes", "%", COST),
      cost("cpuCostPercent", "processor time that resume adds", "%", COST),
      cost("resumingMiBPerSecond", "tunnel alone, echoed", "MiB/s"),
      cost("forgetfulMiBPerSecond", "the same without resume", "MiB/s"),
      cost("resumingCpuMsPerMiB", "tunnel alone, processor time", "ms/MiB"),
      cost("forgetfulCpuMsPerMiB", "the same without resume", "ms/MiB"),
    ],
  },
];

function recovery(key: SampleKey, title: string): SoloFigure[] {
  return [
    { key, statistic: "median", title: `${title}: median`, unit: "ms" },
    { key, statistic: "p95", title: `${title}: p95`, unit: "ms", expected: RECOVERY },
  ];
}

function memory(key: SampleKey, title: string): SoloFigure {
  return { key, statistic: "median", title, unit: "KiB" };
}

function cost(key: SampleKey, title: string, unit: SoloFigure["unit"], expected?: Bound): SoloFigure {
  return { key, statistic: "median", title, unit, ...(expected === undefined ? {} : { expected }) };
}
