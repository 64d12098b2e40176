import { describe, expect, it } from "vitest";
import { readDraft } from "./draft-memory.ts";

describe("readDraft()", () => {
  it("gives back what was written, with what is saved", () => {
    const kept = JSON.stringify({ benchId: "b", yaml: "new", original: "old" });
    expect(readDraft(kept)).toMatchObject({ benchId: "b", yaml: "new", original: "old" });
    expect(readDraft(JSON.stringify({ yaml: "new", original: "old" }))).toMatchObject({ benchId: undefined });
  });

  for (const nothing of [undefined, "", "{", "5", "null", '{"yaml": 5}', '{"yaml": "a", "original": "a"}']) {
    it(`is nothing for ${nothing}`, () => {
      expect(readDraft(nothing)).toBeUndefined();
    });
  }
});
