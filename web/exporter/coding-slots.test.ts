import { describe, expect, it } from "vitest";
import { CodingSlots, MAX_CODED_FILES } from "./coding-slots.ts";

describe("CodingSlots", () => {
  it("refuses one more than there may be, and takes it when another is done, however often that is said", () => {
    const slots = new CodingSlots();
    const releases = Array.from({ length: MAX_CODED_FILES }, () => slots.take());
    expect(() => slots.take()).toThrow(/compressed files are on their way already: wait/);
    releases[0]?.();
    releases[0]?.();
    slots.take();
    expect(() => slots.take()).toThrow();
  });
});
