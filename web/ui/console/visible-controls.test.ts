import { describe, expect, it } from "vitest";
import { visibleControls } from "./visible-controls.ts";

const shown = (text: string) => new TextDecoder().decode(visibleControls(new TextEncoder().encode(text)));

describe("visibleControls()", () => {
  it("shows each control character, and begins a line at a line feed alone", () => {
    expect(shown("\x00\x07\x1b[31mred\t\x7f")).toBe("␀␇␛[31mred␉␡");
    expect(shown("a\r\nb\rc\n")).toBe("a␍␊\r\nb␍c␊\r\n");
  });

  it("leaves text alone, also where it is not UTF-8", () => {
    const bytes = Uint8Array.of(0x20, 0x7e, 0x80, 0x9b, 0xc3, 0xbc, 0xff);
    expect(visibleControls(bytes)).toBe(bytes);
  });
});
