// What the benchmark prints. Below: report.ts.

import { describe, expect, it } from "vitest";
import { type Answer, MEASURES, type Measure } from "./measures.ts";
import { compare, jsonReport, judge, markdown } from "./report.ts";
import type { BenchResult, Reading } from "./results.ts";
import { SOLO_MEASURES, type SoloMeasure } from "./solo-measures.ts";

function measure(id: Measure["id"]): Measure {
  const found = MEASURES.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`there is no measure ${id}`);
  return found;
}

function solo(id: SoloMeasure["id"]): SoloMeasure {
  const found = SOLO_MEASURES.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`there is no measure ${id}`);
  return found;
}

const RECOVERY_SAMPLES = {
  streamAfterCutMs: [150, 200, 100],
  callAfterCutMs: [151, 201, 101],
  streamAfterOutageMs: [700, 1600],
  callAfterOutageMs: [700, 1100],
};

const reading = (answer: Answer, cpu: Record<string, number> = {}): Reading => ({
  answer,
  cpu,
  loadCpuSeconds: 0.5,
});

function resultOf(overrides: Partial<BenchResult> = {}): BenchResult {
  return {
    date: "2026-11-20T22:00:00.000Z",
    machine: {
      cores: 2,
      cpu: "A processor",
      system: "linux x64",
      load: 1.25,
      versions: {
        node: "24.21.0",
        chromium: "156.0",
        python: "3.11.7",
        grpcio: "1.85.1",
        jumpstarter: "0.9.0",
      },
    },
    secondsPerMeasure: 2,
    rounds: 1,
    othersCores: 0.1,
    seed: 4711,
    solo: [],
    measures: [
      {
        measure: measure("unary"),
        rounds: [
          {
            python: reading({ p50: 0.5, p99: 2, samples: 1000 }, { exporter: 1 }),
            jumptab: reading({ p50: 1.5, p99: 4, samples: 500 }, { relay: 0.25, page: 0.5 }),
          },
        ],
      },
    ],
    ...overrides,
  };
}

describe("compare()", () => {
  const rounds = ([python, jumptab]: readonly [number, number]) => ({
    python: reading({ rate: python }),
    jumptab: reading({ rate: jumptab }),
  });
  const [rate] = measure("calls").quantities;
  if (rate === undefined) throw new Error("calls has no quantity");

  it("takes the ratio in each round, so that what slows a whole round changes nothing", () => {
    const comparison = compare(
      { rounds: [rounds([1000, 900]), rounds([100, 90]), rounds([500, 450])] },
      rate,
    );
    expect(comparison.ratio).toEqual({ median: 0.9, lowest: 0.9, highest: 0.9 });
    expect(comparison.python).toEqual({ median: 500, lowest: 100, highest: 1000 });
    expect(comparison.met).toBe(true);
  });

  it("says when an expectation is missed", () => {
    expect(compare({ rounds: [rounds([1000, 799])] }, rate).met).toBe(false);
  });

  it("judges jumptab's own figure where that is what counts, whatever the Python exporter did", () => {
    const [p50] = measure("busy").quantities;
    if (p50 === undefined) throw new Error("busy has no quantity");
    const round = (python: number, jumptab: number) => ({
      python: reading({ p50: python }),
      jumptab: reading({ p50: jumptab }),
    });
    expect(compare({ rounds: [round(1, 3.9)] }, p50).met).toBe(true);
    expect(compare({ rounds: [round(10, 4.1)] }, p50).met).toBe(false);
  });

  it("says nothing where nothing is expected", () => {
    const { expected: _, ...free } = rate;
    expect(compare({ rounds: [rounds([1000, 1])] }, free).met).toBeUndefined();
  });
});

