/**
 * The files that a configuration names as the scripts of its hooks, for the page, which cannot read any: those and no others,
 * and only of the configuration that the relay was started with.
 * Above: boot.ts. Below: bench.ts, yaml, node:fs. Specification: how Jumpstarter reads `hooks.*.script` (one line that names a
 * file is that file); what the page makes of it is in web/config/hook-script.ts.
 */

import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Document, isAlias, isMap, isScalar, parseDocument } from "yaml";
import { readText, reasonOf } from "./bench.ts";
import { MAX_HOOK_FILE_BYTES } from "./limits.ts";

export interface HookFilesOptions {
  /** The configuration's real path: files are looked for beside it when they are not in the working directory. */
  readonly path: string;
  /** Where names start from, as they do for Jumpstarter's own exporter. */
  readonly workingDirectory: string;
  /** A file is there, and cannot be handed on. */
  onUnreadable(file: string, reason: string): void;
}

/** The two hooks, each by both of its names. */
const HOOKS = ["beforeLease", "before_lease", "afterLease", "after_lease"] as const;

/** @returns the texts by the names that the configuration gives them; nothing for YAML that is broken: the page says what is wrong with it. */
export function readHookFiles(
  yaml: string,
  { path, workingDirectory, onUnreadable }: HookFilesOptions,
): Readonly<Record<string, string>> {
  const files: Record<string, string> = Object.create(null);
  for (const name of namedScripts(yaml)) {
    const file = [workingDirectory, dirname(path)].map((base) => resolve(base, name)).find(isFile);
    if (file === undefined) continue;
    try {
      files[name] = readText(file, MAX_HOOK_FILE_BYTES);
    } catch (error) {
      onUnreadable(file, reasonOf(error));
    }
  }
  return files;
}

/** Scripts of one line, which may be names; those for Python run in no page. */
function namedScripts(yaml: string): Set<string> {
  const names = new Set<string>();
  for (const script of scripts(yaml)) {
    const name = script.trim();
    if (name !== "" && !/[\n\0]/.test(name) && !name.endsWith(".py")) names.add(name);
  }
  return names;
}

function scripts(yaml: string): string[] {
  try {
    // As the page reads it: web/config/yaml-tree.ts.
    const document = parseDocument(yaml, {
      version: "1.1",
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "error",
    });
    if (document.errors.length > 0) return [];
    const hooks = child(document, document.contents, "hooks");
    return HOOKS.flatMap((name) => {
      const script = child(document, child(document, hooks, name), "script");
      return isScalar(script) && typeof script.value === "string" ? [script.value] : [];
    });
  } catch (error) {
    // Thousands of levels inside each other: not a configuration, and the page's to say.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function child(document: Document, node: unknown, key: string): unknown {
  if (!isMap(node)) return undefined;
  const found = node.get(key, true);
  return isAlias(found) ? found.resolve(document) : found;
}

/** Most scripts are no names at all, and some are not even possible ones. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
