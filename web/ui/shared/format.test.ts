import { describe, expect, it } from "vitest";
import { ago, asSentence, bytes, count, duration, measured, timeLeft, timeOfDay } from "./format.ts";

describe("duration()", () => {
  for (const [ms, text] of [
    [-5, "0 s"],
    [999, "0 s"],
    [12_000, "12 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [3_600_000, "1 h"],
    [47 * 3_600_000, "47 h"],
    [48 * 3_600_000, "2 d"],
  ] as const) {
    it(`writes ${ms} ms as ${text}`, () => {
      expect(duration(ms)).toBe(text);
    });
  }
});

describe("ago()", () => {
  it("does not count the first minute", () => {
    expect(ago(59_000)).toBe("just now");
    expect(ago(120_000)).toBe("2 min ago");
  });
});

describe("timeOfDay()", () => {
  it("has milliseconds and two digits each", () => {
    expect(timeOfDay(new Date(2026, 10, 20, 4, 3, 9, 7).getTime())).toBe("04:03:09.007");
  });
});

describe("count()", () => {
  it("knows one from many and from none", () => {
    expect([count(0, "stream"), count(1, "stream"), count(2, "stream")]).toEqual([
      "0 streams",
      "1 stream",
      "2 streams",
    ]);
  });
});

describe("measured()", () => {
  it("keeps its width while the value changes", () => {
    expect([measured(5, "V"), measured(0.12345, "A"), measured(0.1 + 0.2, "A")]).toEqual([
      "5.000 V",
      "0.123 A",
      "0.300 A",
    ]);
  });
});

describe("bytes()", () => {
  for (const [count, text] of [
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [10 * 1024, "10 KiB"],
    [1023 * 1024, "1.0 MiB"],
    [256 * 1024 ** 2, "256 MiB"],
    [3 * 1024 ** 4, "3.0 TiB"],
  ] as const) {
    it(`writes ${count} as ${text}`, () => {
      expect(bytes(count)).toBe(text);
    });
  }
});

describe("timeLeft()", () => {
  for (const [ms, text] of [
    [0, "1 s"],
    [12_001, "13 s"],
    [61_000, "1 min 1 s"],
    [600_000, "10 min"],
    [3_725_000, "1 h 2 min"],
  ] as const) {
    it(`writes ${ms} ms as ${text}`, () => {
      expect(timeLeft(ms)).toBe(text);
    });
  }
});

describe("asSentence()", () => {
  it("gives words a capital and an end, once", () => {
    expect(asSentence("all 9 bytes are the same")).toBe("All 9 bytes are the same.");
    expect(asSentence("Really?")).toBe("Really?");
    expect(asSentence("")).toBe("");
  });
});
