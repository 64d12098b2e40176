import { describe, expect, it } from "vitest";
import { readIntelHex, writeIntelHex } from "./intel-hex.ts";

/** From the format's own description: sixteen bytes at 0x0100, eight more behind, and an end. */
const SAMPLE = `:10010000214601360121470136007EFE09D2190140
:08011000194E7923462396578E
:00000001FF
`;

describe("readIntelHex()", () => {
  it("joins neighbours, and heeds extended addresses", () => {
    const [first, second, ...rest] = readIntelHex(
      `${SAMPLE.replace(":00000001FF\n", "")}:020000040800F2\n:0400000001020304F2\n:00000001FF\n`,
    );
    expect(rest).toEqual([]);
    expect(first?.address).toBe(0x100);
    expect(first?.bytes).toHaveLength(24);
    expect(second).toEqual({ address: 0x0800_0000, bytes: Uint8Array.of(1, 2, 3, 4) });
  });

  it("takes the line ends of all systems, and empty lines", () => {
    expect(readIntelHex(`\r\n${SAMPLE.replaceAll("\n", "\r\n")}`)).toHaveLength(1);
  });

  it.each([
    ["a checksum", SAMPLE.replace("0140\n", "0141\n"), /line 1 .* checksum/],
    ["a missing end", SAMPLE.replace(":00000001FF\n", ""), /no end record/],
    ["a line that is cut", `${SAMPLE.slice(0, 30)}\n`, /line 1 .*(no record|longer or shorter)/],
    ["another file", "hello\n", /line 1 .* no record/],
    ["a type that there is not", ":00000009F7\n", /type 9/],
  ])("says the line of %s", (_, text, words) => {
    expect(() => readIntelHex(text)).toThrow(words);
  });

  it("notices every digit that is another one", () => {
    const digits = [...SAMPLE.matchAll(/[0-9A-F]/g)].map(({ index }) => index);
    for (const at of digits) {
      const other = SAMPLE[at] === "5" ? "6" : "5";
      expect(
        () => readIntelHex(SAMPLE.slice(0, at) + other + SAMPLE.slice(at + 1)),
        `digit at ${at}`,
      ).toThrow();
    }
  });
});

describe("writeIntelHex()", () => {
  it("is what is read back, over the bounds of 64 KiB", () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index * 7);
    const segments = [
      { address: 0x0800_fff0, bytes },
      { address: 0x2000_0001, bytes: Uint8Array.of(9) },
    ];
    expect(readIntelHex(writeIntelHex(segments))).toEqual(segments);
  });
});
