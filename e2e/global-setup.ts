/**
 * Before the first test: what the tests need is prepared, and the pages are built.
 * Above: playwright.config.ts. Below: scripts/. Both do nothing when there is nothing to do.
 */

import { fileURLToPath } from "node:url";
import { ensurePageBuilt } from "../scripts/page-build.ts";
import { prepare } from "../scripts/prepare.ts";

/** Hundreds of relays are started: what Node makes of their source is made once, and takes half of each start. Git ignores the folder. */
const COMPILE_CACHE = fileURLToPath(new URL("../.cache/node-compile", import.meta.url));

export default async function setUp(): Promise<void> {
  // The workers, and what they start, inherit it.
  process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE;
  await prepare();
  await ensurePageBuilt({ mode: "e2e" });
  // The stories of `run` and of `npm start` use the product's own page.
  await ensurePageBuilt();
}
