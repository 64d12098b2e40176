import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings } from "../../proto/tunnel/testing/fuzz.ts";
import { floatText } from "./float-text.ts";

/** What Python prints for each. */
const TEXTS: readonly (readonly [number, string])[] = [
  [0, "0.0"],
  [-0, "-0.0"],
  [5, "5.0"],
  [-12, "-12.0"],
  [4.988, "4.988"],
  [0.1 + 0.2, "0.30000000000000004"],
  [100, "100.0"],
  [1234567.5, "1234567.5"],
  [0.0001, "0.0001"],
  [0.00012, "0.00012"],
  [0.00001, "1e-05"],
  [-1.5e-7, "-1.5e-07"],
  [1e15, "1000000000000000.0"],
  [123456789012345680, "1.2345678901234568e+17"],
  [1e16, "1e+16"],
  [1e100, "1e+100"],
  [5e-324, "5e-324"],
  [Number.MAX_VALUE, "1.7976931348623157e+308"],
  [Number.NaN, "nan"],
  [Number.POSITIVE_INFINITY, "inf"],
  [Number.NEGATIVE_INFINITY, "-inf"],
];

describe("floatText()", () => {
  for (const [value, text] of TEXTS) {
    it(`writes ${text} as Python does`, () => {
      expect(floatText(value)).toBe(text);
    });
  }

  it("loses nothing, and always looks like a float", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = floatText(value);
        expect(Number(text)).toBe(value);
        expect(text).toMatch(/^-?\d+(\.\d+)?(e[+-]\d{2,3})?$/);
        expect(text).toMatch(/[.e]/);
      }),
      fuzzSettings(),
    );
  });
});
