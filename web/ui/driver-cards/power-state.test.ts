import { describe, expect, it } from "vitest";
import { lastReading, powerState } from "./power-state.ts";

describe("powerState()", () => {
  it("takes what is there", () => {
    expect(powerState({ on: true, voltage: 5, current: 0.4 })).toEqual({
      on: true,
      voltage: 5,
      current: 0.4,
    });
  });

  it("does not guess: nothing, and values of another kind, are unknown", () => {
    const unknown = { on: undefined, voltage: undefined, current: undefined };
    expect(powerState({})).toEqual(unknown);
    expect(powerState({ on: "yes", voltage: "5", current: null })).toEqual(unknown);
  });
});

describe("lastReading()", () => {
  it("is the newest", () => {
    expect(
      lastReading([
        { voltage: 0, current: 0 },
        { voltage: 5, current: 2 },
      ]),
    ).toEqual({ voltage: 5, current: 2 });
  });

  for (const items of [[], [null], ["5 V"], [[1, 2]], [{}]]) {
    it(`finds none in ${JSON.stringify(items)}`, () => {
      expect(lastReading(items)).toBeUndefined();
    });
  }
});
