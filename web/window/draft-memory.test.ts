import { describe, expect, it } from "vitest";
import { readDraft } from "./draft-memory.ts";

describe("readDraft()", () => {
  it("gives back what was written, with what is saved", () => {
    const kept = JSON.stringify({ benchId: "b", yaml: "new", original: "old" });
    expect(readDraft(kept)).toMatchObject({ benchId: "b", yaml: "new", original: "old" });
    expect(readDraft(JSON.stringify({ yaml: "new", original: "old" }))).toMatchObject({ benchId: undefined });
  });

  it("knows which drivers were moved, and believes no other text", () => {
    const moved = [{ from: ["serial"], to: ["box", "serial"] }];
    const kept = (value: unknown) => JSON.stringify({ yaml: "new", original: "old", moved: value });
    expect(readDraft(kept(moved))?.moved).toEqual(moved);
    expect(readDraft(kept([...moved, null, { from: "a", to: ["b"] }, { from: [], to: [] }]))?.moved).toEqual(
      moved,
    );
    expect(readDraft(kept("all"))?.moved).toBeUndefined();
  });

  for (const nothing of [undefined, "", "{", "5", "null", '{"yaml": 5}', '{"yaml": "a", "original": "a"}']) {
    it(`is nothing for ${nothing}`, () => {
      expect(readDraft(nothing)).toBeUndefined();
    });
  }
});
