/**
 * The built page, from a directory: GET and HEAD, with types, caching and security headers.
 * Above: dispatch.ts. Below: node:fs. Nothing outside the directory is ever read, whatever the path says.
 */

import { type FileHandle, open, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import type { HeaderList } from "../proto/tunnel/index.ts";
import { answerText, type HttpExchange } from "./http-exchange.ts";
import { EXPORTER_WORKER_HEADERS, SECURITY_HEADERS } from "./security-headers.ts";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
  ".yaml": "text/yaml; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

/** 64 KiB read from a file at a time. */
const READ_BYTES = 64 * 1024;

/** Serves the page; resolves when the answer is complete. Rejects only when the file system does. */
export async function serveStatic(exchange: HttpExchange, directory: string): Promise<void> {
  if (exchange.method !== "GET" && exchange.method !== "HEAD") {
    answerText(exchange, 405, "This address answers GET and HEAD only.", [["allow", "GET, HEAD"]]);
    return;
  }
  const relative = safePath(exchange.path);
  const file = relative === undefined ? undefined : await openInside(directory, relative);
  if (file === undefined) {
    if (relative === "index.html") answerText(exchange, 503, missingPage(directory));
    else answerText(exchange, 404, "There is nothing at this address.");
    return;
  }
  try {
    await serveFile(exchange, file, relative ?? "");
  } finally {
    await file.close();
  }
}

function missingPage(directory: string): string {
  return `The page has not been built: there is no index.html in ${directory}. Run "npm run build", then reload.`;
}

/** The path inside the directory, with forward slashes; undefined when it names nothing that may be asked for. */
export function safePath(urlPath: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(urlPath.split(/[?#]/, 1)[0] ?? "");
  } catch {
    return undefined;
  }
  if (!path.startsWith("/") || path.includes("\0") || path.includes("\\")) return undefined;
  const segments = path.slice(1).split("/");
  if (segments.some((segment) => segment.startsWith("."))) return undefined;
  if (path.endsWith("/")) segments[segments.length - 1] = "index.html";
  return segments.some((segment) => segment === "") ? undefined : segments.join("/");
}

async function openInside(directory: string, relative: string): Promise<FileHandle | undefined> {
  try {
    const root = await realpath(directory);
    // A symbolic link must not lead out of the directory either.
    const path = await realpath(join(root, relative));
    if (!path.startsWith(root + sep)) return undefined;
    const file = await open(path, "r");
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG" || code === "EISDIR")
      return undefined;
    throw error;
  }
}

async function serveFile(exchange: HttpExchange, file: FileHandle, relative: string): Promise<void> {
  const { size, mtimeMs } = await file.stat();
  const etag = `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`;
  const head: HeaderList = [
    ["content-type", CONTENT_TYPES[extname(relative)] ?? "application/octet-stream"],
    ["etag", etag],
    ["cache-control", cacheControl(relative)],
    ...(isExporterWorker(relative) ? EXPORTER_WORKER_HEADERS : SECURITY_HEADERS),
  ];
  if (exchange.header("if-none-match") === etag) {
    exchange.respond(304, head, { end: true });
    return;
  }
  const sized: HeaderList = [...head, ["content-length", String(size)]];
  if (exchange.method === "HEAD" || size === 0) {
    exchange.respond(200, sized, { end: true });
    return;
  }
  exchange.respond(200, sized);
  let sent = 0;
  while (sent < size && !exchange.gone) {
    const { bytesRead, buffer } = await file.read(
      Buffer.alloc(Math.min(READ_BYTES, size - sent)),
      0,
      undefined,
      sent,
    );
    if (bytesRead === 0) {
      exchange.abort(); // the file has shrunk: the length that was announced cannot be kept
      return;
    }
    sent += bytesRead;
    if (!exchange.write(buffer.subarray(0, bytesRead))) await exchange.drained();
  }
  exchange.end();
}

/** Vite names a worker's script after its source, web/worker.ts; the interpreter's is web/hooks/script-worker.ts. */
function isExporterWorker(relative: string): boolean {
  return /^assets\/worker-[\w-]{8,}\.js$/.test(relative);
}

/** Vite puts a hash of the content into the names below assets/: those never change. */
function cacheControl(relative: string): string {
  return /^assets\/.+-[\w-]{8,}\.\w+(\.map)?$/.test(relative)
    ? "public, max-age=31536000, immutable"
    : "no-cache";
}
