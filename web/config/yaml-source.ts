/**
 * YAML as text that is changed in place: entries of maps are put in, taken out and set, and every other byte stays.
 * Above: edit-config.ts. Below: the `yaml` library's document model, for places; plain-scalar.ts.
 * Specification: https://yaml.org/spec/1.1/; what is written here reads the same in PyYAML.
 */

import { Document, isAlias, isMap, isNode, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";
import type { JsonValue } from "../../drivers/base/json.ts";
import { plainValue } from "./plain-scalar.ts";
import { applyChanges, type TextChange } from "./text-change.ts";

/** A change that cannot be made, in one sentence with the cure. */
export class NotEditable extends Error {}

/** Spaces of a level where the file shows none. */
const DEFAULT_STEP = 2;

export type MapPath = readonly string[];

interface Entry {
  readonly key: string;
  /** Offsets of the key, quotes included. */
  readonly keyFrom: number;
  readonly keyTo: number;
  readonly value: unknown;
}

/** Whole lines that are an entry's: its comment above, key, value, and deeper comments below. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly column: number;
}

/** One state of a text. Every change answers the next one. */
export class YamlSource {
  readonly text: string;
  readonly #top: YAMLMap | undefined;
  readonly #eol: string;

  /** @param text YAML that parses, with a map at the top or nothing. */
  constructor(text: string) {
    this.text = text;
    this.#eol = text.includes("\r\n") ? "\r\n" : "\n";
    const parsed = parseDocument(text, { version: "1.1", uniqueKeys: false, logLevel: "error" });
    this.#top = isMap(parsed.contents) ? parsed.contents : undefined;
  }

  has(path: MapPath): boolean {
    return this.#find(path) !== undefined;
  }

  /** Keys of the map there, in order; none where there is no map. */
  keys(path: MapPath): readonly string[] {
    const map = this.#map(path);
    return map === undefined ? [] : entriesOf(map).map(({ key }) => key);
  }

  /** Set a value, with the maps on the way to it. */
  set(path: MapPath, value: JsonValue, index?: number): YamlSource {
    const [key = "", parent] = [path.at(-1), path.slice(0, -1)];
    const found = this.#find(path);
    if (found !== undefined) return this.#replace(path, found, value);
    if (parent.length === 0 || isMap(this.#valueAt(parent))) return this.insert(parent, key, value, index);
    const above = this.#find(parent);
    if (above !== undefined && !isEmpty(above.value)) throw notAMap(parent);
    if (above === undefined) return this.set(parent, { [key]: value });
    return this.insert(parent, key, value);
  }

  /** @param index Where among its neighbours; at the end when absent. */
  insert(parent: MapPath, key: string, value: JsonValue, index?: number): YamlSource {
    if (isMap(this.#valueAt(parent)) && this.#map(parent)?.flow === true && this.keys(parent).length > 0) {
      return isScalarValue(value)
        ? this.#insertInFlow(parent, `${flowScalar(key)}: ${flowScalar(value)}`)
        : this.unfolded(parent).insert(parent, key, value, index);
    }
    return this.insertBlock(parent, this.#render(key, value), index);
  }

  /** @param block Lines that begin in column 0, the last with its end. */
  insertBlock(parent: MapPath, block: string, index?: number): YamlSource {
    const value = this.#valueAt(parent);
    if (parent.length > 0 && !isMap(value)) {
      const entry = this.#find(parent);
      if (entry === undefined)
        return this.insert(parent.slice(0, -1), parent.at(-1) ?? "", {}).insertBlock(parent, block);
      if (!isEmpty(entry.value)) throw notAMap(parent);
      return this.#fill(parent, entry, block);
    }
    const map = this.#map(parent);
    if (map?.flow === true) {
      if (map.items.length > 0) return this.unfolded(parent).insertBlock(parent, block, index);
      const entry = this.#find(parent);
      if (entry !== undefined) return this.#fill(parent, entry, block);
    }
    const entries = map === undefined ? [] : entriesOf(map);
    const next = index === undefined ? undefined : entries[index];
    if (next !== undefined) {
      const { from, column } = this.#block(parent, next);
      return this.#changed([{ from, to: from, insert: this.#shifted(block, column) }]);
    }
    const last = entries.at(-1);
    const column = last === undefined ? 0 : this.#columnOf(last);
    const at = this.#endOf(parent, last);
    return this.#changed([{ from: at, to: at, insert: this.#onItsLines(at, this.#shifted(block, column)) }]);
  }

  /** Take an entry out. A map that it leaves empty goes too where `keepEmpty` does not hold. */
  remove(path: MapPath, { keepEmpty = false } = {}): YamlSource {
    const found = this.#find(path);
    if (found === undefined) throw new NotEditable(comesFromElsewhere(path));
    const parent = path.slice(0, -1);
    const map = this.#map(parent);
    if (map === undefined) throw notAMap(parent);
    const alone = map.items.length === 1;
    if (alone && parent.length > 0 && !keepEmpty)
      return this.remove(parent, { keepEmpty: parent.length === 1 });
    if (map.flow) return this.#removeFromFlow(map, found);
    const { from, to } = this.#block(parent, found);
    const rest = this.#changed([this.#withItsBlankLine(from, to)]);
    return alone && parent.length > 0 ? rest.#emptied(parent) : rest;
  }

  /** The lines of an entry, as if it began in column 0: for another place. */
  blockText(path: MapPath): string {
    const parent = path.slice(0, -1);
    if (this.#map(parent)?.flow) return this.unfolded(parent).blockText(path);
    const found = this.#find(path);
    if (found === undefined) throw new NotEditable(comesFromElsewhere(path));
    const { from, to, column } = this.#block(parent, found);
    const text = this.text.slice(from, to);
    return shift(text.endsWith("\n") ? text : `${text}${this.#eol}`, -column);
  }

  renameKey(path: MapPath, name: string): YamlSource {
    const found = this.#find(path);
    if (found === undefined) throw new NotEditable(comesFromElsewhere(path));
    const written = this.text.slice(found.keyFrom, found.keyTo);
    return this.#changed([{ from: found.keyFrom, to: found.keyTo, insert: likeBefore(written, name) }]);
  }

  /** A map in braces, written in lines: what is inside its entries stays as it is. */
  unfolded(path: MapPath): YamlSource {
    const parent = path.slice(0, -1);
    if (parent.length > 0 && this.#map(parent)?.flow) return this.unfolded(parent).unfolded(path);
    const entry = this.#find(path);
    const map = this.#map(path);
    if (entry === undefined || map === undefined || !map.flow) return this;
    if (this.#anchored(entry) || entriesOf(map).length !== map.items.length)
      throw new NotEditable(anchorThere(path));
    const lines = map.items.map((pair) => {
      const key = isNode(pair.key) ? pair.key.range : undefined;
      const value = isNode(pair.value) ? pair.value.range : undefined;
      if (!key || this.text.slice(key[0], value?.[1] ?? key[1]).includes("\n"))
        throw new NotEditable(inBraces(path));
      return `${this.text.slice(key[0], key[1])}:${value ? ` ${this.text.slice(key[1], value[1]).replace(/^\s*:?\s*/, "")}` : ""}${this.#eol}`;
    });
    const [from, to] = map.range ?? [0, 0];
    // A comment among the entries has no line that is surely its own.
    if (this.text.slice(from, to).includes("\n")) throw new NotEditable(inBraces(path));
    const column = this.#columnOf(entry) + this.#step();
    const line = this.#lineEnd(to);
    const rest = this.text.slice(to, line).trimEnd();
    const before = this.text.slice(0, from).trimEnd().length;
    return this.#changed([
      {
        from: before,
        to: line,
        insert: `${rest}${this.#eol}${shift(lines.join(""), column)}`,
      },
    ]);
  }

  #replace(path: MapPath, found: Entry, value: JsonValue): YamlSource {
    if (this.#anchored(found)) throw new NotEditable(anchorThere(path));
    const parent = path.slice(0, -1);
    const node = found.value;
    const inFlow = this.#map(parent)?.flow === true;
    const range = isNode(node) && node.range ? node.range : undefined;
    if (isEmpty(node) && !(range && range[1] > range[0])) {
      const colon = this.text.indexOf(":", found.keyTo) + 1;
      if (!isScalarValue(value)) return this.#fill(path, found, this.#render("", value).replace(/^.*\n/, ""));
      return this.#changed([
        { from: colon, to: colon, insert: ` ${inFlow ? flowScalar(value) : this.#scalar(value)}` },
      ]);
    }
    if (range === undefined) throw new NotEditable(anchorThere(path));
    const [from, to] = range;
    const written = this.text.slice(from, to);
    if (inFlow) {
      return this.#changed([
        {
          from,
          to,
          insert: isScalarValue(value) ? likeBefore(written, value, flowScalar) : JSON.stringify(value),
        },
      ]);
    }
    const oneLine = isScalarValue(value) && !String(value).includes("\n");
    if (oneLine && !written.includes("\n") && !isMap(node)) {
      return this.#changed([
        { from, to, insert: likeBefore(written, value, (other) => this.#scalar(other)) },
      ]);
    }
    // Over several lines, before or after: the whole entry anew, with the comment above it.
    const column = this.#columnOf(found);
    const block = this.#shifted(this.#render(found.key, value), column).slice(column);
    const end = this.#contentEnd(node, found.keyTo);
    const insert = this.text[end - 1] === "\n" ? block : block.slice(0, -this.#eol.length);
    return this.#changed([{ from: found.keyFrom, to: end, insert }]);
  }

  /** Lines below a key that has nothing yet. */
  #fill(path: MapPath, entry: Entry, block: string): YamlSource {
    if (this.#anchored(entry)) throw new NotEditable(anchorThere(path));
    const parent = path.slice(0, -1);
    if (this.#map(parent)?.flow) return this.unfolded(parent).insertBlock(path, block);
    const column = this.#columnOf(entry) + this.#step();
    const changes: TextChange[] = [];
    const range = isNode(entry.value) ? entry.value.range : undefined;
    if (range && range[1] > range[0]) {
      const from = this.text.slice(0, range[0]).trimEnd().length;
      changes.push({ from, to: range[1], insert: "" });
    }
    const at = this.#block(parent, entry).to;
    changes.push({ from: at, to: at, insert: this.#onItsLines(at, this.#shifted(block, column)) });
    return this.#changed(changes);
  }

  #emptied(path: MapPath): YamlSource {
    const entry = this.#find(path);
    if (entry === undefined || !isEmpty(entry.value) || this.#anchored(entry)) return this;
    const colon = this.text.indexOf(":", entry.keyTo) + 1;
    return this.#changed([{ from: colon, to: colon, insert: " {}" }]);
  }

  #insertInFlow(parent: MapPath, pair: string): YamlSource {
    const map = this.#map(parent);
    const last = map === undefined ? undefined : entriesOf(map).at(-1);
    if (last === undefined) throw notAMap(parent);
    const at =
      isNode(last.value) && last.value.range ? Math.max(last.value.range[1], last.keyTo) : last.keyTo;
    return this.#changed([{ from: at, to: at, insert: `, ${pair}` }]);
  }

  #removeFromFlow(map: YAMLMap, entry: Entry): YamlSource {
    const entries = entriesOf(map);
    const index = entries.findIndex(({ keyFrom }) => keyFrom === entry.keyFrom);
    const [before, next] = [entries[index - 1], entries[index + 1]];
    const endOf = ({ value, keyTo }: Entry): number =>
      isNode(value) && value.range ? Math.max(value.range[1], keyTo) : keyTo;
    const [open = 0, close = 0] = map.range ?? [];
    const change =
      before !== undefined
        ? { from: endOf(before), to: endOf(entry), insert: "" }
        : next !== undefined
          ? { from: entry.keyFrom, to: next.keyFrom, insert: "" }
          : { from: open, to: close, insert: "{}" };
    return this.#changed([change]);
  }

  // Places.

  #find(path: MapPath): Entry | undefined {
    const map = this.#map(path.slice(0, -1));
    return map === undefined ? undefined : entriesOf(map).find(({ key }) => key === path.at(-1));
  }

  #valueAt(path: MapPath): unknown {
    return path.length === 0 ? this.#top : this.#find(path)?.value;
  }

  #map(path: MapPath): YAMLMap | undefined {
    let map = this.#top;
    for (const [depth, name] of path.entries()) {
      const entry: Entry | undefined =
        map === undefined ? undefined : entriesOf(map).find(({ key }) => key === name);
      if (isAlias(entry?.value))
        throw new NotEditable(repeated(path.slice(0, depth + 1), entry.value.source));
      map = isMap(entry?.value) ? entry.value : undefined;
    }
    return map;
  }

  #block(parent: MapPath, entry: Entry): Block {
    const column = this.#columnOf(entry);
    const above = parent.length === 0 ? 0 : (this.#find(parent)?.keyTo ?? 0);
    const map = this.#map(parent);
    const entries = map === undefined ? [] : entriesOf(map);
    const before = entries[entries.findIndex(({ keyFrom }) => keyFrom === entry.keyFrom) - 1];
    const floor = before === undefined ? above : this.#contentEnd(before.value, before.keyTo);
    let from = this.#lineStart(entry.keyFrom);
    while (from > 0) {
      const start = this.#lineStart(from - 1);
      if (start < floor || !isComment(this.text.slice(start, from), (indent) => indent <= column)) break;
      from = start;
    }
    return { from, to: this.#withDeeperComments(this.#contentEnd(entry.value, entry.keyTo), column), column };
  }

  /** Where a new last entry of a map goes: behind comments that are inside the map by their column. */
  #endOf(parent: MapPath, last: Entry | undefined): number {
    const end = last === undefined ? this.text.length : this.#contentEnd(last.value, last.keyTo);
    if (parent.length === 0) return last === undefined ? end : this.#withDeeperComments(end, 0);
    const owner = this.#find(parent);
    return this.#withDeeperComments(end, owner === undefined ? 0 : this.#columnOf(owner));
  }

  /** From where content ends to the next line that is not a comment deeper than `column`. */
  #withDeeperComments(end: number, column: number): number {
    let to = this.text[end - 1] === "\n" ? end : this.#lineEnd(end);
    for (let at = to; at < this.text.length; ) {
      const next = this.#lineEnd(at);
      const line = this.text.slice(at, next);
      if (isComment(line, (indent) => indent > column)) to = next;
      else if (line.trim() !== "") break;
      at = next;
    }
    return to;
  }

  /** Behind the last character that means something. */
  #contentEnd(node: unknown, otherwise: number): number {
    if (isMap(node) && !node.flow) {
      const last = node.items.at(-1);
      const key = last !== undefined && isNode(last.key) ? (last.key.range?.[1] ?? otherwise) : otherwise;
      return last === undefined ? otherwise : this.#contentEnd(last.value, key);
    }
    const range = isNode(node) ? node.range : undefined;
    if (!range || range[1] <= range[0])
      return this.#trimmedEnd(otherwise, Math.max(range?.[1] ?? 0, otherwise));
    const [from, to] = range;
    // "Keep": blank lines at its end are of the text.
    if (isScalar(node) && /^[|>][-\d]*\+/.test(this.text.slice(from, to))) return to;
    return this.#trimmedEnd(from, to);
  }

  #trimmedEnd(from: number, to: number): number {
    return from + this.text.slice(from, to).trimEnd().length;
  }

  #columnOf(entry: Entry): number {
    const start = this.#lineStart(entry.keyFrom);
    const before = this.text.slice(start, entry.keyFrom);
    if (/[^ ]/.test(before))
      throw new NotEditable(`"${entry.key}" does not begin its line: change it in the text.`);
    return before.length;
  }

  /** An anchor or a tag stands before the value. */
  #anchored({ value }: Entry): boolean {
    return (isMap(value) || isScalar(value)) && (value.anchor !== undefined || value.tag !== undefined);
  }

  #lineStart(at: number): number {
    return this.text.lastIndexOf("\n", at - 1) + 1;
  }

  /** Behind the line's end. */
  #lineEnd(at: number): number {
    const end = this.text.indexOf("\n", at);
    return end === -1 ? this.text.length : end + 1;
  }

  /** What was apart from its neighbours by blank lines leaves one gap, not two. */
  #withItsBlankLine(from: number, to: number): TextChange {
    const start = this.#lineStart(from - 1);
    const blankBefore = from > 0 && this.text.slice(start, from).trim() === "";
    const after = this.text.slice(to, this.#lineEnd(to));
    return { from: blankBefore && after.trim() === "" ? start : from, to, insert: "" };
  }

  // Writing.

  #render(key: string, value: JsonValue): string {
    const written = new Document({ [key]: value }, { version: "1.1" });
    return written.toString({ lineWidth: 0, indent: this.#step() }).replaceAll("\n", this.#eol);
  }

  #scalar(value: JsonValue): string {
    if (typeof value !== "string") return String(value);
    return isPlain(value) ? value : JSON.stringify(value);
  }

  #shifted(block: string, column: number): string {
    return shift(block.replaceAll(/\r?\n/g, this.#eol), column);
  }

  #onItsLines(at: number, block: string): string {
    return at > 0 && this.text[at - 1] !== "\n" ? `${this.#eol}${block}` : block;
  }

  /** How far the file indents: what stands below its first key that has something below it. */
  #step(): number {
    for (const { value } of this.#top === undefined ? [] : entriesOf(this.#top)) {
      if (!isMap(value) || value.flow) continue;
      const [first] = entriesOf(value);
      if (first !== undefined) return Math.max(1, first.keyFrom - this.#lineStart(first.keyFrom));
    }
    return DEFAULT_STEP;
  }

  #changed(changes: readonly TextChange[]): YamlSource {
    return new YamlSource(applyChanges(this.text, changes));
  }
}

