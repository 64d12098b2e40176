import { describe, expect, it } from "vitest";
import { type PlainValue, plainValue } from "./plain-scalar.ts";

// Each value is what PyYAML 6.0.3's SafeLoader gives for the same text.
const VALUES: readonly (readonly [text: string, kind: PlainValue["kind"], value: unknown])[] = [
  ["", "null", null],
  ["~", "null", null],
  ["null", "null", null],
  ["NULL", "null", null],
  ["nUll", "str", "nUll"],
  ["yes", "bool", true],
  ["On", "bool", true],
  ["TRUE", "bool", true],
  ["no", "bool", false],
  ["off", "bool", false],
  ["False", "bool", false],
  ["y", "str", "y"],
  ["n", "str", "n"],
  ["tRUE", "str", "tRUE"],
  ["0", "int", 0],
  ["-0", "int", 0],
  ["+12", "int", 12],
  ["115200", "int", 115_200],
  ["1_000", "int", 1000],
  ["0_", "int", 0],
  ["010", "int", 8],
  ["-017", "int", -15],
  ["08", "str", "08"],
  ["0o7", "str", "0o7"],
  ["0x1F", "int", 31],
  ["0X1F", "str", "0X1F"],
  ["-0x10", "int", -16],
  ["0b101", "int", 5],
  ["12:30", "int", 750],
  ["-1:00:00", "int", -3600],
  ["0:30", "str", "0:30"],
  ["12:60", "str", "12:60"],
  ["0403:6001", "str", "0403:6001"],
  ["1e3", "str", "1e3"],
  ["1e+3", "str", "1e+3"],
  ["1.0e3", "str", "1.0e3"],
  ["1.0e+3", "float", 1000],
  ["1.5", "float", 1.5],
  ["1.", "float", 1],
  [".5", "float", 0.5],
  ["-.5", "str", "-.5"],
  ["1_0.5", "float", 10.5],
  ["1:30.5", "float", 90.5],
  [".inf", "float", Infinity],
  ["-.INF", "float", -Infinity],
  [".NaN", "float", Number.NaN],
  ["inf", "str", "inf"],
  ["<<", "merge", "<<"],
  ["=", "str", "="],
  ["2026-11-20", "timestamp", "2026-11-20"],
  ["2026-1-2", "str", "2026-1-2"],
  ["2026-1-2 3:04:05", "timestamp", "2026-1-2 3:04:05"],
  ["2026-11-20T10:11:12.5Z", "timestamp", "2026-11-20T10:11:12.5Z"],
  ["2026-11-20 10:11:12 +01:00", "timestamp", "2026-11-20 10:11:12 +01:00"],
  ["/dev/ttyUSB0", "str", "/dev/ttyUSB0"],
  ["hwgrep://0403:6001", "str", "hwgrep://0403:6001"],
];

describe("plainValue()", () => {
  for (const [text, kind, value] of VALUES) {
    it(`reads ${JSON.stringify(text)} as Python does`, () => {
      const plain = plainValue(text);
      expect(plain.kind).toBe(kind);
      expect(plain.value).toBe(value);
    });
  }

  it("says which numbers surprise people", () => {
    const surprising = ["010", "12:30", "1:30.5", "10", "0x10", "1.5"].filter((text) => {
      const plain = plainValue(text);
      return (plain.kind === "int" || plain.kind === "float") && plain.surprising;
    });
    expect(surprising).toEqual(["010", "12:30", "1:30.5"]);
  });
});
