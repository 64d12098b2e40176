/**
 * `npm run types`: the TypeScript compiler over each runtime's folder, and over the unit tests. Prints what fails; exits 1 then.
 * Above: check.ts. Below: the tsconfig.json of each folder, which says what its runtime may see; tsconfig.test.json.
 */

import { availableParallelism } from "node:os";
import { type RunResult, run } from "./run.ts";
import { sourceFiles } from "./source-files.ts";

// The one at the root holds what the others share, and no files.
const projects = [...(await sourceFiles("tsconfig.json")), "tsconfig.test.json"].filter(
  (project) => project !== "tsconfig.json",
);

const waiting = [...projects];
const results = new Map<string, RunResult>();

async function worker(): Promise<void> {
  for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
    results.set(project, await run(["tsc", "-p", project]));
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, worker));

for (const project of projects) {
  const result = results.get(project);
  if (result === undefined || result.ok) continue;
  console.error(`${project}:\n${result.output}`);
  process.exitCode = 1;
}
