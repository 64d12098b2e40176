import { describe, expect, it } from "vitest";
import type { CatalogueField } from "../../messages.ts";
import { defaultText, rangeText, readField, shownValue } from "./field-value.ts";

const base: CatalogueField = {
  key: "it",
  kind: "text",
  required: false,
  default: null,
  description: "",
  options: [],
  examples: [],
  min: undefined,
  max: undefined,
  integer: false,
};
const baud: CatalogueField = { ...base, kind: "number", min: 1, max: 9600, integer: true, default: 300 };

describe("readField()", () => {
  for (const [what, field, text, value] of [
    ["a text as it is", base, " a ", " a "],
    ["nothing, for a text that is left out", base, "", undefined],
    ["a number", baud, " 9600 ", 9600],
    ["a yes", { ...base, kind: "boolean" }, "true", true],
    ["a no", { ...base, kind: "boolean" }, "false", false],
    ["one of the options, as it is meant", { ...base, kind: "choice", options: [1, "b"] }, "1", 1],
  ] as const) {
    it(`reads ${what}`, () => {
      expect(readField(field, text)).toEqual({ ok: true, value });
    });
  }

  for (const [field, text] of [
    [baud, "fast"],
    [baud, "1.5"],
    [baud, "0"],
    [baud, "9601"],
    [{ ...baud, required: true }, ""],
    [{ ...base, required: true }, " "],
    [{ ...base, kind: "other" }, "[a]"],
  ] as const) {
    it(`says what to write instead of ${JSON.stringify(text)}`, () => {
      expect(readField(field, text)).toMatchObject({ ok: false, reason: expect.stringMatching(/\.$/) });
    });
  }
});

it("ranges and defaults are said in words", () => {
  expect(rangeText(baud)).toBe("A whole number from 1 to 9600.");
  expect(rangeText({ ...baud, max: undefined, integer: false })).toBe("A number, at least 1.");
  expect(rangeText(base)).toBe("");
  expect(defaultText(baud)).toBe("300");
  expect(defaultText({ ...base, kind: "boolean", default: true })).toBe("Yes");
  expect(defaultText(base)).toBeUndefined();
  expect([shownValue(5), shownValue(null), shownValue({ a: 1 })]).toEqual(["5", "", '{"a":1}']);
});
