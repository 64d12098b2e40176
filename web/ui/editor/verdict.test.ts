import { describe, expect, it } from "vitest";
import type { ConfigProblem } from "../../messages.ts";
import { verdict } from "./verdict.ts";

const problem = (severity: ConfigProblem["severity"]): ConfigProblem => ({
  severity,
  line: 1,
  column: 1,
  endLine: 1,
  endColumn: 2,
  message: "Something.",
});

describe("verdict()", () => {
  for (const [severities, said] of [
    [[], "It can start"],
    [["info"], "It can start"],
    [["warning", "info"], "It can start, with 1 warning"],
    [["error", "warning", "error"], "2 errors to correct before it can start"],
  ] as const) {
    it(`says "${said}" of ${severities.join(", ") || "nothing"}`, () => {
      expect(verdict({ problems: severities.map(problem) })).toBe(said);
    });
  }
});
