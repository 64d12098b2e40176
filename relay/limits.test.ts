import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as tunnelLimits from "../proto/tunnel/limits.ts";
import * as relayLimits from "./limits.ts";
import * as runLimits from "./run/limits.ts";
import { type Limits, limitTables, unlisted, withUnit } from "./testing/limits-table.ts";

const DOCUMENT = fileURLToPath(new URL("../docs/limits.md", import.meta.url));

const FILES: readonly (readonly [path: string, limits: Limits])[] = [
  ["relay/limits.ts", relayLimits],
  ["relay/run/limits.ts", runLimits],
  ["proto/tunnel/limits.ts", tunnelLimits],
];

const sourceOf = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

describe("docs/limits.md", () => {
  // A change of a limit is written there with: npx vitest run relay/limits.test.ts -u
  it("says what the code says", async () => {
    let text = readFileSync(DOCUMENT, "utf8");
    for (const [path, limits] of FILES) {
      const block = new RegExp(`(<!-- limits of ${path} -->\n)[\\s\\S]*?(<!-- end -->)`);
      expect(text, path).toMatch(block);
      const tables = limitTables(sourceOf(path), limits);
      text = text.replace(block, (_, begin: string, end: string) => `${begin}\n${tables}\n\n${end}`);
    }
    await expect(text).toMatchFileSnapshot(DOCUMENT);
  });

  for (const [path, limits] of FILES) {
    it(`has a reason for every limit of ${path}`, () => {
      expect(unlisted(sourceOf(path), limits)).toEqual([]);
    });
  }

  it("says values in the unit of their names", () => {
    expect(withUnit("A_MS", 250)).toBe("250 ms");
    expect(withUnit("A_MS", 1500)).toBe("1.5 s");
    expect(withUnit("graceMs", 35_000)).toBe("35 s");
    expect(withUnit("A_BYTES", 9)).toBe("9 B");
    expect(withUnit("windowBytes", 512 * 1024)).toBe("512 KiB");
    expect(withUnit("A_BYTES", 2 ** 20)).toBe("1 MiB");
    expect(withUnit("MAX_A", 1024)).toBe("1024");
  });
});
