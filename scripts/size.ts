/**
 * `npm run size`: what a browser loads before it draws the page, in gzip. Fails above the limit.
 * Above: package.json, check.ts. Below: page-size.ts, vite.
 */

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { type BuiltFile, firstPaint, largestLater } from "./page-size.ts";

/** 90 kB: on a slow phone line of 1.6 Mbit/s that is half a second. */
const LIMIT_BYTES = 90_000;

/** The largest parts that come later, in the table. */
const LATER_SHOWN = 12;

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The page beside the board, and a colleague's. */
const PAGES = [
  { name: "the page", start: ["index.html", "main.ts"] },
  { name: "a colleague's page", start: ["index.html", "guest/start.ts"] },
];

const files = builtFiles(await buildPage());
const paints = PAGES.map(({ name, start }) => ({ name, ...firstPaint(files, start) }));
for (const { name, bytes, files: first } of paints) {
  console.log(`${kilobytes(bytes)}  ${name}, before it is drawn (at most ${LIMIT_BYTES / 1000} kB)`);
  for (const file of first) console.log(`  ${kilobytes(file.size)}  ${file.name}`);
}
console.log("later, when it is needed:");
for (const file of largestLater(files, paints, LATER_SHOWN)) {
  console.log(`  ${kilobytes(file.size)}  ${file.name}`);
}
for (const { name, bytes } of paints) {
  if (bytes <= LIMIT_BYTES) continue;
  console.error(
    `size: ${name} has grown to ${bytes} bytes: load what is not needed at once by import(), or find what came with it.`,
  );
  process.exitCode = 1;
}

/** As it is delivered, but not written: whatever is in dist/ stays as it is. */
async function buildPage(): Promise<Rolldown.RolldownOutput> {
  const built = await build({
    configFile: `${ROOT}vite.config.ts`,
    logLevel: "error",
    build: { write: false },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !("output" in output)) throw new Error("vite has not built the page");
  return output;
}

function builtFiles({ output }: Rolldown.RolldownOutput): readonly BuiltFile[] {
  return output.flatMap((one): readonly BuiltFile[] => {
    if (one.fileName.endsWith(".map")) return [];
    const text = one.type === "chunk" ? one.code : one.source;
    const size = gzipSync(text, { level: 9 }).length;
    if (one.type === "asset") {
      return [{ name: one.fileName, size, with: linksOf(one), later: [], source: undefined }];
    }
    const styles = one.viteMetadata?.importedCss ?? [];
    return [
      {
        name: one.fileName,
        size,
        with: [...one.imports, ...styles],
        later: one.dynamicImports,
        source: one.facadeModuleId?.split("/web/").at(-1),
      },
    ];
  });
}

/** Scripts and styles that a document names. */
function linksOf({ fileName, source }: Rolldown.OutputAsset): readonly string[] {
  if (!fileName.endsWith(".html")) return [];
  return [...String(source).matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].flatMap(
    ([, name]) => name ?? [],
  );
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(6)} kB`;
}
