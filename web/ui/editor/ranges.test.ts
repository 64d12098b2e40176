import { describe, expect, it } from "vitest";
import type { ConfigProblem } from "../../messages.ts";
import { type Lines, problemRange } from "./ranges.ts";

/** "abc\n\ndefgh": offsets 0-3, 4-4, 5-10. */
const text: Lines = {
  lines: 3,
  line: (number) =>
    [
      { from: 0, to: 3 },
      { from: 4, to: 4 },
      { from: 5, to: 10 },
    ][number - 1] ?? { from: -1, to: -1 },
};

function problem(line: number, column: number, endLine: number, endColumn: number): ConfigProblem {
  return { severity: "error", message: "", line, column, endLine, endColumn };
}

describe("problemRange()", () => {
  it("counts lines and columns from 1", () => {
    expect(problemRange(text, problem(3, 2, 3, 4))).toEqual({ from: 6, to: 8 });
  });

  it("goes over several lines", () => {
    expect(problemRange(text, problem(1, 3, 3, 2))).toEqual({ from: 2, to: 6 });
  });

  it("underlines the rest of the line where the problem is a point", () => {
    expect(problemRange(text, problem(3, 3, 3, 3))).toEqual({ from: 7, to: 10 });
  });

  for (const [what, outside] of [
    ["below the text", problem(9, 1, 9, 5)],
    ["past the end of its line", problem(1, 40, 1, 50)],
    ["before the text", problem(0, 0, 0, 0)],
    ["on an empty line", problem(2, 1, 2, 1)],
    ["running backwards", problem(3, 4, 1, 1)],
  ] as const) {
    it(`stays inside the text for a place ${what}`, () => {
      const { from, to } = problemRange(text, outside);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(10);
      expect(to).toBeGreaterThanOrEqual(from);
    });
  }
});
