/**
 * Whether two folders hold the same files.
 * Above: check-generated.ts. Below: node:fs.
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** @returns One line for each file that differs, sorted: its path inside the folders, and what is wrong with it. */
export async function compareFolders(actual: string, expected: string): Promise<readonly string[]> {
  const [actualFiles, expectedFiles] = await Promise.all([filesIn(actual), filesIn(expected)]);
  const differences: string[] = [];
  for (const file of new Set([...actualFiles, ...expectedFiles])) {
    if (!actualFiles.has(file)) differences.push(`${file}: is missing`);
    else if (!expectedFiles.has(file)) differences.push(`${file}: is not generated any more`);
    else if (!(await same(join(actual, file), join(expected, file)))) differences.push(`${file}: differs`);
  }
  return differences.sort();
}

async function filesIn(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
  );
}

async function same(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([readFile(one), readFile(other)]);
  return a.equals(b);
}
