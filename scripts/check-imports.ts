/**
 * `npm run imports`: every import of the repository against import-rules.ts, and no circles. Prints file:line and the rule;
 * exits 1 when there is one.
 * Above: check.ts. Below: read-imports.ts, import-rules.ts, import-circles.ts.
 */

import { readFile } from "node:fs/promises";
import { findCircles } from "./import-circles.ts";
import { judgeImport, judgeWords, targetOf } from "./import-rules.ts";
import { readSource } from "./read-imports.ts";
import { ROOT, sourceFiles } from "./source-files.ts";

const complaints: string[] = [];
const graph = new Map<string, string[]>();

for (const file of await sourceFiles(".ts")) {
  if (file.endsWith(".d.ts")) continue;
  const { imports, words } = readSource(await readFile(new URL(file, ROOT), "utf8"));
  for (const found of imports) {
    const rule = judgeImport(file, found);
    if (rule !== undefined)
      complaints.push(`${file}:${found.line}: imports "${found.specifier}", but ${rule}`);
    const target = targetOf(file, found.specifier);
    if (target !== undefined && found.kind !== "dynamic")
      graph.set(file, [...(graph.get(file) ?? []), target]);
  }
  for (const { line, word, rule } of judgeWords(file, words)) {
    complaints.push(`${file}:${line}: uses "${word}", but ${rule}`);
  }
}

for (const circle of findCircles(graph)) {
  complaints.push(`${circle[0]}:1: is in a circle of imports: ${[...circle, circle[0]].join(" → ")}`);
}

if (complaints.length > 0) {
  console.error(complaints.join("\n"));
  console.error(
    `\n${complaints.length} import${complaints.length === 1 ? "" : "s"} against the rules of scripts/import-rules.ts`,
  );
  process.exitCode = 1;
}
