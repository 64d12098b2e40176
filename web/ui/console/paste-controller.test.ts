import { describe, expect, it } from "vitest";
import { PasteController } from "./paste-controller.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

function createPaste({ open = true, wantsBrackets = false } = {}) {
  const typed: string[] = [];
  const sent: Blob[] = [];
  const host = {
    addController: () => undefined,
    removeController: () => undefined,
    requestUpdate: () => undefined,
    updateComplete: Promise.resolve(true),
  };
  const paste = new PasteController(host, {
    open: () => open,
    settings: () => DEFAULT_SETTINGS,
    wantsBrackets: () => wantsBrackets,
    type: (bytes) => typed.push(new TextDecoder().decode(bytes)),
    send: (_name, bytes) => sent.push(bytes),
  });
  return { paste, typed, sent };
}

describe("PasteController", () => {
  it("types a short line, and asks nobody", () => {
    const { paste, typed } = createPaste();
    expect(paste.paste("ls -l")).toBe(false);
    expect(typed).toEqual(["ls -l"]);
    expect(paste.lines).toBeUndefined();
  });

  for (const [what, text, lines] of [
    ["several lines", "one\ntwo\n", 2],
    ["a line that is long", "x".repeat(513), 1],
  ] as const) {
    it(`asks before it sends ${what}`, async () => {
      const { paste, typed, sent } = createPaste();
      expect(paste.paste(text)).toBe(true);
      expect(paste.lines).toBe(lines);
      expect(typed).toEqual([]);
      paste.answer(true);
      expect(await sent[0]?.text()).toBe(text.replaceAll("\n", "\r"));
      expect(paste.lines).toBeUndefined();
    });
  }

  it("sends nothing of what was refused", () => {
    const { paste, sent } = createPaste();
    paste.paste("one\ntwo");
    paste.answer(false);
    paste.answer(true);
    expect(sent).toEqual([]);
  });

  it("puts the signs around it that a program has asked for", async () => {
    const { paste, sent } = createPaste({ wantsBrackets: true });
    paste.paste("one\ntwo");
    paste.answer(true);
    expect(await sent[0]?.text()).toBe("\u001b[200~one\rtwo\u001b[201~");
  });

  it("takes nothing while the console is closed, or only listens", () => {
    const { paste, typed } = createPaste({ open: false });
    expect(paste.paste("ls")).toBe(false);
    expect(typed).toEqual([]);
  });
});
