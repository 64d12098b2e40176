import { describe, expect, it } from "vitest";
import { closeReason } from "./web-socket.ts";

describe("closeReason()", () => {
  it("leaves what fits as it is", () => {
    expect(closeReason("short")).toBe("short");
    expect(closeReason("x".repeat(123))).toBe("x".repeat(123));
  });

  for (const [character, bytes] of [
    ["x", 123],
    ["ü", 122],
    ["€", 123],
    ["🛠", 120],
  ] as const) {
    it(`cuts a text of ${character} to a close frame, in whole characters`, () => {
      const cut = closeReason(character.repeat(200));
      expect(Buffer.byteLength(cut)).toBe(bytes);
      expect(cut.replaceAll(character, "")).toBe("");
    });
  }
});
