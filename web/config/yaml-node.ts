/**
 * The tree that YAML is read into: every value with its place, and how sentences name values.
 * Above: yaml-tree.ts makes it, every check in web/config/ reads it. Below: problems.ts (places).
 */

import type { Place } from "./problems.ts";

export type YamlNode = YamlScalar | YamlMap | YamlList;

export interface YamlScalar {
  readonly kind: "scalar";
  readonly value: null | boolean | number | string;
  /** As it is written, without quotes. */
  readonly text: string;
  readonly place: Place;
}

export interface YamlMap {
  readonly kind: "map";
  /** In the order of the file; what merge keys bring comes first. */
  readonly entries: ReadonlyMap<string, YamlEntry>;
  readonly place: Place;
}

export interface YamlList {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
  readonly place: Place;
}

export interface YamlEntry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: YamlNode;
}

/** Where to point for what an entry says: at the key when nothing is written behind it. */
export function valuePlace(entry: YamlEntry): Place {
  return isBare(entry.value) ? entry.keyPlace : entry.value.place;
}

/** Nothing is written there: a bare `key:`. */
export function isBare(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null && node.text === "";
}

/** Characters of a value that a sentence repeats: enough to recognize it. */
const SHOWN_CHARACTERS = 40;

/** A text in a sentence: quoted, on one line, cut. */
export function shown(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return `"${line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line}"`;
}

/** What a value is, in a sentence. */
export function describe(node: YamlNode): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "list") return "a list";
  if (node.value === null) return isBare(node) ? "empty" : "null";
  if (typeof node.value === "string") return `the text ${shown(node.value)}`;
  return `the ${wordFor(node.value)} ${String(node.value)}`;
}

function wordFor(value: boolean | number | string): string {
  return typeof value === "boolean" ? "boolean" : typeof value === "number" ? "number" : "text";
}
