// Builds the page. `--mode e2e` builds the same page with the test drivers of e2e/page/ in its catalogue.

import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, defineConfig, type Plugin } from "vite";

const root = fileURLToPath(new URL("web/", import.meta.url));
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Puts e2e/page/worker.ts in the place of web/worker.ts: the page itself stays as it is. */
function testDrivers(): Plugin {
  return {
    name: "jumptab-test-drivers",
    enforce: "pre",
    transform(code, id) {
      if (id !== path("web/main.ts")) return null;
      return code.replaceAll("./worker.ts", "../e2e/page/worker.ts");
    },
  };
}

/** A browser has no zlib, and just-bash imports it for commands that web/hooks leaves out. */
function withoutZlib(): Plugin {
  const id = "\0without-zlib";
  return {
    name: "jumptab-without-zlib",
    enforce: "pre",
    resolveId: (source) => (source === "node:zlib" ? id : null),
    load: (loaded) =>
      loaded === id
        ? `const none = () => { throw new Error("a page cannot compress"); };
           export { none as gzipSync, none as gunzipSync };
           export const constants = {};`
        : null,
  };
}

/** Builds web/sw.ts to the root of the page, in one piece, with the list of all that the page consists of. */
function serviceWorker(): Plugin {
  return {
    name: "jumptab-service-worker",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      async handler(_options, bundle) {
        const built = Object.values(bundle).filter(({ fileName }) => !/\.map$|^index\.html$/.test(fileName));
        // What is drawn first comes first, and the largest last: it is left out where there is no room.
        const rank = (name: string): number => (/^assets\/index-/.test(name) ? 0 : 1);
        const assets = built
          .map((one) => ({
            name: one.fileName,
            size: one.type === "chunk" ? one.code.length : one.source.length,
          }))
          .sort((left, right) => rank(left.name) - rank(right.name) || left.size - right.size)
          .map(({ name }) => name);
        const files = ["", ...(await readdir(`${root}public`)), ...assets];
        const page = bundle["index.html"];
        const version = createHash("sha256")
          .update(JSON.stringify(files))
          .update(page?.type === "asset" ? page.source : "")
          .digest("hex")
          .slice(0, 16);
        this.emitFile({ type: "asset", fileName: "sw.js", source: await buildWorker({ version, files }) });
      },
    },
  };
}

async function buildWorker(shell: { version: string; files: readonly string[] }): Promise<string> {
  const built = await build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: "warn",
    define: { SHELL_FILES: JSON.stringify(shell) },
    build: {
      write: false,
      target: "es2023",
      lib: { entry: path("web/sw.ts"), formats: ["es"], fileName: "sw" },
    },
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  const [script] = bundle !== undefined && "output" in bundle ? bundle.output : [];
  if (script?.type !== "chunk") throw new Error("web/sw.ts was not built to one script");
  return script.code;
}

export default defineConfig(({ mode }) => ({
  root,
  base: "./",
  plugins: [...(mode === "e2e" ? [testDrivers()] : []), serviceWorker()],
  worker: { format: "es", plugins: () => [withoutZlib()] },
  build: {
    outDir: path(mode === "e2e" ? "dist-e2e" : "dist"),
    emptyOutDir: true,
    target: "es2023",
    sourcemap: true,
    chunkSizeWarningLimit: 600,
  },
  server: { host: "127.0.0.1" },
  clearScreen: false,
}));
