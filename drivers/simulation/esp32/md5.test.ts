import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hex, md5 } from "./md5.ts";

describe("md5()", () => {
  // Around the padding's borders, and more than one block.
  for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 100_000]) {
    it(`agrees with the platform's on ${length} bytes`, () => {
      const message = Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8));
      expect(hex(md5(message))).toBe(createHash("md5").update(message).digest("hex"));
    });
  }

  it("reads a view where it lies in its buffer", () => {
    const buffer = Uint8Array.from({ length: 200 }, (_, i) => i);
    expect(md5(buffer.subarray(3, 150))).toEqual(md5(buffer.slice(3, 150)));
  });
});
