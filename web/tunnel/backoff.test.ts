import { describe, expect, it } from "vitest";
import {
  CONNECT_TIMEOUT_MS,
  connectTimeoutMs,
  FIRST_RETRY_MS,
  HURRIED_CONNECT_TIMEOUT_MS,
  MAX_HURRIED_RETRY_MS,
  MAX_RETRY_MS,
  retryDelayMs,
} from "./backoff.ts";

describe("retryDelayMs()", () => {
  it("doubles from the first pause to the longest, and stays there", () => {
    const longest = Array.from({ length: 20 }, (_, attempt) => retryDelayMs(attempt, 1));
    expect(longest.slice(0, 5)).toEqual([1, 2, 4, 8, 16].map((factor) => factor * FIRST_RETRY_MS));
    expect(longest.at(-1)).toBe(MAX_RETRY_MS);
    expect(retryDelayMs(1_000_000, 1)).toBe(MAX_RETRY_MS);
  });

  it("spreads over half of the pause", () => {
    expect(retryDelayMs(0, 0)).toBe(FIRST_RETRY_MS / 2);
    expect(retryDelayMs(0, 0.5)).toBeGreaterThan(FIRST_RETRY_MS / 2);
  });
});

describe("while streams wait", () => {
  it("tries at least once a second", () => {
    expect(retryDelayMs(0, 1, { hurried: true })).toBe(FIRST_RETRY_MS);
    expect(retryDelayMs(50, 1, { hurried: true })).toBe(MAX_HURRIED_RETRY_MS);
  });

  it("gives a dial little time at first, and slow lines more with each failure", () => {
    expect(connectTimeoutMs(0, { hurried: true })).toBe(HURRIED_CONNECT_TIMEOUT_MS);
    expect(connectTimeoutMs(3, { hurried: true })).toBe(HURRIED_CONNECT_TIMEOUT_MS + 3000);
    expect(connectTimeoutMs(50, { hurried: true })).toBe(CONNECT_TIMEOUT_MS);
    expect(connectTimeoutMs(0)).toBe(CONNECT_TIMEOUT_MS);
  });
});