function entriesOf(map: YAMLMap): readonly Entry[] {
  return map.items.flatMap(({ key, value }: Pair) => {
    if (!isScalar(key) || !key.range || (key.type === "PLAIN" && key.source === "<<")) return [];
    return [{ key: key.source ?? String(key.value), keyFrom: key.range[0], keyTo: key.range[1], value }];
  });
}

/** `key:`, `key: null`, `key: {}`. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (isMap(value)) return value.items.length === 0;
  return isScalar(value) && value.type === "PLAIN" && plainValue(value.source ?? "").kind === "null";
}

function isScalarValue(value: JsonValue): value is string | number | boolean | null {
  return value === null || typeof value !== "object";
}

function isComment(line: string, at: (indent: number) => boolean): boolean {
  const indent = line.search(/\S/);
  return indent !== -1 && line[indent] === "#" && at(indent);
}

/** Reads as the same text in a block, without quotes. */
function isPlain(text: string): boolean {
  const plain = plainValue(text);
  return (
    plain.kind === "str" &&
    /^[\p{L}\p{N}/_.(][^\p{Cc}\u2028\u2029\ufeff]*$/u.test(text) &&
    !/:(\s|$)|\s#|\s$/.test(text)
  );
}

function flowScalar(value: JsonValue): string {
  if (typeof value !== "string") return String(value);
  return isPlain(value) && !/[,[\]{}]/.test(value) ? value : JSON.stringify(value);
}

/** In the quotes that it was in. */
function likeBefore(
  written: string,
  value: JsonValue,
  otherwise: (value: JsonValue) => string = (other) =>
    isPlain(String(other)) ? String(other) : JSON.stringify(other),
): string {
  if (typeof value !== "string") return otherwise(value);
  if (written.startsWith('"')) return JSON.stringify(value);
  if (written.startsWith("'") && !/\p{Cc}/u.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return otherwise(value);
}

/** @param by Spaces; when negative, so many are taken away where they are. */
function shift(block: string, by: number): string {
  if (by === 0) return block;
  const spaces = " ".repeat(Math.max(by, 0));
  return block.replaceAll(/^( *)(?=[^\r\n])/gm, (indent) =>
    by > 0 ? spaces + indent : indent.slice(Math.min(-by, indent.length)),
  );
}

function shownPath(path: MapPath): string {
  return `"${path.at(-1) ?? ""}"`;
}

const notAMap = (path: MapPath): NotEditable =>
  new NotEditable(`${shownPath(path)} is not a map of keys: correct it in the text first.`);
const inBraces = (path: MapPath): string =>
  `${shownPath(path)} is written in braces over several lines: change it in the text.`;
const anchorThere = (path: MapPath): string =>
  `${shownPath(path)} has an anchor (&) or a tag (!), so other lines may depend on it: change it in the text.`;
const repeated = (path: MapPath, anchor: string): string =>
  `${shownPath(path)} repeats other lines (*${anchor}): change those, or write it out in the text.`;
const comesFromElsewhere = (path: MapPath): string =>
  `${shownPath(path)} comes from other lines (<<): change it there, in the text.`;