describe("markdown()", () => {
  it("has the figures of both systems, their ratio, and whether it is what is expected", () => {
    expect(markdown(resultOf())).toContain(
      "| one caller, `power.on`: p50 | 0.500 (0.500–0.500) ms | 1.50 (1.50–1.50) ms | 3.00 (3.00–3.00) | at most 2.2: **missed** |",
    );
  });

  it("names the machine and the versions", () => {
    expect(markdown(resultOf())).toContain(
      "2 cores (A processor), linux x64, load 1.3 at the start; Node 24.21.0",
    );
  });

  it("has the processor time per call, in all and by part", () => {
    expect(markdown(resultOf())).toContain(
      "| unary: CPU ms per call | 1.00 | 1.50 | 0.500 | 1.00 | 0.500 / 1.00 |",
    );
  });

  it("leaves processor time out where it cannot be known", () => {
    const [entry] = resultOf().measures;
    if (entry === undefined) throw new Error("no measure");
    const rounds = entry.rounds.map(({ python, jumptab }) => ({
      python: { ...python, cpu: {} },
      jumptab: { ...jumptab, cpu: {} },
    }));
    const text = markdown(resultOf({ measures: [{ ...entry, rounds }], othersCores: undefined }));
    expect(text).not.toContain("CPU ms");
    expect(text).not.toContain("Other work");
  });

  it("warns when the machine was busy with other work", () => {
    expect(markdown(resultOf({ othersCores: 1.5 }))).toContain(
      "took 1.50 of its 2 cores meanwhile: read the spread",
    );
    expect(markdown(resultOf({ othersCores: 0.1 }))).not.toContain("read the spread");
  });
});

describe("judge()", () => {
  it("takes the median or the 95th percentile of all samples, and says how far they reach", () => {
    const samples = { streamAfterCutMs: Array.from({ length: 100 }, (_, index) => index + 1) };
    const key = "streamAfterCutMs";
    expect(judge({ samples }, { key, statistic: "median" })).toEqual({
      value: 50.5,
      lowest: 1,
      highest: 100,
      quartiles: [25, 75],
      samples: 100,
      met: undefined,
    });
    expect(judge({ samples }, { key, statistic: "p95", expected: { atMost: 94 } })).toMatchObject({
      value: 95,
      met: false,
    });
  });

  it("says what was not measured", () => {
    expect(() => judge({ samples: {} }, { key: "idleExporterKiB", statistic: "median" })).toThrow(
      'nothing was measured for "idleExporterKiB"',
    );
  });
});

describe("markdown() of what only jumptab has", () => {
  const entry = { measure: solo("recovery"), samples: RECOVERY_SAMPLES };

  it("has figures without a ratio", () => {
    const text = markdown(resultOf({ solo: [entry] }));
    expect(text).toContain(
      "| open byte stream goes on after a cut: median | 150 ms | 100–200 | 100–200 | 3 |  |",
    );
    expect(text).toContain(
      "| open byte stream goes on after an outage: p95 | 1600 ms | 700–1600 | 700–1600 | 2 | at most 1500 ms: **missed** |",
    );
    expect(text).toContain(
      "| call made in an outage is answered: p95 | 1100 ms | 700–1100 | 700–1100 | 2 | at most 1500 ms: met |",
    );
  });

  it("writes a range that begins below zero without a dash", () => {
    const samples = Object.fromEntries(solo("resume").figures.map(({ key }) => [key, [-1.5, 2]]));
    const text = markdown(resultOf({ solo: [{ measure: solo("resume"), samples }] }));
    expect(text).toContain("| throughput that resume takes | 0.250 % | -1.50 to 2.00 |");
  });

  it("leaves out tables of what was not measured", () => {
    const alone = markdown(resultOf({ measures: [], solo: [entry] }));
    expect(alone).not.toContain("Python exporter |");
    expect(markdown(resultOf())).not.toContain("of jumptab alone");
  });
});

describe("jsonReport()", () => {
  it("has every sample of what only jumptab has", () => {
    const entry = { measure: solo("recovery"), samples: RECOVERY_SAMPLES };
    const report = JSON.parse(JSON.stringify(jsonReport(resultOf({ solo: [entry] }))));
    expect(report).toMatchObject({ seed: 4711, solo: [{ id: "recovery", samples: RECOVERY_SAMPLES }] });
    expect(report.solo[0].figures[1]).toMatchObject({ key: "streamAfterCutMs", value: 200, met: true });
  });

  it("has every round and what the table says of them", () => {
    const report = JSON.parse(JSON.stringify(jsonReport(resultOf())));
    expect(report.measures[0]).toMatchObject({
      id: "unary",
      quantities: [
        { key: "p50", unit: "ms", expected: { of: "ratio", atMost: 2.2 }, ratio: { median: 3 }, met: false },
        { key: "p99", ratio: { median: 2 } },
      ],
      rounds: [{ python: { answer: { samples: 1000 } }, jumptab: { cpu: { relay: 0.25, page: 0.5 } } }],
    });
  });
});
