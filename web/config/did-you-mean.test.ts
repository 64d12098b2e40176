import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "./did-you-mean.ts";

describe("didYouMean()", () => {
  for (const [written, meant] of [
    ["tpye", "type"],
    ["childen", "children"],
    ["baud_rate", "baudrate"],
    ["Config", "config"],
    ["failure_detection", "failureDetection"],
  ] as const) {
    it(`finds "${meant}" behind "${written}"`, () => {
      expect(nearest(written, ["type", "config", "children", "baudrate", "failureDetection"])).toBe(meant);
    });
  }

  it("suggests nothing when nothing is near", () => {
    expect(didYouMean("voltage", ["type", "config"])).toBe("");
  });

  it("prefers the nearest of several", () => {
    expect(didYouMean("power2", ["power", "power1", "power22"])).toContain(`"power`);
    expect(nearest("serail", ["serial", "aerial"])).toBe("serial");
  });
});
