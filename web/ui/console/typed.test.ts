import { describe, expect, it } from "vitest";
import { bracketed, echoOf, lineCount, pastedText, typedBytes } from "./typed.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const utf8 = (value: string) => new TextEncoder().encode(value);

describe("typedBytes()", () => {
  for (const [enter, wanted] of [
    ["cr", "ls\r"],
    ["lf", "ls\n"],
    ["crlf", "ls\r\n"],
  ] as const) {
    it(`sends ${enter.toUpperCase()} for Enter when it is set so`, () => {
      expect(text(typedBytes("ls\r", { enter, backspace: "del" }))).toBe(wanted);
    });
  }

  it("sends DEL or BS for Backspace, and leaves Ctrl-H as it is", () => {
    expect(text(typedBytes("\x7f\b", { enter: "cr", backspace: "del" }))).toBe("\x7f\b");
    expect(text(typedBytes("\x7f\b", { enter: "cr", backspace: "bs" }))).toBe("\b\b");
  });

  it("leaves everything else as it is", () => {
    expect(text(typedBytes("\x03\x1b[Aü\n", { enter: "cr", backspace: "del" }))).toBe("\x03\x1b[Aü\n");
  });
});

describe("a paste", () => {
  it("has Enter's own line ends, whatever it came with", () => {
    expect(pastedText("a\r\nb\rc\nd", { enter: "cr" })).toBe("a\rb\rc\rd");
    expect(pastedText("a\r\nb\rc\nd", { enter: "crlf" })).toBe("a\r\nb\r\nc\r\nd");
  });

  for (const [value, lines] of [
    ["", 0],
    ["ls", 1],
    ["ls\n", 1],
    ["a\nb", 2],
    ["a\r\nb\r\n", 2],
    ["\n\n", 2],
  ] as const) {
    it(`of ${JSON.stringify(value)} is ${lines} lines`, () => {
      expect(lineCount(value)).toBe(lines);
    });
  }

  it("cannot end its own brackets", () => {
    expect(bracketed("a\x1b[201~rm -rf /\r")).toBe("\x1b[200~arm -rf /\r\x1b[201~");
  });
});

describe("echoOf()", () => {
  for (const [what, sent, shown] of [
    ["text as it is", "ls -l ü\t", "ls -l ü\t"],
    ["each kind of line end as one", "a\rb\nc\r\nd", "a\r\nb\r\nc\r\nd"],
    ["what is rubbed out", "ab\x7f\b", "ab\b \b\b \b"],
    ["control keys by their names", "\x03\x04", "^C^D"],
    ["nothing of cursor keys", "a\x1b[1;5Cb\x1bOPc\x1bxd", "abcd"],
    ["nothing of a key that is cut off", "a\x1b[", "a"],
    ["nothing of Escape alone", "\x1b", ""],
  ] as const) {
    it(`shows ${what}`, () => {
      expect(text(echoOf(utf8(sent)))).toBe(shown);
    });
  }
});
