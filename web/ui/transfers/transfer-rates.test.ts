import { describe, expect, it } from "vitest";
import { sampleTransfer } from "../testing/sample-transfers.ts";
import {
  bytesPerSecond,
  fractionDone,
  NOTHING_WATCHED,
  RATE_WINDOW_MS,
  stalledMs,
  timeLeftMs,
  type WatchedTransfers,
  watchTransfers,
} from "./transfer-rates.ts";

const KIB = 1024;

/** Snapshots of one transfer, one after the other: at so many milliseconds, so many bytes of a phase. */
function watched(
  steps: readonly (readonly [at: number, done: number, phase?: string])[],
  id = "1",
): WatchedTransfers {
  return steps.reduce<WatchedTransfers>(
    (before, [at, done, phase = "writing"]) =>
      watchTransfers(
        before,
        [sampleTransfer({ id, step: { phase, done, total: 100 * KIB, since: phase === "writing" ? 0 : 1 } })],
        at,
      ),
    NOTHING_WATCHED,
  );
}

/** 10 KiB a second, in steps of 100 ms. */
function steady(ms: number): readonly (readonly [number, number])[] {
  return Array.from({ length: ms / 100 + 1 }, (_, index) => [index * 100, index * KIB] as const);
}

describe("bytesPerSecond()", () => {
  it("is not known in the first second", () => {
    expect(bytesPerSecond(undefined, 0)).toBeUndefined();
    expect(bytesPerSecond(watched(steady(900)).get("1"), 900)).toBeUndefined();
  });

  it("is what went in the last seconds", () => {
    expect(bytesPerSecond(watched(steady(1_000)).get("1"), 1_000)).toBeCloseTo(10 * KIB);
    expect(bytesPerSecond(watched(steady(60_000)).get("1"), 60_000)).toBeCloseTo(10 * KIB);
  });

  it("is smooth over bursts: a chip that takes 40 KiB every two seconds has 20 KiB a second", () => {
    const bursts = Array.from({ length: 8 }, (_, index) => [index * 2_000, index * 40 * KIB] as const);
    const { samples } = watched(bursts).get("1") ?? { samples: [] };
    expect(bytesPerSecond({ phase: "writing", since: 0, samples }, 14_000)).toBeCloseTo(20 * KIB);
  });

  it("sinks while nothing moves, and is nothing after the window", () => {
    const stopped = watched(steady(10_000)).get("1");
    expect(bytesPerSecond(stopped, 12_000)).toBeCloseTo(5 * KIB);
    expect(bytesPerSecond(stopped, 10_000 + RATE_WINDOW_MS)).toBe(0);
  });

  it("begins anew with each step", () => {
    const next = watched([...steady(5_000), [5_100, 0, "verifying"]]);
    expect(bytesPerSecond(next.get("1"), 5_100)).toBeUndefined();
  });
});

describe("watchTransfers()", () => {
  it("forgets what has ended", () => {
    const one = watched(steady(500));
    expect(watchTransfers(one, [sampleTransfer({ state: "done", endedAt: 600 })], 600).size).toBe(0);
  });

  it("keeps transfers apart", () => {
    const both = watchTransfers(
      watched(steady(500)),
      [
        sampleTransfer({ step: { phase: "writing", done: 9, total: 10, since: 0 } }),
        sampleTransfer({ id: "2" }),
      ],
      600,
    );
    expect(both.get("1")?.samples.at(-1)?.done).toBe(9);
    expect(both.get("2")?.samples).toHaveLength(1);
  });

  it("keeps one window of samples, however long it takes", () => {
    expect(watched(steady(100_000)).get("1")?.samples.length).toBeLessThan(50);
  });
});

describe("stalledMs()", () => {
  it("is said after some seconds without a byte, not before", () => {
    const one = watched(steady(1_000)).get("1");
    expect(stalledMs(one, 5_900)).toBeUndefined();
    expect(stalledMs(one, 7_000)).toBe(6_000);
  });
});

describe("timeLeftMs()", () => {
  it("is what is left at this rate", () => {
    expect(timeLeftMs({ done: 25 * KIB, total: 100 * KIB }, 10 * KIB)).toBe(7_500);
  });

  it("is not known without an end, without a rate, and while nothing moves", () => {
    expect(timeLeftMs({ done: 1, total: undefined }, 10)).toBeUndefined();
    expect(timeLeftMs({ done: 1, total: 2 }, undefined)).toBeUndefined();
    expect(timeLeftMs({ done: 1, total: 2 }, 0)).toBeUndefined();
  });

  it("is never less than nothing", () => {
    expect(timeLeftMs({ done: 3, total: 2 }, 1)).toBe(0);
  });
});

describe("fractionDone()", () => {
  it("goes from 0 to 1, and is not known without an end", () => {
    expect(fractionDone({ done: 0, total: 4 })).toBe(0);
    expect(fractionDone({ done: 1, total: 4 })).toBe(0.25);
    expect(fractionDone({ done: 5, total: 4 })).toBe(1);
    expect(fractionDone({ done: 5, total: undefined })).toBeUndefined();
    expect(fractionDone({ done: 0, total: 0 })).toBeUndefined();
  });
});
