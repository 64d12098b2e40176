import { describe, expect, it } from "vitest";
import { codeLengths } from "./bz2-code-lengths.ts";

/** 1 when the words fill all there are. */
function fullness(lengths: Uint8Array): number {
  return lengths.reduce((sum, length) => sum + 2 ** -length, 0);
}

describe("codeLengths()", () => {
  it("should give frequent symbols short words", () => {
    const symbols = Uint16Array.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3]);
    expect([...codeLengths(symbols, 4)]).toEqual([1, 2, 3, 3]);
  });

  it("should give each symbol a word, also one that does not occur", () => {
    const lengths = codeLengths(Uint16Array.of(5, 5, 5), 258);
    expect(Math.min(...lengths)).toBeGreaterThan(0);
    expect(fullness(lengths)).toBe(1);
  });

  it("should make no word longer than bzip2 does, however unlike the symbols are", () => {
    // Each as frequent as the two before it together: one level for each symbol, if nothing limits it.
    const times = [1, 1];
    while (times.length < 22) times.push((times.at(-1) ?? 0) + (times.at(-2) ?? 0));
    const symbols = Uint16Array.from(
      times.flatMap((count, symbol) => Array.from({ length: count }, () => symbol)),
    );
    const lengths = codeLengths(symbols, times.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(17);
    expect(fullness(lengths)).toBe(1);
  });
});
