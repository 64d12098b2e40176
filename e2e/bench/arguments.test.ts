// What the benchmark's command line promises. Below: arguments.ts.

import { describe, expect, it } from "vitest";
import { BenchUsageError, parseBenchOptions } from "./arguments.ts";

describe("parseBenchOptions()", () => {
  it("takes every measure by default", () => {
    const options = parseBenchOptions([]);
    expect(options?.measures.map(({ id }) => id)).toEqual([
      "unary",
      "calls",
      "stream",
      "console",
      "busy",
      "upload",
    ]);
    expect(options?.solo.map(({ id }) => id)).toEqual(["recovery", "memory", "resume", "esp32"]);
    expect(options?.json).toBeUndefined();
  });

  it("takes fewer and shorter rounds with --quick, and as many as are asked for", () => {
    const whole = parseBenchOptions([]);
    const quick = parseBenchOptions(["--quick"]);
    expect(quick?.rounds).toBeLessThan(whole?.rounds ?? 0);
    expect(quick?.seconds).toBeLessThan(whole?.seconds ?? 0);
    expect(quick?.effort.recovery.cuts).toBeLessThan(whole?.effort.recovery.cuts ?? 0);
    expect(parseBenchOptions(["--quick", "--rounds", "5"])?.rounds).toBe(5);
  });

  it("takes only the measures that are named", () => {
    const options = parseBenchOptions(["--only", "stream, memory,unary", "--json", "out.json"]);
    expect(options?.measures.map(({ id }) => id)).toEqual(["unary", "stream"]);
    expect(options?.solo.map(({ id }) => id)).toEqual(["memory"]);
    expect(options?.json).toBe("out.json");
  });

  it("only helps when it is asked to", () => {
    expect(parseBenchOptions(["--help"])).toBeUndefined();
  });

  for (const [argv, cure] of [
    [["--rounds", "0"], "--rounds 0: give a whole number from 1 to 100"],
    [["--rounds", "many"], "--rounds many: give a whole number"],
    [["--rounds", "1.5"], "--rounds 1.5: give a whole number"],
    [
      ["--only", "speed"],
      "which is no measure: they are unary, calls, stream, console, busy, upload, recovery, memory, resume, esp32",
    ],
    [["--fast"], "see --help"],
  ] as const) {
    it(`names the cure for ${argv.join(" ")}`, () => {
      expect(() => parseBenchOptions(argv)).toThrow(BenchUsageError);
      expect(() => parseBenchOptions(argv)).toThrow(cure);
    });
  }
});
