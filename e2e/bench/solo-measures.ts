/**
 * What the benchmark measures of jumptab alone, because the Python exporter has nothing like it, and what is expected.
 * Above: main.ts, report.ts, arguments.ts. Below: measures.ts. Taken by recovery.ts, relay-memory.ts, resume-cost.ts,
 * esp32-flash.ts.
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

export type SoloId = "recovery" | "memory" | "resume" | "esp32";

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
  | "forgetfulCpuMsPerMiB"
  | "esp32LinePercent"
  | "esp32NearMs"
  | "esp32FarMs"
  | "esp32FarUploadMs"
  | "esp32DistanceMs";

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

/** 95 % of what a serial line can carry: the rest are the answers of the chip, which a block waits for. */
const LINE: Bound = { atLeast: 95 };

/** 1 s: the driver is beside the chip, so distance is paid a few times a call and not at each block. */
const DISTANCE: Bound = { atMost: 1000 };

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
  {
    id: "esp32",
    figures: [
      esp32("esp32LinePercent", "ESP32 at 921600 baud: what writing uses of its line", "%", LINE),
      esp32("esp32NearMs", "a whole flash call"),
      esp32("esp32FarMs", "the same through a line of 100 ms each way"),
      esp32("esp32FarUploadMs", "an upload alone through that line"),
      esp32("esp32DistanceMs", "what the line adds to the call, beside the upload", "ms", DISTANCE),
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

function esp32(key: SampleKey, title: string, unit: "%" | "ms" = "ms", expected?: Bound): SoloFigure {
  return { key, statistic: "median", title, unit, ...(expected === undefined ? {} : { expected }) };
}
