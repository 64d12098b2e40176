import { describe, expect, it } from "vitest";
import { randomSecret, sha256 } from "./random-secret.ts";

describe("randomSecret()", () => {
  it("has 22 letters and digits", () => {
    expect(randomSecret((into) => crypto.getRandomValues(into))).toMatch(/^[A-Za-z0-9]{22}$/);
  });

  it("throws away bytes that would favour some letters", () => {
    let round = 0;
    const secret = randomSecret((into) => {
      into.fill(round === 0 ? 255 : 61);
      round += 1;
    });
    expect(secret).toBe("9".repeat(22));
    expect(round).toBe(2);
  });
});

describe("sha256()", () => {
  const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  it("is that of the platform", async () => {
    expect(await sha256("abc", crypto.subtle)).toBe(ABC);
  });

  it("is the same where a page has no crypto.subtle", async () => {
    expect(await sha256("abc", undefined)).toBe(ABC);
  });
});
