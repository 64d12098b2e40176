import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings } from "../../proto/tunnel/testing/fuzz.ts";
import { shortened, wrapParagraphs, wrapWords } from "./wrap-text.ts";

describe("wrapWords()", () => {
  it("fills lines, and indents all but the first as it is told", () => {
    expect(wrapWords("one two three four", 9, "> ", "  ")).toEqual(["> one two", "  three", "  four"]);
  });
  it("breaks after the hyphen of a word, and leaves options whole", () => {
    expect(wrapWords("a well-known word", 9, "")).toEqual(["a well-", "known", "word"]);
    expect(wrapWords("take --no-output now", 10, "")).toEqual(["take --no-", "output now"]);
    expect(wrapWords("say -n-x", 5, "")).toEqual(["say", "-n-x"]);
  });
  it("cuts a word that is longer than a line", () => {
    expect(wrapWords("ab cdefghijkl m", 5, "")).toEqual(["ab cd", "efghi", "jkl m"]);
    expect(wrapWords("! !!!", 2, "")).toEqual(["!", "!!", "!"]);
  });
  it("keeps spaces within a line and drops those at its ends", () => {
    expect(wrapWords("a  b   c", 4, "")).toEqual(["a  b", "c"]);
    expect(wrapWords("   ", 4, "")).toEqual([]);
  });

  it("loses no letter, and has no line that is too long", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 3, max: 40 }), (text, width) => {
        const lines = wrapWords(text, width, "> ", "  ");
        expect(lines.every((line) => line.length <= width)).toBe(true);
        const letters = (some: string) => some.replaceAll(/\s/g, "");
        expect(letters(lines.map((line) => line.slice(2)).join(""))).toBe(letters(text));
      }),
      fuzzSettings(),
    );
  });
});

describe("wrapParagraphs()", () => {
  it("fills each paragraph anew, and keeps its indent", () => {
    const text = "One\nline of  words\n\n  an example\n\n\n\nthe end";
    expect(wrapParagraphs(text, 14, "  ")).toBe("  One line of\n  words\n\n    an example\n\n  the end");
  });
  it("makes nothing of nothing", () => {
    expect(wrapParagraphs("\n \n", 20, "  ")).toBe("");
  });
});

describe("shortened()", () => {
  const CASES: readonly (readonly [string, number, string])[] = [
    ["Power on", 20, "Power on"],
    ["A bench. With more", 40, "A bench."],
    ["Boards vs. benches in a row", 40, "Boards vs. benches in a row"],
    ["All about it\nin two lines\n\nAnd more", 40, "All about it in two lines"],
    ["A board with a long name", 15, "A board with..."],
    ["A board with a long name", 14, "A board..."],
    ["Unbreakable", 5, "..."],
    ["", 5, ""],
  ];
  for (const [text, length, short] of CASES) {
    it(`makes ${JSON.stringify(short)} of ${JSON.stringify(text)} in ${length} characters`, () => {
      expect(shortened(text, length)).toBe(short);
    });
  }
});
