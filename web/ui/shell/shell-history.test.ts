import { describe, expect, it } from "vitest";
import {
  MAX_HISTORY_LINE_CHARACTERS,
  MAX_HISTORY_LINES,
  NO_HISTORY,
  readHistory,
  type ShellHistory,
  step,
  withLine,
  writeHistory,
} from "./shell-history.ts";

function typed(...lines: readonly string[]): ShellHistory {
  return lines.reduce(withLine, NO_HISTORY);
}

/** The lines that are shown on the way, one for each step. */
function walk(history: ShellHistory, written: string, ...way: readonly ("older" | "newer")[]) {
  let at = history;
  let line = written;
  return way.map((direction) => {
    const next = step(at, direction, line);
    if (next === undefined) return undefined;
    at = next.history;
    line = next.line;
    return line;
  });
}

describe("step()", () => {
  it("goes back to the oldest line and no further", () => {
    expect(walk(typed("a", "b"), "", "older", "older", "older")).toEqual(["b", "a", undefined]);
  });

  it("comes back to what was being written", () => {
    expect(walk(typed("a", "b"), "j po", "older", "older", "newer", "newer", "newer")).toEqual([
      "b",
      "a",
      "b",
      "j po",
      undefined,
    ]);
  });
});

describe("withLine()", () => {
  it("keeps no empty line, none twice in a row, and none that is too long", () => {
    const long = "x".repeat(MAX_HISTORY_LINE_CHARACTERS + 1);
    expect(typed("a", "  ", "a", long, "b", "a").lines).toEqual(["a", "b", "a"]);
  });

  it("forgets the oldest", () => {
    const many = Array.from({ length: MAX_HISTORY_LINES + 1 }, (_, index) => `line ${index}`);
    const { lines } = typed(...many);
    expect(lines).toHaveLength(MAX_HISTORY_LINES);
    expect(lines[0]).toBe("line 1");
  });
});

describe("readHistory()", () => {
  it("reads what was written", () => {
    expect(readHistory(writeHistory(typed("a", "b")))).toEqual(typed("a", "b"));
  });

  for (const text of [undefined, "", "null", "{}", "[1, null]", "["]) {
    it(`begins anew with ${text}`, () => {
      expect(readHistory(text)).toEqual(NO_HISTORY);
    });
  }
});
