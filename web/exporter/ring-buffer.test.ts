import { describe, expect, it } from "vitest";
import { RingBuffer } from "./ring-buffer.ts";

describe("RingBuffer", () => {
  it("keeps the last items, in their order, whatever the number it is asked from", () => {
    for (let pushed = 0; pushed <= 23; pushed += 1) {
      const ring = new RingBuffer<number>(7);
      for (let item = 0; item < pushed; item += 1) ring.push(item);
      const first = Math.max(0, pushed - 7);
      expect(ring.first).toBe(first);
      expect(ring.next).toBe(pushed);
      for (let from = -1; from <= pushed + 1; from += 1) {
        const start = Math.max(from, first);
        const expected = Array.from({ length: Math.max(0, pushed - start) }, (_, index) => start + index);
        expect(ring.from(from)).toEqual(expected);
      }
    }
  });

  it("is empty after it was cleared, and takes items again", () => {
    const ring = new RingBuffer<string>(2);
    for (const item of ["a", "b", "c"]) ring.push(item);
    ring.clear();
    expect(ring.from(0)).toEqual([]);
    ring.push("d");
    expect(ring.from(0)).toEqual(["d"]);
  });
});
