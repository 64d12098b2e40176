import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compareFolders } from "./compare-folders.ts";

it("compareFolders() names files that differ, are missing, or are too many", async () => {
  const root = await mkdtemp(join(tmpdir(), "jumptab-compare-"));
  try {
    const write = async (path: string, text: string) => {
      await mkdir(join(root, path, ".."), { recursive: true });
      await writeFile(join(root, path), text);
    };
    for (const side of ["actual", "expected"]) await write(`${side}/v1/same.ts`, "x");
    await write("actual/v1/other.ts", "x");
    await write("expected/v1/other.ts", "y");
    await write("actual/old.ts", "x");
    await write("expected/new.ts", "x");
    expect(await compareFolders(join(root, "actual"), join(root, "expected"))).toEqual([
      "new.ts: is missing",
      "old.ts: is not generated any more",
      "v1/other.ts: differs",
    ]);
  } finally {
    await rm(root, { recursive: true });
  }
});
