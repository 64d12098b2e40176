/**
 * `hooks:`, from YAML to hooks that the page can run; one that it cannot is left out, and said with where it can run.
 * Above: check-exporter-config.ts. Below: fields.ts, hook-script.ts.
 * Specification: Jumpstarter's HookConfigV1Alpha1 (both spellings of names are taken).
 */

import { type ExporterConfig, type HookConfig, MAX_HOOK_MS } from "../exporter/config.ts";
import { isNull, optionalText, unknownKey, unknownKeys } from "./fields.ts";
import { type HookScript, readHookScript } from "./hook-script.ts";
import type { Problems } from "./problems.ts";
import { describe, valuePlace, type YamlEntry, type YamlMap } from "./yaml-node.ts";

const HOOKS = ["beforeLease", "afterLease", "before_lease", "after_lease"];
const HOOK_KEYS = ["script", "exec", "timeout", "onFailure", "exec_", "on_failure"];
const ON_FAILURE = ["warn", "endLease", "exit"] as const;

/** 120 s: Jumpstarter's own. */
const DEFAULT_TIMEOUT_S = 120;
const MAX_TIMEOUT_S = MAX_HOOK_MS / 1000;

export const NO_HOOKS: ExporterConfig["hooks"] = { beforeLease: undefined, afterLease: undefined };

/** @param files Files that scripts may name, by the name that they give them. */
export function checkHooks(
  entry: YamlEntry,
  files: Readonly<Record<string, string>>,
  problems: Problems,
): ExporterConfig["hooks"] {
  const { value } = entry;
  if (value.kind !== "map") {
    problems.error(
      valuePlace(entry),
      `"hooks" must be a map with "beforeLease" or "afterLease", and is ${describe(value)}: remove it if there are none.`,
    );
    return NO_HOOKS;
  }
  for (const unknown of unknownKeys(value, HOOKS)) {
    problems.warning(
      unknown.keyPlace,
      `${unknownKey(unknown, '"hooks"', HOOKS)}: it is ignored; correct or remove it.`,
    );
  }
  const hook = (camel: string, snake: string): HookConfig | undefined => {
    const found = twoNames(value, camel, snake, '"hooks"', problems);
    if (found === undefined || isNull(found.value)) return undefined;
    if (found.value.kind === "map") return checkHook(found, found.value, files, problems);
    problems.error(
      valuePlace(found),
      `"${found.key}" must be a map with "script", and is ${describe(found.value)}: write "script: …" below it.`,
    );
    return undefined;
  };
  return {
    beforeLease: hook("beforeLease", "before_lease"),
    afterLease: hook("afterLease", "after_lease"),
  };
}

/** Undefined when it is wrong, cannot run here, or does nothing. */
function checkHook(
  hook: YamlEntry,
  map: YamlMap,
  files: Readonly<Record<string, string>>,
  problems: Problems,
): HookConfig | undefined {
  const { key: name } = hook;
  for (const unknown of unknownKeys(map, HOOK_KEYS)) {
    problems.warning(
      unknown.keyPlace,
      `${unknownKey(unknown, `"${name}"`, HOOK_KEYS)}: it is ignored; correct or remove it.`,
    );
  }
  const execEntry = twoNames(map, "exec", "exec_", `"${name}"`, problems);
  const exec = optionalText(map, execEntry?.key ?? "exec", `"${execEntry?.key}" of "${name}"`, problems);
  const script = optionalText(map, "script", `"script" of "${name}"`, problems);
  const timeoutMs = checkTimeout(name, map, problems);
  const onFailure = checkOnFailure(name, map, problems);
  if (script === undefined) {
    problems.error(hook.keyPlace, `"script" in "${name}" is missing: add "script: …", or remove "${name}".`);
    return undefined;
  }
  if (script === "wrong" || exec === "wrong" || timeoutMs === "wrong" || onFailure === "wrong")
    return undefined;
  const read = readHookScript(script, exec, files);
  if (read.kind === "text") return { script: read.text, timeoutMs, onFailure, line: hook.keyPlace.line };
  if (read.kind === "not-here") {
    const at = read.about === "exec" ? execEntry : map.entries.get("script");
    problems.warning(at === undefined ? hook.keyPlace : valuePlace(at), notHere(name, read));
  }
  return undefined;
}

function notHere(name: string, { reason, cure }: Extract<HookScript, { kind: "not-here" }>): string {
  return `"${name}" is left out: ${reason}; ${cure}.`;
}

/** Milliseconds. */
function checkTimeout(name: string, map: YamlMap, problems: Problems): number | "wrong" {
  const entry = map.entries.get("timeout");
  if (entry === undefined) return DEFAULT_TIMEOUT_S * 1000;
  const written = entry.value.kind === "scalar" ? entry.value.value : undefined;
  // A number in quotes is that number for Jumpstarter too.
  const seconds = typeof written === "string" && /^[+-]?\d+$/.test(written) ? Number(written) : written;
  if (typeof seconds !== "number" || !Number.isInteger(seconds)) {
    problems.error(
      valuePlace(entry),
      `"timeout" of "${name}" must be whole seconds, and is ${describe(entry.value)}: write, for example, 120.`,
    );
    return "wrong";
  }
  if (seconds < 1) {
    problems.error(
      valuePlace(entry),
      `"timeout" of "${name}" is ${seconds} seconds, so it could never succeed: write at least 1, or remove "${name}".`,
    );
    return "wrong";
  }
  if (seconds > MAX_TIMEOUT_S) {
    problems.warning(
      valuePlace(entry),
      `"timeout" of "${name}" is longer than a page waits: it counts as ${MAX_TIMEOUT_S} seconds; write that, or less.`,
    );
    return MAX_HOOK_MS;
  }
  return seconds * 1000;
}

function checkOnFailure(name: string, map: YamlMap, problems: Problems): HookConfig["onFailure"] | "wrong" {
  const entry = twoNames(map, "onFailure", "on_failure", `"${name}"`, problems);
  if (entry === undefined) return "warn";
  const { value } = entry;
  const policy = ON_FAILURE.find((known) => value.kind === "scalar" && value.value === known);
  if (policy !== undefined) return policy;
  problems.error(
    valuePlace(entry),
    `"${entry.key}" of "${name}" is ${describe(value)}: write warn, endLease or exit.`,
  );
  return "wrong";
}

/** A field that has two spellings; with both, the first counts. */
function twoNames(
  map: YamlMap,
  first: string,
  second: string,
  owner: string,
  problems: Problems,
): YamlEntry | undefined {
  const [one, other] = [map.entries.get(first), map.entries.get(second)];
  if (one !== undefined && other !== undefined) {
    problems.warning(
      other.keyPlace,
      `"${second}" in ${owner} is ignored, because "${first}" says the same: remove one of the two.`,
    );
  }
  return one ?? other;
}
