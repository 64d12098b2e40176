/**
 * How much of each measure of jumptab alone is done.
 * Above: arguments.ts, solo.ts. Below: nothing.
 */

export interface SoloEffort {
  readonly recovery: { readonly cuts: number; readonly outages: number };
  readonly memory: { readonly runs: number; readonly exporters: number; readonly streams: number };
  readonly resume: { readonly rounds: number; readonly seconds: number };
  readonly esp32: { readonly rounds: number; readonly bytes: number };
}

/** 6 min together. 100 cuts and 40 outages have a p95 that is not the worst of them. */
export const SOLO_EFFORT: SoloEffort = {
  recovery: { cuts: 100, outages: 40 },
  memory: { runs: 3, exporters: 50, streams: 64 },
  resume: { rounds: 60, seconds: 0.2 },
  esp32: { rounds: 3, bytes: 2 ** 20 },
};

/** Three quarters of a minute. */
export const QUICK_SOLO_EFFORT: SoloEffort = {
  recovery: { cuts: 8, outages: 3 },
  memory: { runs: 1, exporters: 20, streams: 16 },
  resume: { rounds: 10, seconds: 0.1 },
  esp32: { rounds: 1, bytes: 2 ** 18 },
};
