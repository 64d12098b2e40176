import { describe, expect, it } from "vitest";
import { MAX_SCRIPT_LINE_CHARACTERS } from "../exporter/script-runner.ts";
import { LineSplitter } from "./line-splitter.ts";

function linesOf(...pieces: string[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return lines;
}

describe("LineSplitter", () => {
  it("ends lines at each kind of line break, wherever pieces are cut", () => {
    expect(linesOf("a\nb\r", "\nc\rd", "e\n")).toEqual(["a", "b", "c", "de"]);
  });
  it("strips what trails, keeps what leads, and drops empty lines", () => {
    expect(linesOf("  a \t\n\n   \n\nb")).toEqual(["  a", "b"]);
  });
  it("gives a last line that has no line break", () => {
    expect(linesOf("no ", "break")).toEqual(["no break"]);
  });
  it("cuts a line that is too long, and goes on with the next one", () => {
    const [long = "", next] = linesOf(
      ..."x"
        .repeat(20)
        .split("")
        .map((char) => char.repeat(1000)),
      "\nnext",
    );
    expect(long).toBe("x".repeat(MAX_SCRIPT_LINE_CHARACTERS));
    expect(next).toBe("next");
  });
  it("cuts between characters", () => {
    const [line = ""] = linesOf(`${"x".repeat(MAX_SCRIPT_LINE_CHARACTERS - 1)}🙂`);
    expect(line).toBe("x".repeat(MAX_SCRIPT_LINE_CHARACTERS - 1));
  });
});
