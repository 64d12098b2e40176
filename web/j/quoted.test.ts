import { describe, expect, it } from "vitest";
import { oneLine, quoted, shown } from "./quoted.ts";

describe("quoted()", () => {
  it("quotes with what the text has not", () => {
    expect(quoted("on")).toBe("'on'");
    expect(quoted("it's")).toBe(`"it's"`);
    expect(quoted(`it's "it"`)).toBe(`'it's "it"'`);
    expect(quoted("")).toBe("''");
  });

  it("lets nothing move the cursor or go on for ever", () => {
    expect(quoted("a\nb\tc\u001b[31m\u0000")).toBe("'a\\nb\\tc\\x1b[31m\\x00'");
    expect(shown("x".repeat(200))).toBe(`${"x".repeat(100)}…`);
    expect(shown(`${"x".repeat(99)}😀`).isWellFormed()).toBe(true);
  });
});

describe("oneLine()", () => {
  it("joins lines, and cuts what is endless", () => {
    expect(oneLine(" first\r\n   second\n\n\nthird \n")).toBe("first second third");
    expect(oneLine("a\u001b[2Jb")).toBe("a\\x1b[2Jb");
    expect(oneLine("y".repeat(5000))).toHaveLength(2049);
  });
});
