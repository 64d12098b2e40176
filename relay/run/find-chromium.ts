/**
 * Which browser the unattended exporter runs in: the one that was named, else the first one found.
 * Above: main.ts. Below: the file system, as a function that tests hand in.
 */

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { StartError } from "../usage-error.ts";

/** In the order of preference; all of them are Chromium with WebSerial. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];

const MAC_PATHS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

export interface FindChromiumOptions {
  /** `--chromium`. */
  readonly named: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly isExecutable?: (path: string) => boolean;
}

/** @throws StartError with the cure. */
export function findChromium(options: FindChromiumOptions): string {
  const { named, environment, platform = process.platform, isExecutable = isExecutableFile } = options;
  const directories = (environment.PATH ?? "").split(delimiter).filter((directory) => directory !== "");
  const onPath = (name: string): string | undefined =>
    directories.map((directory) => join(directory, name)).find(isExecutable);
  for (const [source, path] of [
    ["--chromium", named],
    ["CHROMIUM_PATH", environment.CHROMIUM_PATH],
  ] as const) {
    if (path === undefined || path === "") continue;
    const found = isAbsolute(path) || path.includes("/") ? resolve(path) : onPath(path);
    if (found !== undefined && isExecutable(found)) return found;
    throw new StartError(`${source} names ${path}, which is not a program that this user may start`);
  }
  for (const name of NAMES) {
    const found = onPath(name);
    if (found !== undefined) return found;
  }
  const onMac = platform === "darwin" ? MAC_PATHS.find(isExecutable) : undefined;
  if (onMac !== undefined) return onMac;
  throw new StartError(
    "no Chromium found: install one (on Debian: apt-get install chromium), or name it with --chromium PATH",
  );
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
