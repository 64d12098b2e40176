import { describe, expect, it } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { REPORT_INTERVAL_MS, StateReporter } from "./state-reporter.ts";

const bench = () => {
  const clock = new ManualClock();
  const reports: JsonObject[] = [];
  return { clock, reports, reporter: new StateReporter(clock, (state) => reports.push(state)) };
};

describe("StateReporter", () => {
  it("tells the first change at once and gathers what follows", async () => {
    const { clock, reports, reporter } = bench();
    for (let n = 1; n <= 1000; n++) reporter.soon({ bytesIn: n });
    expect(reports).toEqual([{ bytesIn: 1 }]);
    await clock.advance(REPORT_INTERVAL_MS);
    expect(reports).toEqual([{ bytesIn: 1 }, { bytesIn: 1000 }]);
    await clock.advance(10 * REPORT_INTERVAL_MS);
    expect(reports).toHaveLength(2);
  });

  it("reports four times a second under a stream of changes", async () => {
    const { clock, reports, reporter } = bench();
    for (let n = 0; n < 99; n++) {
      reporter.soon({ n });
      await clock.advance(10);
    }
    expect(reports).toHaveLength(4);
  });

  it("tells what cannot wait at once, with what was put off", async () => {
    const { clock, reports, reporter } = bench();
    reporter.soon({ bytesIn: 1 });
    reporter.soon({ bytesIn: 2 });
    reporter.now({ open: false });
    expect(reports.at(-1)).toEqual({ bytesIn: 2, open: false });
    await clock.advance(REPORT_INTERVAL_MS);
    expect(reports).toHaveLength(2);
  });

  it("leaves no timer behind", () => {
    const { clock, reporter } = bench();
    reporter.soon({ n: 1 });
    reporter.soon({ n: 2 });
    reporter[Symbol.dispose]();
    reporter.soon({ n: 3 });
    expect(clock.sleeping).toBe(0);
  });
});
