import { describe, expect, it } from "vitest";
import { dayAndTime, STAMP_CHARACTERS, stampText } from "./stamps.ts";

const AT = new Date(2026, 10, 1, 14, 3, 59, 120).getTime();

describe("stampText()", () => {
  it("is the time of day", () => {
    expect(stampText("time", { at: AT, before: undefined }, AT)).toBe("14:03:59.120");
  });

  it("is the time since the line before, and nothing for the first", () => {
    expect(stampText("since-last", { at: AT, before: AT - 1234 }, 0)).toBe("+1.234");
    expect(stampText("since-last", { at: AT, before: undefined }, 0)).toBe("");
  });

  it("is the time since the console was opened", () => {
    expect(stampText("since-opened", { at: AT, before: undefined }, AT - 62_007)).toBe("62.007");
  });

  it("is never negative: clocks are set back", () => {
    expect(stampText("since-last", { at: AT, before: AT + 5000 }, 0)).toBe("+0.000");
  });

  it("is empty for a line without a time, and when no times are wanted", () => {
    expect(stampText("time", { at: undefined, before: AT }, AT)).toBe("");
    expect(stampText("off", { at: AT, before: AT }, AT)).toBe("");
  });

  it("finds room in its column for a day", () => {
    const day = 24 * 3600 * 1000;
    for (const stamps of ["time", "since-last", "since-opened"] as const) {
      const text = stampText(stamps, { at: AT, before: AT - day }, AT - day);
      expect(text.length).toBeLessThanOrEqual(STAMP_CHARACTERS);
    }
  });
});

it("dayAndTime() has the day, two digits each", () => {
  expect(dayAndTime(AT)).toBe("2026-11-01 14:03:59.120");
});
