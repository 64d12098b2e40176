import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings } from "../../../proto/tunnel/testing/fuzz.ts";
import { sampleRecord as record } from "../testing/sample-log.ts";
import { cutAtHits, findLines, nextLine, originText, searchFor } from "./log-search.ts";

function search(words: string): RegExp {
  const found = searchFor(words);
  if (found === undefined) throw new Error(`nothing is looked for with ${JSON.stringify(words)}`);
  return found;
}

describe("searchFor()", () => {
  it("looks for nothing without a word", () => {
    expect(searchFor("  ")).toBeUndefined();
  });

  it("takes signs as they are, and finds every text in itself", () => {
    expect("a.b".search(search("."))).toBe(1);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 50 }), (words) => {
        const found = searchFor(words);
        if (found !== undefined) expect(words.toWellFormed().search(found)).toBe(0);
      }),
      fuzzSettings(),
    );
  });
});

describe("findLines()", () => {
  const lines = [
    record(4, { message: "Power is on" }),
    record(5, { driver: "board.power", source: "driver", operation: "read", message: "Operation started" }),
    record(6, { source: "beforeLease", message: "hello" }),
  ];

  it("looks at the text, the driver, the operation and the hook, in any case", () => {
    expect(findLines(lines, search("POWER"))).toEqual([4, 5]);
    expect(findLines(lines, search("read()"))).toEqual([5]);
    expect(findLines(lines, search("beforelease"))).toEqual([6]);
    expect(findLines(lines, search("nothing"))).toEqual([]);
  });
});

describe("originText()", () => {
  it("names the driver with its operation, or the hook, and nothing for the exporter itself", () => {
    expect(originText(record(1, { source: "driver", driver: "power", operation: "on" }))).toBe("power on()");
    expect(originText(record(1, { source: "afterLease" }))).toBe("afterLease");
    expect(originText(record(1))).toBe("");
    expect(originText(record(1, { operation: "reset" }))).toBe("reset()");
  });
});

describe("cutAtHits()", () => {
  it("marks every hit", () => {
    expect(cutAtHits("on, On, off", search("on"))).toEqual([
      { text: "on", hit: true },
      { text: ", ", hit: false },
      { text: "On", hit: true },
      { text: ", off", hit: false },
    ]);
  });

  it("loses nothing of any text", () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1, maxLength: 3 }), (text, words) => {
        const found = searchFor(words);
        if (found === undefined) return;
        const pieces = cutAtHits(text, found);
        expect(pieces.map((piece) => piece.text).join("")).toBe(text);
      }),
      fuzzSettings(),
    );
  });
});

describe("nextLine()", () => {
  it("begins with the newest, and goes round", () => {
    expect(nextLine([3, 7, 9], undefined, "newer")).toBe(9);
    expect(nextLine([3, 7, 9], 9, "newer")).toBe(3);
    expect(nextLine([3, 7, 9], 3, "older")).toBe(9);
    expect(nextLine([3, 7, 9], 9, "older")).toBe(7);
    expect(nextLine([], undefined, "older")).toBeUndefined();
  });

  it("goes on from a line that the filter has hidden meanwhile", () => {
    expect(nextLine([3, 9], 7, "newer")).toBe(9);
    expect(nextLine([3, 9], 7, "older")).toBe(3);
  });
});
