// Builds the page. `--mode e2e` builds the same page with the test drivers of e2e/page/ in its catalogue.

import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

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

export default defineConfig(({ mode }) => ({
  root,
  base: "./",
  plugins: mode === "e2e" ? [testDrivers()] : [],
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
