import { describe, expect, it } from "vitest";
import { BAUD_RATES, parseBaud } from "./baud.ts";

describe("parseBaud()", () => {
  for (const [text, rate] of [
    ["115200", 115_200],
    [" 115 200 ", 115_200],
    ["115.2k", 115_200],
    ["1.5M", 1_500_000],
    ["1_000_000", 1_000_000],
    ["1", 1],
    ["50000000", 50_000_000],
  ] as const) {
    it(`takes ${JSON.stringify(text)} for ${rate}`, () => {
      expect(parseBaud(text)).toEqual({ rate });
    });
  }

  for (const [text, problem] of [
    ["", /such as 115200/],
    ["fast", /such as 115200/],
    ["-9600", /such as 115200/],
    ["1e5", /such as 115200/],
    ["9600.5", /whole number/],
    ["0", /at least 1/],
    ["50000001", /at most 50000000/],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(text)}`, () => {
      expect(parseBaud(text)).toEqual({ problem: expect.stringMatching(problem) });
    });
  }

  it("takes every one that is offered, and they go up", () => {
    for (const rate of BAUD_RATES) expect(parseBaud(String(rate))).toEqual({ rate });
    expect([...BAUD_RATES].sort((left, right) => left - right)).toEqual([...BAUD_RATES]);
  });
});
