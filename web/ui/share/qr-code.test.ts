import { describe, expect, it } from "vitest";
import { darkRuns, qrCode } from "./qr-code.ts";

describe("darkRuns()", () => {
  it("draws neighbours in a row as one", () => {
    expect(
      darkRuns([
        [false, true, true, false, true],
        [false, false, false, false, false],
        [true, false, false, false, false],
      ]),
    ).toBe("M1 0h2v1H1zM4 0h1v1H4zM0 2h1v1H0z");
  });
});

describe("qrCode()", () => {
  it("keeps its quiet zone free, and has its three eyes", async () => {
    const { size, path } = await qrCode(`http://192.0.2.7:19090/#share=${"x".repeat(22)}`);
    // 56 bytes at 15 % need version 4: 33 modules a side.
    expect(size).toBe(33 + 2 * 4);
    for (const [, x, y] of path.matchAll(/M(\d+) (\d+)/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(4);
      expect(Number(y)).toBeGreaterThanOrEqual(4);
    }
    // Upper edges of the eyes are seven modules long.
    expect(path).toContain("M4 4h7v1H4z");
    expect(path).toContain(`M${size - 11} 4h7v1H${size - 11}z`);
    expect(path).toContain(`M4 ${size - 11}h7v1H4z`);
  });
});
