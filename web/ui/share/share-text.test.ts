import { describe, expect, it } from "vitest";
import { left } from "../shared/format.ts";
import { sampleShare } from "../testing/sample-shares.ts";
import {
  DEFAULT_LIFETIME_MS,
  endText,
  isOpen,
  LIFETIMES,
  MAX_NAME,
  nameProblem,
  unusedGuest,
  useText,
} from "./share-text.ts";

const HOUR_MS = 3_600_000;
const revoked = sampleShare("Ana", { ended: { at: 0, why: "revoked" }, secret: undefined });

describe("left()", () => {
  for (const [ms, text] of [
    [0, "1 s"],
    [41_001, "42 s"],
    [60_000, "1 min"],
    [59 * 60_000, "59 min"],
    [HOUR_MS, "1 h"],
    [8 * HOUR_MS - 1, "8 h"],
    [8 * HOUR_MS - 1_000, "7 h 59 min"],
    [7 * 24 * HOUR_MS, "7 d"],
    [7 * 24 * HOUR_MS - 60_000, "6 d 23 h"],
  ] as const) {
    it(`writes ${ms} ms as ${text}`, () => expect(left(ms)).toBe(text));
  }
});

describe("isOpen()", () => {
  it("ends with the time, also before the exporter has said so", () => {
    const share = sampleShare("Ana");
    expect(isOpen(share, HOUR_MS - 1)).toBe(true);
    expect(isOpen(share, HOUR_MS)).toBe(false);
    expect(isOpen(revoked, 0)).toBe(false);
    expect(isOpen(sampleShare("Ana", { expiresAt: null }), Number.MAX_SAFE_INTEGER)).toBe(true);
  });
});

describe("endText()", () => {
  it("says until when, or what became of it", () => {
    expect(endText(sampleShare("Ana"), 60_000)).toBe("59 min left");
    expect(endText(sampleShare("Ana", { expiresAt: null }), 0)).toBe("until you stop it");
    expect(endText(revoked, 5 * 60_000)).toBe("revoked 5 min ago");
    expect(endText(sampleShare("Ana", { ended: { at: 0, why: "expired" } }), 2 * HOUR_MS)).toBe(
      "expired 2 h ago",
    );
    expect(endText(sampleShare("Ana"), 2 * HOUR_MS)).toBe("expired 1 h ago");
  });
});

describe("useText()", () => {
  it("tells a one-time link that was opened from one that was not", () => {
    expect(useText(sampleShare("Ana"))).toBe("");
    expect(useText(sampleShare("Ana", { oneTime: true }))).toBe("one-time, not opened yet");
    expect(useText(sampleShare("Ana", { oneTime: true, secret: undefined }))).toContain("opened: works in");
  });
});

describe("unusedGuest()", () => {
  it("gives the name of a link that has ended to the next one", () => {
    expect(unusedGuest([], 0)).toBe("Guest");
    expect(unusedGuest([sampleShare("Guest"), sampleShare("Guest 3")], 0)).toBe("Guest 2");
    expect(unusedGuest([sampleShare("Guest")], HOUR_MS)).toBe("Guest");
  });
});

describe("nameProblem()", () => {
  it("lets ordinary names be", () => {
    for (const name of ["Ana", "Ana, CI of the lab", "أنا", "🙂".repeat(MAX_NAME)]) {
      expect(nameProblem(name, [revoked], 0)).toBeUndefined();
    }
  });

  it("says what is wrong, and what helps", () => {
    expect(nameProblem("x".repeat(MAX_NAME + 1), [], 0)).toBe(
      "This name has 41 characters, and there is room for 40: make it shorter.",
    );
    expect(nameProblem("A\tna", [], 0)).toContain("control characters");
    expect(nameProblem("Ana", [sampleShare("Ana")], 0)).toBe(
      "Ana has a link already: add something that tells the two apart, or revoke that one first.",
    );
  });
});

describe("a new link", () => {
  it("is good for one of the times that can be chosen", () => {
    expect(LIFETIMES.map(({ ms }) => ms)).toContain(DEFAULT_LIFETIME_MS);
  });
});
