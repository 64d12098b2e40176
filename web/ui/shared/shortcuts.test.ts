import { describe, expect, it } from "vitest";
import { HELP, type KeyPress, keysOf, PALETTE, PALETTE_ANYWHERE, SHORTCUTS } from "./shortcuts.ts";

function press(key: string, code: string, modifiers = ""): KeyPress {
  return {
    key,
    code,
    ctrlKey: modifiers.includes("C"),
    metaKey: modifiers.includes("M"),
    altKey: modifiers.includes("A"),
    shiftKey: modifiers.includes("S"),
  };
}

describe("the page's keys", () => {
  it("open the palette with Ctrl-K, and with Command-K on a Mac", () => {
    expect(PALETTE.matches(press("k", "KeyK", "C"))).toBe(true);
    expect(PALETTE.matches(press("k", "KeyK", "M"))).toBe(true);
    expect(PALETTE.matches(press("k", "KeyK", "CM"))).toBe(false);
    expect(PALETTE.matches(press("K", "KeyK", "CS"))).toBe(false);
    expect(PALETTE_ANYWHERE.matches(press("P", "KeyP", "CS"))).toBe(true);
  });

  it("know a letter by its place where Alt makes another of it", () => {
    const log = SHORTCUTS.find(({ command }) => command === "toggle-log");
    expect(log?.matches(press("Ò", "KeyL", "AS"))).toBe(true);
    expect(log?.matches(press("L", "KeyL", "S"))).toBe(false);
  });

  it("take a question mark wherever the keyboard has it, and not from a browser's own keys", () => {
    expect(HELP.matches(press("?", "Minus", "S"))).toBe(true);
    expect(HELP.matches(press("?", "Slash", "CS"))).toBe(false);
  });

  it("are never two for the same press", () => {
    const all = SHORTCUTS.map(({ keys }) => keys.join(" "));
    expect(new Set(all).size).toBe(all.length);
  });

  it("are shown with their command", () => {
    expect(keysOf("palette")).toEqual(["Ctrl", "K"]);
    expect(keysOf("no such command")).toBeUndefined();
  });
});
