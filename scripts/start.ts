/**
 * `npm start`: the page, built when it has to be, and the relay that serves it.
 * Above: package.json. Below: page-build.ts, relay/main.ts.
 */

import { main } from "../relay/main.ts";
import { ensurePageBuilt, PageBuildError } from "./page-build.ts";

const argv = process.argv.slice(2);

try {
  // Whoever only asks, or brings a page, needs none built.
  const needsPage = !argv.some((arg) => /^(--help|-h|--version|--page(=.*)?)$/.test(arg));
  if (needsPage) await ensurePageBuilt();
  process.exitCode = await main(argv);
} catch (error) {
  if (!(error instanceof PageBuildError)) throw error;
  process.stderr.write(`Error: ${error.message}\n`);
  process.exitCode = 1;
}
