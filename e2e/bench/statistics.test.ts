// Medians, spreads and straight lines. Below: statistics.ts.

import { describe, expect, it } from "vitest";
import { percentile, ratios, slope, summarize } from "./statistics.ts";

describe("summarize()", () => {
  it("takes the middle of an odd number of values, whatever their order", () => {
    expect(summarize([9, 1, 10])).toEqual({ median: 9, lowest: 1, highest: 10 });
  });

  it("takes the mean of the two in the middle of an even number", () => {
    expect(summarize([4, 1, 2, 100])).toEqual({ median: 3, lowest: 1, highest: 100 });
  });

  it("is the value itself for a single one", () => {
    expect(summarize([0.5])).toEqual({ median: 0.5, lowest: 0.5, highest: 0.5 });
  });

  it("leaves the values as they were", () => {
    const values = [3, 1, 2];
    summarize(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it("refuses to say anything about nothing", () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe("ratios()", () => {
  it("divides round by round", () => {
    expect(ratios([2, 9], [1, 3])).toEqual([2, 3]);
  });

  it("refuses rounds that do not match", () => {
    expect(() => ratios([1], [1, 2])).toThrow(RangeError);
  });
});

describe("percentile()", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it("is a value that so many of the others do not exceed", () => {
    expect(percentile(hundred, 0.95)).toBe(95);
    expect(percentile([3, 1, 2], 0.5)).toBe(2);
  });

  it("is the highest of a few values, and the lowest at 0", () => {
    expect(percentile([3, 1, 2], 0.95)).toBe(3);
    expect(percentile([3, 1, 2], 0)).toBe(1);
  });

  it("refuses to say anything about nothing", () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});

describe("slope()", () => {
  it("is what one more adds, whatever there was before", () => {
    expect(slope([10, 20, 30].map((count) => [count, 5000 + 7 * count] as const))).toBeCloseTo(7);
  });

  it("lets a point that is off count no more than the others", () => {
    expect(
      slope([
        [0, 0],
        [1, 4],
        [2, 2],
        [3, 6],
      ]),
    ).toBeCloseTo(1.6);
  });

  it("refuses points of one count, and none", () => {
    expect(() => slope([[1, 1]])).toThrow(RangeError);
    expect(() => slope([])).toThrow(RangeError);
  });
});
