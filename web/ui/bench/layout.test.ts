import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings } from "../../../proto/tunnel/testing/fuzz.ts";
import {
  driverKey,
  FIRST_LAYOUT,
  MAX_FOLDED,
  NARROWEST_SIDE,
  readLayout,
  SECTIONS,
  WIDEST_SIDE,
  withFolded,
  withMoved,
  withSide,
  writeLayout,
} from "./layout.ts";

describe("a bench's layout", () => {
  it("keeps the log within what can be read", () => {
    expect(withSide(FIRST_LAYOUT, 3).side).toBe(NARROWEST_SIDE);
    expect(withSide(FIRST_LAYOUT, 98).side).toBe(WIDEST_SIDE);
    expect(withSide(FIRST_LAYOUT, 33.333).side).toBe(33.3);
  });

  it("folds a card once, and unfolds it", () => {
    const key = driverKey(["board", "power"]);
    const once = withFolded(withFolded(FIRST_LAYOUT, key, true), key, true);
    expect(once.folded).toEqual([key]);
    expect(withFolded(once, key, false)).toEqual(FIRST_LAYOUT);
  });

  it("tells a driver with a dot in its name from one below another", () => {
    expect(driverKey(["a.b"])).not.toBe(driverKey(["a", "b"]));
  });

  it("unfolds the first of too many", () => {
    let layout = FIRST_LAYOUT;
    for (let index = 0; index <= MAX_FOLDED; index += 1) layout = withFolded(layout, `${index}`, true);
    expect(layout.folded).toHaveLength(MAX_FOLDED);
    expect(layout.folded[0]).toBe("1");
  });

  it("moves a section by one place, and not beyond the ends", () => {
    const moved = withMoved(FIRST_LAYOUT, "drivers", "up");
    expect(moved.order).toEqual(["drivers", "share", "terminal", "settings"]);
    expect(withMoved(moved, "drivers", "up")).toEqual(moved);
    expect(withMoved(FIRST_LAYOUT, "settings", "down")).toEqual(FIRST_LAYOUT);
  });

  it("comes back as it was written, and is not written while it is the first", () => {
    const layout = withFolded(withMoved(withSide(FIRST_LAYOUT, 40), "share", "down"), "log", true);
    expect(readLayout(writeLayout(layout))).toEqual(layout);
    expect(writeLayout(FIRST_LAYOUT)).toBeUndefined();
  });

  it("makes a layout of any text, with every section in it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { side, order } = readLayout(text);
        expect([...order].sort()).toEqual([...SECTIONS].sort());
        expect(side).toBeGreaterThanOrEqual(NARROWEST_SIDE);
        expect(side).toBeLessThanOrEqual(WIDEST_SIDE);
      }),
      fuzzSettings(),
    );
  });

  it("leaves out what is damaged, and keeps the rest", () => {
    expect(
      readLayout('{"side":"wide","folded":["log",7],"order":["share","share","drivers","terminal"]}'),
    ).toEqual({
      ...FIRST_LAYOUT,
      folded: ["log"],
    });
  });
});
