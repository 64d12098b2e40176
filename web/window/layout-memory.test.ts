import { describe, expect, it } from "vitest";
import { LayoutMemory } from "./layout-memory.ts";

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

describe("LayoutMemory", () => {
  it("keeps one layout for each bench, for the next page as well", () => {
    const browser = storage();
    new LayoutMemory(() => browser).set("a", "wide");
    new LayoutMemory(() => browser).set("b", "narrow");
    new LayoutMemory(() => browser).set("a", "wider");
    const next = new LayoutMemory(() => browser);
    expect(next.get("a")).toBe("wider");
    expect(next.get("b")).toBe("narrow");
    next.set("a", undefined);
    expect(next.get("a")).toBeUndefined();
  });

  it("forgets the one that was arranged longest ago when there are too many", () => {
    const memory = new LayoutMemory(
      (
        (browser) => () =>
          browser
      )(storage()),
    );
    for (let bench = 0; bench < 65; bench += 1) memory.set(`${bench}`, "x");
    expect(memory.get("0")).toBeUndefined();
    expect(memory.get("1")).toBe("x");
    expect(memory.get("64")).toBe("x");
  });

  it("keeps no layout that no bench can have", () => {
    const memory = new LayoutMemory(
      (
        (browser) => () =>
          browser
      )(storage()),
    );
    memory.set("a", "x".repeat(8193));
    expect(memory.get("a")).toBeUndefined();
  });

  it("begins afresh where storage is forbidden, full, or holds something else", () => {
    const forbidden = new LayoutMemory(() => {
      throw new DOMException("no", "SecurityError");
    });
    forbidden.set("a", "wide");
    expect(forbidden.get("a")).toBeUndefined();
    const odd = storage();
    odd.setItem("jumptab-layouts", '{"a":"wide"}');
    expect(new LayoutMemory(() => odd).get("a")).toBeUndefined();
  });
});
