/**
 * `hooks:`, checked so that a file says the same here as elsewhere; this version does not run them.
 * Above: check-exporter-config.ts. Below: fields.ts.
 * Specification: Jumpstarter's HookConfigV1Alpha1 (both spellings of names are taken).
 */

import { isNull, optionalText, unknownKey, unknownKeys } from "./fields.ts";
import type { Problems } from "./problems.ts";
import { describe, valuePlace, type YamlEntry, type YamlMap } from "./yaml-node.ts";

const HOOKS = ["beforeLease", "afterLease", "before_lease", "after_lease"];
const HOOK_KEYS = ["script", "exec", "timeout", "onFailure", "exec_", "on_failure"];
const ON_FAILURE = ["warn", "endLease", "exit"];

export function checkHooks(entry: YamlEntry, problems: Problems): void {
  const { value } = entry;
  if (value.kind !== "map") {
    problems.error(
      valuePlace(entry),
      `"hooks" must be a map with "beforeLease" or "afterLease", and is ${describe(value)}: remove it if there are none.`,
    );
    return;
  }
  for (const unknown of unknownKeys(value, HOOKS)) {
    problems.warning(
      unknown.keyPlace,
      `${unknownKey(unknown, '"hooks"', HOOKS)}: it is ignored; correct or remove it.`,
    );
  }
  for (const name of HOOKS) {
    const hook = value.entries.get(name);
    if (hook === undefined || isNull(hook.value)) continue;
    if (hook.value.kind !== "map") {
      problems.error(
        valuePlace(hook),
        `"${name}" must be a map with "script", and is ${describe(hook.value)}: write "script: …" below it.`,
      );
      continue;
    }
    checkHook(hook, hook.value, problems);
  }
}

function checkHook(hook: YamlEntry, map: YamlMap, problems: Problems): void {
  const { key: name } = hook;
  for (const unknown of unknownKeys(map, HOOK_KEYS)) {
    problems.warning(
      unknown.keyPlace,
      `${unknownKey(unknown, `"${name}"`, HOOK_KEYS)}: it is ignored; correct or remove it.`,
    );
  }
  const texts = ["script", "exec", "exec_"].map((key) =>
    optionalText(map, key, `"${key}" of "${name}"`, problems),
  );
  const checks = [checkTimeout(name, map, problems), checkOnFailure(name, map, problems)];
  if (texts[0] === undefined) {
    problems.error(hook.keyPlace, `"script" in "${name}" is missing: add "script: …", or remove "${name}".`);
  } else if (!texts.includes("wrong") && !checks.includes(false)) {
    problems.warning(
      hook.keyPlace,
      `"${name}" is not run: a page has no shell, so do what the script does from the client (for example in a pytest fixture).`,
    );
  }
}

function checkTimeout(name: string, map: YamlMap, problems: Problems): boolean {
  const entry = map.entries.get("timeout");
  if (entry === undefined || (entry.value.kind === "scalar" && Number.isInteger(entry.value.value)))
    return true;
  problems.error(
    valuePlace(entry),
    `"timeout" of "${name}" must be whole seconds, and is ${describe(entry.value)}: write, for example, 120.`,
  );
  return false;
}

function checkOnFailure(name: string, map: YamlMap, problems: Problems): boolean {
  const entry = map.entries.get("onFailure") ?? map.entries.get("on_failure");
  if (
    entry === undefined ||
    (entry.value.kind === "scalar" && ON_FAILURE.includes(String(entry.value.value)))
  )
    return true;
  problems.error(
    valuePlace(entry),
    `"${entry.key}" of "${name}" is ${describe(entry.value)}: write warn, endLease or exit.`,
  );
  return false;
}
