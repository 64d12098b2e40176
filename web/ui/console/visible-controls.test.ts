import { describe, expect, it } from "vitest";
import { visibleControls } from "./visible-controls.ts";

/** What stands in reverse, in brackets. */
const shown = (text: string) =>
  new TextDecoder()
    .decode(visibleControls(new TextEncoder().encode(text)))
    .replaceAll("\x1b[7m", "<")
    .replaceAll("\x1b[27m", ">");

describe("visibleControls()", () => {
  it("shows each control character, and begins a line at a line feed alone", () => {
    expect(shown("\x00\x07\x1b[31mred\t\x7f")).toBe("<^@><^G><^[>[31mred<^I><^?>");
    expect(shown("a\r\nb\rc\n")).toBe("a<^M><^J>\r\nb<^M>c<^J>\r\n");
  });

  it("leaves text alone, also where it is not UTF-8", () => {
    const bytes = Uint8Array.of(0x20, 0x7e, 0x80, 0x9b, 0xc3, 0xbc, 0xff);
    expect(visibleControls(bytes)).toBe(bytes);
  });
});
