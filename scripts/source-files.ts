/**
 * The files of this repository, without what is installed or built.
 * Above: check-imports.ts, types.ts. Below: node:fs.
 */

import { readdir } from "node:fs/promises";

/** The repository's root, with a slash at the end. */
export const ROOT = new URL("../", import.meta.url);

/** Neither ours nor written by hand. Hidden folders are left out too. */
const SKIPPED: ReadonlySet<string> = new Set([
  "node_modules",
  "dist",
  "dist-e2e",
  "test-results",
  "playwright-report",
]);

/** @returns Paths from the root, with slashes, sorted. */
export async function sourceFiles(ending: string, folder = ""): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(new URL(folder, ROOT), { withFileTypes: true })) {
    if (entry.isDirectory()) {
      if (SKIPPED.has(entry.name) || entry.name.startsWith(".")) continue;
      found.push(...(await sourceFiles(ending, `${folder}${entry.name}/`)));
    } else if (entry.name.endsWith(ending)) {
      found.push(`${folder}${entry.name}`);
    }
  }
  return found.sort();
}
