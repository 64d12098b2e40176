import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { DEFAULT_SEED, fuzzSettings, fuzzTimeoutMs } from "./fuzz.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

describe("fuzzSettings()", () => {
  it("gives the same seed each time, unless somebody looks for new inputs", () => {
    expect(fuzzSettings(300, {})).toEqual({ numRuns: 300, seed: DEFAULT_SEED });
    expect(fuzzSettings(300, { JUMPTAB_FUZZ_SEED: "7" })).toEqual({ numRuns: 300, seed: 7 });
    for (const environment of [{ JUMPTAB_FUZZ_SEED: "random" }, { JUMPTAB_FUZZ_RUNS: "2" }]) {
      const seeds = Array.from({ length: 10 }, () => fuzzSettings(1, environment).seed);
      expect(new Set(seeds).size).toBeGreaterThan(1);
    }
  });

  it("gives more runs, and more time for them, when it is told to", () => {
    const environment = { JUMPTAB_FUZZ_RUNS: "2.5", JUMPTAB_FUZZ_SEED: "-1" };
    expect(fuzzSettings(3, environment)).toEqual({ numRuns: 8, seed: -1 });
    expect(fuzzTimeoutMs(environment)).toBe(2.5 * fuzzTimeoutMs({}));
    expect(fuzzTimeoutMs({ JUMPTAB_FUZZ_RUNS: "0.1" })).toBe(fuzzTimeoutMs({}));
  });

  it("refuses what is no number", () => {
    for (const text of ["", " ", "x", "1.5", "1e999"]) {
      expect(() => fuzzSettings(1, { JUMPTAB_FUZZ_SEED: text })).toThrow("give a whole number, or random");
    }
    for (const text of ["", "x", "0", "-1", "1e999"]) {
      expect(() => fuzzSettings(1, { JUMPTAB_FUZZ_RUNS: text })).toThrow("give a number above 0");
    }
  });
});

describe("every property of the project", () => {
  it("has its seed from here, so that the suite is the same each time", () => {
    const files = globSync("{proto,drivers,relay,web,scripts,e2e}/**/*.test.ts", { cwd: ROOT });
    expect(files).toContain("proto/tunnel/fuzz.test.ts");
    const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;
    const without = files.filter((file) => {
      const text = readFileSync(`${ROOT}${file}`, "utf8");
      return count(text, /\bfc\.(?:assert|check|sample)\(/g) > count(text, /\bfuzzSettings\(/g);
    });
    // This file talks about both.
    expect(without.filter((file) => file !== "proto/tunnel/testing/fuzz.test.ts")).toEqual([]);
  });
});
