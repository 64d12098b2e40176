import { describe, expect, it } from "vitest";
import {
  append,
  type Entry,
  type EntryKind,
  endsInLine,
  MAX_SCROLLBACK_CHARACTERS,
  MAX_SCROLLBACK_ENTRIES,
} from "./scrollback.ts";

function scrollbackOf(...said: readonly (readonly [EntryKind, string])[]): readonly Entry[] {
  return said.reduce<readonly Entry[]>((scrollback, [kind, text]) => append(scrollback, kind, text), []);
}

describe("append()", () => {
  it("keeps commands, both outputs and remarks apart, in their order", () => {
    const scrollback = scrollbackOf(
      ["command", "$ ls\n"],
      ["stdout", "a"],
      ["stdout", "b\n"],
      ["stderr", "no\n"],
      ["remark", "exit code 1\n"],
      ["remark", "once more\n"],
    );
    expect(scrollback.map(({ kind, text }) => [kind, text])).toEqual([
      ["command", "$ ls\n"],
      ["stdout", "ab\n"],
      ["stderr", "no\n"],
      ["remark", "exit code 1\n"],
      ["remark", "once more\n"],
    ]);
    expect(new Set(scrollback.map(({ key }) => key)).size).toBe(5);
  });

  it("leaves out colours and what moves a cursor", () => {
    expect(scrollbackOf(["stdout", "\x1b[1;31mred\x1b[0m\x1b]0;title\x07\r\n"])).toMatchObject([
      { text: "red\n" },
    ]);
    expect(scrollbackOf(["stdout", "\x1b[0m"])).toEqual([]);
  });

  it("is emptied by what the command clear says", () => {
    const before = scrollbackOf(["command", "$ clear; echo new\n"], ["stdout", "old\n"]);
    expect(append(before, "stdout", "gone\x1b[H\x1b[2J\x1b[3Jnew\n")).toMatchObject([{ text: "new\n" }]);
    expect(append(before, "stdout", "\x1b[H\x1b[2J")).toEqual([]);
  });

  it("forgets the oldest of too much text", () => {
    const piece = "x".repeat(4_000);
    const said = Array.from({ length: 200 }, () => ["stdout", piece] as const);
    const scrollback = scrollbackOf(["command", "$ yes\n"], ...said);
    const characters = scrollback.reduce((sum, { text }) => sum + text.length, 0);
    expect(characters).toBeLessThanOrEqual(MAX_SCROLLBACK_CHARACTERS);
    expect(characters).toBeGreaterThan(MAX_SCROLLBACK_CHARACTERS - 2 * piece.length);
    expect(scrollback[0]?.kind).toBe("stdout");
  });

  it("keeps the end of a single piece that is too long", () => {
    const [only] = scrollbackOf(["stdout", `${"x".repeat(MAX_SCROLLBACK_CHARACTERS)}end`]);
    expect(only?.text).toHaveLength(MAX_SCROLLBACK_CHARACTERS);
    expect(only?.text.endsWith("end")).toBe(true);
  });

  it("forgets the oldest of too many entries, and reuses no key", () => {
    const said = Array.from(
      { length: MAX_SCROLLBACK_ENTRIES + 5 },
      (_, index) => [index % 2 === 0 ? "stdout" : "stderr", "x\n"] as const,
    );
    const scrollback = scrollbackOf(...said);
    expect(scrollback).toHaveLength(MAX_SCROLLBACK_ENTRIES);
    expect(scrollback.at(-1)?.key).toBe(MAX_SCROLLBACK_ENTRIES + 5);
  });
});

describe("endsInLine()", () => {
  it("is true while a line is not finished", () => {
    expect(endsInLine([])).toBe(false);
    expect(endsInLine(scrollbackOf(["stdout", "a"]))).toBe(true);
    expect(endsInLine(scrollbackOf(["stdout", "a\n"]))).toBe(false);
  });
});
