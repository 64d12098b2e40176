/**
 * Before the first test: what the tests need is prepared, and the pages are built.
 * Above: playwright.config.ts. Below: scripts/. Both do nothing when there is nothing to do.
 */

import { ensurePageBuilt } from "../scripts/page-build.ts";
import { prepare } from "../scripts/prepare.ts";

export default async function setUp(): Promise<void> {
  await prepare();
  await ensurePageBuilt({ mode: "e2e" });
  // The stories of `run` and of `npm start` use the product's own page.
  await ensurePageBuilt();
}
