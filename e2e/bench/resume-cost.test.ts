// What the rounds of the comparison say of a resume. Below: resume-cost.ts, tunnel-cost/.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { costSamples } from "./resume-cost.ts";
import type { CostRound } from "./tunnel-cost/main.ts";

const echoed = (mib: number, seconds: number, cpuSeconds: number) => ({
  bytes: mib * 2 ** 20,
  seconds,
  cpuSeconds,
});

describe("costSamples()", () => {
  it("takes the differences in each round", () => {
    const samples = costSamples([
      { resuming: echoed(90, 1, 0.09), forgetful: echoed(100, 1, 0.08) },
      { resuming: echoed(30, 2, 0.03), forgetful: echoed(30, 2, 0.03) },
    ]);
    expect(samples.throughputLossPercent?.map(Math.round)).toEqual([10, 0]);
    expect(samples.cpuCostPercent?.map(Math.round)).toEqual([25, 0]);
    expect(samples.resumingMiBPerSecond).toEqual([90, 15]);
    expect(samples.forgetfulCpuMsPerMiB).toEqual([0.8, 1]);
  });
});

describe("the two tunnels", () => {
  it("differ in what a resume needs, and both echo everything", { timeout: 30_000 }, async () => {
    const program = fileURLToPath(new URL("tunnel-cost/main.ts", import.meta.url));
    // It checks by itself that one acknowledges and the other does not, and that every byte came back.
    const { stdout } = await promisify(execFile)(process.execPath, [program, "1", "0.01"]);
    const [round] = JSON.parse(stdout) as CostRound[];
    expect(round?.resuming.bytes).toBeGreaterThan(0);
    expect(round?.forgetful.bytes).toBeGreaterThan(0);
  });
});
