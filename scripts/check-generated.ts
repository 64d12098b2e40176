/**
 * `npm run generated`: generates proto/gen again, elsewhere, and compares. Exits 1 when they differ.
 * Above: check.ts. Below: buf and protoc-gen-es, both installed; no network.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compareFolders } from "./compare-folders.ts";
import { run } from "./run.ts";
import { ROOT } from "./source-files.ts";

const target = await mkdtemp(join(tmpdir(), "jumptab-generated-"));
try {
  const result = await run(["buf", "generate", "--output", target], { cwd: new URL("proto/", ROOT) });
  if (!result.ok) {
    console.error(result.output);
    process.exitCode = 1;
  } else {
    const differences = await compareFolders(fileURLToPath(new URL("proto/gen", ROOT)), join(target, "gen"));
    for (const difference of differences) console.error(`proto/gen/${difference}`);
    if (differences.length > 0) {
      console.error(
        `\nproto/gen is not what the .proto files give: run "npm run generate" and commit the result`,
      );
      process.exitCode = 1;
    }
  }
} finally {
  await rm(target, { recursive: true });
}
