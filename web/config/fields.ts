/**
 * Reading fields of a map: texts, maps, unknown keys. Each wrong one is said once, at its place.
 * Above: the checks of the top level, of driver instances and of hooks. Below: yaml-node.ts.
 */

import type { JsonObject, JsonValue } from "../../drivers/base/json.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Problems } from "./problems.ts";
import { describe, valuePlace, type YamlEntry, type YamlMap, type YamlNode } from "./yaml-node.ts";

/** A text; null and a bare key are the same as leaving it out. `"wrong"` after an error. */
export function optionalText(
  map: YamlMap,
  key: string,
  owner: string,
  problems: Problems,
): string | undefined | "wrong" {
  const entry = map.entries.get(key);
  if (entry === undefined || isNull(entry.value)) return undefined;
  const { value } = entry;
  if (value.kind === "scalar" && typeof value.value === "string") return value.value;
  problems.error(valuePlace(entry), `${owner} must be text, and is ${describe(value)}: ${textCure(value)}.`);
  return "wrong";
}

/** What turns a value into a text. */
export function textCure(value: YamlNode): string {
  return value.kind === "scalar" && value.text !== "" ? `put it in quotes, "${value.text}"` : "write text";
}

export function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** Keys that nobody reads. */
export function unknownKeys(map: YamlMap, known: readonly string[]): readonly YamlEntry[] {
  return [...map.entries.values()].filter((entry) => !known.includes(entry.key));
}

/** `"typo" is unknown in X (did you mean "type"?)`, without the cure. */
export function unknownKey(entry: YamlEntry, owner: string, known: readonly string[]): string {
  return `"${entry.key}" is unknown in ${owner}${didYouMean(entry.key, known)}`;
}

/** Map of texts to texts, for labels and descriptions; each value that is none is an error. */
export function textMap(
  map: YamlMap,
  owner: string,
  problems: Problems,
): Readonly<Record<string, string>> | "wrong" {
  const texts: [string, string][] = [];
  let wrong = false;
  for (const entry of map.entries.values()) {
    const { value } = entry;
    if (value.kind === "scalar" && typeof value.value === "string") {
      texts.push([entry.key, value.value]);
      continue;
    }
    wrong = true;
    problems.error(
      valuePlace(entry),
      `"${entry.key}" in ${owner} must be text, and is ${describe(value)}: ${textCure(value)}.`,
    );
  }
  return wrong ? "wrong" : Object.fromEntries(texts);
}

/** The value as drivers take it. `fromEntries` makes own properties, also of `__proto__`. */
export function toJson(node: YamlNode): JsonValue {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(toJson);
  return toJsonObject(node.entries.values());
}

export function toJsonObject(entries: Iterable<YamlEntry>): JsonObject {
  return Object.fromEntries([...entries].map((entry) => [entry.key, toJson(entry.value)]));
}
