/**
 * One headless Chromium: a plain child process in a process group and a profile of its own. Nothing drives it.
 * Above: supervisor.ts starts and ends it. Below: browser-directory.ts, page-message.ts, node:child_process, node:fs.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { Logger } from "../logging.ts";
import { createBrowserDirectory } from "./browser-directory.ts";
import { BROWSER_KILL_MS, BROWSER_TERM_MS, MAX_BROWSER_LINE, MAX_SOCKET_DIRECTORY_BYTES } from "./limits.ts";
import { type PageMessage, pageMessage } from "./page-message.ts";

/** How a browser ended: `signal`, or else `code`, or else the error that kept it from starting. */
export interface BrowserExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error?: string;
}

export interface Browser {
  /** Resolves when the process is gone and its profile removed. Never rejects. */
  readonly exited: Promise<BrowserExit>;
  /** TERM, then KILL, to the whole group; resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
  /** KILL to the whole group, now. */
  kill(): void;
}

export interface BrowserOptions {
  readonly executable: string;
  /** With its fragment: it carries secrets, so it goes through a file of ours and not through the process list. */
  readonly url: string;
  /** Base64 SHA-256 of the relay's public key, where the browser has no other reason to trust it. */
  readonly trustedKeyHash: string | undefined;
  /** An origin that counts as secure though it is neither TLS nor loopback: devices need that. */
  readonly secureOrigin: string | undefined;
  readonly log: Logger;
  /** The page has said that its exporter has stopped for good. */
  onPageEnd(end: PageEndMessage): void;
}

export type PageEndMessage = Extract<PageMessage, { kind: "end" }>;

export async function startBrowser(options: BrowserOptions): Promise<Browser> {
  const directory = await createBrowserDirectory();
  const start = join(directory, "start.html");
  await writeFile(start, startPage(options.url), { mode: 0o600 });
  const command = [
    ...parentGuard(),
    options.executable,
    ...flags(options, directory),
    pathToFileURL(start).href,
  ];
  const [file = options.executable, ...args] = command;
  // A group of its own: Ctrl-C at our terminal reaches us alone, and we end it in order.
  // Crash reports and font caches do not follow --user-data-dir: they would go into the person's own ~/.config.
  const env = {
    ...process.env,
    ...temporaryFiles(directory),
    XDG_CONFIG_HOME: join(directory, "config"),
    XDG_CACHE_HOME: join(directory, "cache"),
  };
  const child = spawn(file, args, { detached: true, env, stdio: ["ignore", "ignore", "pipe"] });
  readPageMessages(child, options);

  const exited = new Promise<BrowserExit>((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error: error.message }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  }).then(async (exit) => {
    // Its helpers may outlive it by a moment, and would write into the profile.
    signalGroup(child, "SIGKILL", options.log);
    await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(
      (error: Error) =>
        options.log.warning("the browser's profile could not be removed", {
          directory,
          reason: error.message,
        }),
    );
    return exit;
  });
  let stopped: Promise<void> | undefined;
  return {
    exited,
    stop() {
      stopped ??= stopBrowser(child, exited, options.log);
      return stopped;
    },
    kill() {
      signalGroup(child, "SIGKILL", options.log);
    },
  };
}

/** Chromium keeps its lock's socket in the temporary directory and leaves it there when it is killed; a socket's path is short. */
function temporaryFiles(directory: string): { TMPDIR?: string } {
  const fits = Buffer.byteLength(directory) <= MAX_SOCKET_DIRECTORY_BYTES;
  return process.platform === "linux" && fits ? { TMPDIR: directory } : {};
}

async function stopBrowser(child: ChildProcess, exited: Promise<BrowserExit>, log: Logger): Promise<void> {
  signalGroup(child, "SIGTERM", log);
  const kill = setTimeout(() => signalGroup(child, "SIGKILL", log), BROWSER_TERM_MS);
  // A process that not even KILL ends (a hanging disk) must not keep the relay.
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<void>();
  const limit = setTimeout(giveUp, BROWSER_TERM_MS + BROWSER_KILL_MS);
  await Promise.race([exited, givenUp]);
  clearTimeout(kill);
  clearTimeout(limit);
}

/** On Linux the kernel ends the browser when the relay dies without a word (SIGKILL, out of memory). */
function parentGuard(): string[] {
  const setpriv = "/usr/bin/setpriv";
  return process.platform === "linux" && existsSync(setpriv) ? [setpriv, "--pdeathsig", "TERM", "--"] : [];
}

/** Command line of the browser. Exported for its test. */
export function flags(
  { trustedKeyHash, secureOrigin }: Pick<BrowserOptions, "trustedKeyHash" | "secureOrigin">,
  directory: string,
): string[] {
  return [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Nobody ever brings this page to the front.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    // /dev/shm is 64 MB in many containers; the profile's directory does as well.
    "--disable-dev-shm-usage",
    // What the page logs comes out here.
    "--enable-logging=stderr",
    `--user-data-dir=${join(directory, "profile")}`,
    // Chromium's sandbox refuses to run as root.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ...(trustedKeyHash === undefined ? [] : [`--ignore-certificate-errors-spki-list=${trustedKeyHash}`]),
    ...(secureOrigin === undefined ? [] : [`--unsafely-treat-insecure-origin-as-secure=${secureOrigin}`]),
  ];
}

/** A page that goes on to the real one at once. */
function startPage(url: string): string {
  const escaped = url.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return `<!doctype html><meta http-equiv="refresh" content="0; url=${escaped}"><title>jumptab</title>\n`;
}

/** The page's console is the only thing that a person can be told of it. */
function readPageMessages(
  child: ChildProcess,
  { log, onPageEnd }: Pick<BrowserOptions, "log" | "onPageEnd">,
): void {
  if (child.stderr === null) return;
  createInterface({ input: child.stderr }).on("line", (line) => {
    const message = pageMessage(line);
    if (message === undefined) log.debug("browser", { line: line.slice(0, MAX_BROWSER_LINE) });
    else if (message.kind === "line") log[message.level](`page: ${message.text}`);
    else onPageEnd(message);
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals, log: Logger): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: the group is gone, which is what was wanted. Anything else must not end the relay, and is seen by what goes on.
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH") log.warning("the browser could not be signalled", { signal, reason: message });
  }
}
