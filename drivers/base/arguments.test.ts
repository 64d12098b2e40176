import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { booleanArgument, floatArgument, integerArgument, stringArgument } from "./arguments.ts";

const outcome = (schema: v.GenericSchema, input: unknown) => {
  const result = v.safeParse(schema, input);
  return result.success ? result.output : result.issues[0].message;
};

describe("booleanArgument", () => {
  for (const yes of [true, 1, "1", "true", "TRUE", "t", "on", "On", "y", "yes"]) {
    it(`takes ${JSON.stringify(yes)} for true`, () => expect(outcome(booleanArgument, yes)).toBe(true));
  }
  for (const no of [false, 0, "0", "false", "F", "off", "n", "No"]) {
    it(`takes ${JSON.stringify(no)} for false`, () => expect(outcome(booleanArgument, no)).toBe(false));
  }
  for (const wrong of [2, -1, 0.5, "", " true", "maybe", null, [], {}]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      expect(outcome(booleanArgument, wrong)).toBe(`true or false is needed, not ${JSON.stringify(wrong)}`);
    });
  }
});

describe("integerArgument", () => {
  for (const [input, value] of [
    [3, 3],
    [-0, -0],
    ["42", 42],
    [" -7 ", -7],
    ["+1", 1],
    ["3.0", 3],
    [true, 1],
  ] as const) {
    it(`takes ${JSON.stringify(input)}`, () => expect(outcome(integerArgument, input)).toBe(value));
  }
  for (const wrong of [1.5, "1.5", "0x10", "", "1e3", 2 ** 53, "9007199254740993", null, []]) {
    it(`refuses ${JSON.stringify(wrong)}`, () =>
      expect(outcome(integerArgument, wrong)).toMatch(/^a whole number is/));
  }
});

describe("floatArgument", () => {
  for (const [input, value] of [
    [1.5, 1.5],
    ["1.5", 1.5],
    [".5", 0.5],
    ["1e3", 1000],
    ["-2", -2],
    [false, 0],
  ] as const) {
    it(`takes ${JSON.stringify(input)}`, () => expect(outcome(floatArgument, input)).toBe(value));
  }
  for (const wrong of ["nan", "inf", "", ".", "1e999", "1,5", null, {}]) {
    it(`refuses ${JSON.stringify(wrong)}`, () =>
      expect(outcome(floatArgument, wrong)).toMatch(/^a number is needed/));
  }
});

describe("stringArgument", () => {
  it("takes text", () => expect(outcome(stringArgument, "")).toBe(""));
  for (const wrong of [1, true, null, ["a"]]) {
    it(`refuses ${JSON.stringify(wrong)}`, () =>
      expect(outcome(stringArgument, wrong)).toMatch(/^text is needed/));
  }
  it("shows only the beginning of a long wrong value", () => {
    const message = outcome(
      stringArgument,
      Array.from({ length: 1000 }, () => 1),
    );
    expect(String(message).length).toBeLessThan(100);
  });
});
