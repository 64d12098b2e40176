import { describe, expect, it } from "vitest";
import { growth } from "./growth.ts";

describe("growth()", () => {
  it("is nothing for what goes up and down", () => {
    expect(growth([10, 90, 30, 70, 10, 50, 80, 10, 60])).toBe(0);
  });

  it("is what stays, under all the up and down", () => {
    expect(growth([10, 90, 30, 110, 50, 130, 70, 150, 90])).toBe(60);
  });

  it("is below nothing for what shrinks", () => {
    expect(growth([90, 90, 50, 50, 10, 10])).toBe(-80);
  });

  it("is not told from a handful of samples", () => {
    expect(() => growth([1, 2, 3, 4, 5])).toThrow(RangeError);
  });
});
