// Every element that a page draws is loaded by that page: one that is not stays empty, and nothing says so.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL(".", import.meta.url));

/** Each source that is loaded from here on, at once or by import(), with its text. */
function loadedBy(entry: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const open = [join(root, entry)];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file) || !file.endsWith(".ts")) continue;
    const text = readFileSync(file, "utf8");
    found.set(file, text);
    const statics = text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^;]*?from\s+)?"(\.[^"]+\.ts)"/gm);
    const lazy = text.matchAll(/\bimport\("(\.[^"]+\.ts)"\)/g);
    for (const [, specifier = ""] of [...statics, ...lazy]) open.push(join(file, "..", specifier));
  }
  return found;
}

test.each(["main.ts", "guest/start.ts"])("what %s draws is loaded with it", (entry) => {
  const texts = [...loadedBy(entry).values()];
  const all = (pattern: RegExp): string[] =>
    texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = ""]) => name));
  const defined = new Set(all(/customElements\.define\(\s*"([a-z-]+)"/g));
  const drawn = new Set(all(/<(jumptab-[a-z-]+)/g));
  expect(drawn.size).toBeGreaterThan(10);
  // The page's own frame is in index.html, for whichever of the two it becomes.
  expect([...drawn].filter((name) => !defined.has(name))).toEqual([]);
});
