/**
 * YAML text to a tree in which everything knows its place: values as Python's loader gives them, anchors, aliases and merge
 * keys resolved, duplicate keys refused.
 * Above: check-exporter-config.ts. Below: the `yaml` library (syntax and ranges), plain-scalar.ts (values).
 * Specification: https://yaml.org/spec/1.1/, as PyYAML reads it; https://yaml.org/type/merge.html.
 */

import {
  type Alias,
  type CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { plainValue } from "./plain-scalar.ts";
import type { Place, Problems } from "./problems.ts";
import { sentenceForSyntaxError } from "./syntax-error.ts";
import {
  describe,
  shown,
  type YamlEntry,
  type YamlList,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from "./yaml-node.ts";

/** A configuration of some hundred drivers has some ten KiB; the parser's time grows with this. */
export const MAX_FILE_KIB = 256;

/** Collections inside each other: twenty nested drivers need about forty; the parser recurses this deep. */
export const MAX_DEPTH = 64;

/** Values after aliases are followed: ten lines of aliases to aliases can mean a billion. */
export const MAX_NODES = 50_000;

/** Undefined when the text is no YAML that can be worked with; then there is an error among the problems. */
export function readYaml(text: string, problems: Problems): YamlNode | undefined {
  const start: Place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  if (new TextEncoder().encode(text).byteLength > MAX_FILE_KIB * 1024) {
    problems.error(
      start,
      `The configuration is larger than ${MAX_FILE_KIB} KiB: remove what is not an ExporterConfig.`,
    );
    return undefined;
  }
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const end of text.matchAll(/\r\n?|\n/g)) lines.addNewLine(end.index + end[0].length);
  const placeAt = (from: number, to: number) => placeOf(lines, text, from, to);
  const tooDeep = firstTooDeep(text);
  if (tooDeep !== undefined) {
    problems.error(
      placeAt(tooDeep, tooDeep + 1),
      `More than ${MAX_DEPTH} levels inside each other: check for a bracket or dash too many.`,
    );
    return undefined;
  }
  const unprintable = UNPRINTABLE.exec(text);
  if (unprintable !== null) {
    const code = text.charCodeAt(unprintable.index).toString(16).toUpperCase().padStart(4, "0");
    problems.error(
      placeAt(unprintable.index, unprintable.index + 1),
      `The character U+${code} is not allowed in YAML: remove it, or write it as "\\u${code}" in double quotes.`,
    );
    return undefined;
  }
  const parsed = parseDocument(text, {
    version: "1.1",
    // Duplicates are looked for below, where the sentence can name the key.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  const [syntax] = parsed.errors;
  if (syntax !== undefined) {
    // The first alone: the others mostly follow from it.
    problems.error(placeAt(syntax.pos[0], syntax.pos[1]), sentenceForSyntaxError(syntax));
    return undefined;
  }
  if (parsed.contents === null) return { kind: "scalar", value: null, text: "", place: start };
  return new TreeBuilder(placeAt, problems).build(parsed.contents);
}

// What YAML 1.1 calls not printable, but for the two halves of a character above U+FFFF.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** Ends on the line where it starts, so that a whole block is not underlined. */
function placeOf(lines: LineCounter, text: string, from: number, to: number): Place {
  const { line, col } = lines.linePos(from);
  const rest = text.slice(from, to).search(/[\r\n]/);
  const end = rest === -1 ? Math.min(Math.max(from, to), text.length) : from + rest;
  return { line, column: col, endLine: line, endColumn: col + (end - from) };
}

/** The library's composer recurses, and a stack that is nearly full can end the process: so this looks first, without recursion. */
function firstTooDeep(text: string): number | undefined {
  const waiting: { token: CST.Token; depth: number }[] = [];
  for (const top of new Parser().parse(text)) {
    waiting.push({ token: top, depth: 0 });
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { token, depth } = next;
      if (depth > MAX_DEPTH) return token.offset;
      if (token.type === "document" && token.value !== undefined) waiting.push({ token: token.value, depth });
      if (!("items" in token)) continue;
      for (const item of token.items) {
        if (item.key) waiting.push({ token: item.key, depth: depth + 1 });
        if (item.value) waiting.push({ token: item.value, depth: depth + 1 });
      }
    }
  }
  return undefined;
}

type Anchored = { readonly node: YamlNode; readonly size: number } | "open";

class TreeBuilder {
  readonly #placeAt: (from: number, to: number) => Place;
  readonly #problems: Problems;
  readonly #anchors = new Map<string, Anchored>();
  #nodes = 0;
  #tooMany = false;

  constructor(placeAt: (from: number, to: number) => Place, problems: Problems) {
    this.#placeAt = placeAt;
    this.#problems = problems;
  }

  build(contents: Node): YamlNode | undefined {
    const node = this.#node(contents);
    return this.#tooMany ? undefined : node;
  }

  #node(node: Node): YamlNode {
    if (isAlias(node)) return this.#alias(node);
    const before = this.#nodes;
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#openAnchor(anchor, this.#place(node));
    const built = this.#fresh(node);
    this.#count(1, built.place);
    if (anchor !== undefined) this.#anchors.set(anchor, { node: built, size: this.#nodes - before });
    return built;
  }

  /** The library lets the later one win; Python's loader refuses it. */
  #openAnchor(anchor: string, place: Place): void {
    if (this.#anchors.has(anchor)) {
      this.#problems.error(place, `"&${anchor}" is here a second time: rename one of the two.`);
    }
    this.#anchors.set(anchor, "open");
  }

  #fresh(node: Node): YamlNode {
    if (isMap(node)) return this.#map(node);
    if (isSeq(node)) return this.#list(node);
    if (isScalar(node)) return this.#scalar(node);
    throw new TypeError("a YAML node is a map, a list, a scalar or an alias");
  }

  #alias(alias: Alias): YamlNode {
    const place = this.#place(alias);
    const anchored = this.#anchors.get(alias.source);
    if (anchored === undefined || anchored === "open") {
      this.#problems.error(
        place,
        anchored === "open"
          ? `"*${alias.source}" stands inside "&${alias.source}" itself: a configuration cannot contain itself.`
          : `"*${alias.source}" repeats something that is not there: put "&${alias.source}" before the text that it should repeat, above this line.`,
      );
      return { kind: "scalar", value: null, text: `*${alias.source}`, place };
    }
    this.#count(anchored.size, place);
    return anchored.node;
  }

  #count(nodes: number, place: Place): void {
    this.#nodes += nodes;
    if (this.#nodes <= MAX_NODES || this.#tooMany) return;
    this.#tooMany = true;
    this.#problems.error(
      place,
      `More than ${MAX_NODES} values, aliases followed: remove aliases that repeat aliases.`,
    );
  }

  #map(map: YAMLMap): YamlMap {
    const place = this.#place(map);
    this.#refuseTag(map.tag, "map", place);
    const own = new Map<string, YamlEntry>();
    const merged: YamlEntry[] = [];
    for (const pair of map.items) {
      const key = pair.key as Node | null;
      const keyPlace = key === null ? place : this.#place(key);
      const value = pair.value === null ? undefined : this.#node(pair.value as Node);
      const valueOrNull: YamlNode = value ?? { kind: "scalar", value: null, text: "", place: keyPlace };
      if (
        isScalar(key) &&
        key.type === "PLAIN" &&
        key.tag === undefined &&
        plainValue(key.source ?? "").kind === "merge"
      ) {
        merged.push(...this.#merged(valueOrNull, keyPlace));
        continue;
      }
      const name = this.#key(key, keyPlace);
      if (name === undefined) continue;
      const first = own.get(name);
      if (first !== undefined) {
        this.#problems.error(
          keyPlace,
          `"${name}" is here a second time (first on line ${first.keyPlace.line}): rename or remove one of them.`,
        );
        continue;
      }
      own.set(name, { key: name, keyPlace, value: valueOrNull });
    }
    // A key keeps the place where it is met first, and what is said last counts: own keys override merged ones.
    const entries = new Map<string, YamlEntry>();
    for (const entry of [...merged, ...own.values()]) entries.set(entry.key, entry);
    return { kind: "map", entries, place };
  }

  /** Of several maps the first one counts most, so it comes last. */
  #merged(value: YamlNode, keyPlace: Place): readonly YamlEntry[] {
    const sources = value.kind === "list" ? value.items.toReversed() : [value];
    const entries: YamlEntry[] = [];
    for (const source of sources) {
      if (source.kind === "map") entries.push(...source.entries.values());
      else
        this.#problems.error(
          keyPlace,
          `"<<" takes a map or a list of maps: write an alias like "*name" behind it.`,
        );
    }
    return entries;
  }

  #key(key: Node | null, place: Place): string | undefined {
    if (key === null) {
      this.#problems.error(place, `A key is empty: write a name before the ":".`);
      return undefined;
    }
    const scalar = this.#node(key);
    if (scalar.kind !== "scalar") {
      this.#problems.error(place, 'A key must be text: write a name before the ":".');
      return undefined;
    }
    if (scalar.value === null && scalar.text === "") {
      this.#problems.error(place, `A key is empty: write a name before the ":".`);
      return undefined;
    }
    if (typeof scalar.value !== "string") {
      this.#problems.warning(
        place,
        `YAML reads the bare key ${scalar.text} as ${describe(scalar)}: write it in quotes, "${scalar.text}" (here it is read as "${scalar.text}" anyway; Jumpstarter's Python exporter fails on it or ignores the key's map).`,
      );
    }
    return scalar.text;
  }

  #list(list: YAMLSeq): YamlList {
    const place = this.#place(list);
    this.#refuseTag(list.tag, "seq", place);
    const items = list.items.map(
      (item): YamlNode =>
        item === null ? { kind: "scalar", value: null, text: "", place } : this.#node(item as Node),
    );
    return { kind: "list", items, place };
  }

  #scalar(scalar: Scalar): YamlScalar {
    const place = this.#place(scalar);
    const text = scalar.source ?? "";
    const string = { kind: "scalar", value: text, text, place } as const;
    const tag = scalar.tag?.replace(/^tag:yaml\.org,2002:/, "");
    if (tag === "!" || tag === "str" || (tag === undefined && scalar.type !== "PLAIN")) return string;
    const plain = plainValue(text);
    if (tag !== undefined) {
      const fits = plain.kind === tag || (tag === "float" && plain.kind === "int");
      if (fits && ["null", "bool", "int", "float"].includes(tag))
        return { kind: "scalar", value: plain.value, text, place };
      this.#problems.error(place, `The tag of ${shown(text)} does not fit or is not known: remove it.`);
      return string;
    }
    if (plain.kind === "timestamp") {
      this.#problems.warning(
        place,
        `YAML reads ${text} as a date, which no driver takes: put it in quotes (here it is read as text anyway).`,
      );
    }
    if ((plain.kind === "int" || plain.kind === "float") && plain.surprising) {
      this.#problems.info(
        place,
        `YAML reads ${text} as the number ${plain.value}: write ${plain.value} if that is meant, or "${text}" in quotes.`,
      );
    }
    if (plain.kind === "int" && !Number.isSafeInteger(plain.value)) {
      this.#problems.error(
        place,
        `${text} is too large to be kept exactly: put it in quotes if it is a name.`,
      );
    }
    return { kind: "scalar", value: plain.value, text, place };
  }

  #refuseTag(tag: string | undefined, allowed: "map" | "seq", place: Place): void {
    if (tag === undefined || tag === "!" || tag === `tag:yaml.org,2002:${allowed}`) return;
    this.#problems.error(
      place,
      `The tag ${tag.replace(/^tag:yaml\.org,2002:/, "!!")} means nothing here: remove it.`,
    );
  }

  #place(node: Node): Place {
    const [from, to] = node.range ?? [0, 0];
    return this.#placeAt(from, to);
  }
}
