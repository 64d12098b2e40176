/**
 * What may be written at a place of a configuration, and what the word there means. By lines and their indentation, so that it also knows
 * in a text that is not finished.
 * Above: code-editor.ts. Below: DriverCatalogue of web/messages.ts.
 * Specification: Jumpstarter's ExporterConfig.
 */

import type { CatalogueDriver, CatalogueField, DriverCatalogue } from "../../messages.ts";
import { className, needsText } from "../builder/choices.ts";
import { defaultText, rangeText, shownValue } from "../builder/field-value.ts";

export interface Suggestions {
  /** Where the word begins that they complete. */
  readonly from: number;
  readonly options: readonly Suggestion[];
}

export interface Suggestion {
  readonly label: string;
  readonly kind: "key" | "type" | "value" | "driver";
  /** A word or two, beside it. */
  readonly detail: string;
  readonly info: string;
  /** What is written. */
  readonly text: string;
}

export interface Known {
  readonly catalogue: DriverCatalogue;
  /** What a `ref` may name. */
  readonly refs: readonly string[];
}

/** Where a line stands: keys from the top, and what that means. */
type Place =
  | { readonly kind: "top" | "metadata" | "instances" | "instance" | "hooks" | "hook" | "other" }
  | { readonly kind: "config"; readonly fields: readonly CatalogueField[] };

/** Undefined where nothing is known to fit. */
export function suggestionsAt(text: string, offset: number, known: Known): Suggestions | undefined {
  const lines = new Lines(text, offset);
  const word = (before: RegExp): string | undefined => before.exec(lines.before)?.[1];
  const options = ((): readonly Suggestion[] | undefined => {
    if (lines.before.trimStart().startsWith("#")) return undefined;
    if (word(J_COMMAND) !== undefined && isScript(lines.keysAbove()))
      return known.refs.filter(isTop).map(driverName);
    const [, key] = VALUE.exec(lines.before) ?? [];
    if (key !== undefined) return valuesOf(key, placeOf(lines, known), known);
    if (!KEY.test(lines.before)) return undefined;
    const there = lines.siblings();
    return keysOf(placeOf(lines, known)).filter(({ label }) => !there.has(label));
  })();
  if (options === undefined || options.length === 0) return undefined;
  const typed = word(J_COMMAND) ?? VALUE.exec(lines.before)?.[2] ?? word(KEY) ?? "";
  return { from: offset - typed.length, options };
}

/** About the key, or the type, on the line of the offset; undefined when nothing is known. */
export function explanationAt(text: string, offset: number, known: Known): string | undefined {
  const lines = new Lines(text, offset);
  const [, key, value = ""] = /^\s*"?([^\s":#]+)"?\s*:\s*(.*)$/.exec(lines.line) ?? [];
  if (key === undefined) return undefined;
  const place = placeOf(lines, known);
  if (place.kind === "instance" && key === "type") {
    const type = value.replace(/\s+#.*$/, "").replace(/^["']|["']$/g, "");
    const driver = known.catalogue.drivers.find((one) => one.type === type);
    if (driver !== undefined) return `${driver.title}. ${driver.summary} ${needsText(driver)}`;
    const absent = known.catalogue.absent.find((one) => one.type === type);
    return absent === undefined ? undefined : `It does not run here: ${absent.reason}.`;
  }
  const found = keysOf(place).find(({ label }) => label === key);
  return found === undefined || found.info === "" ? undefined : found.info;
}

const KEY = /^\s*([\w-]*)$/;
const VALUE = /^\s*"?([\w-]+)"?\s*:\s+["']?([^\s"']*)$/;
const J_COMMAND = /(?:^|[\s;&|(])j\s+([\w-]*)$/;

class Lines {
  /** Of the offset: as far as it goes before it, and whole. */
  readonly before: string;
  readonly line: string;
  readonly #all: readonly string[];
  readonly #number: number;

  constructor(text: string, offset: number) {
    this.#all = text.split(/\r?\n/);
    const above = text.slice(0, offset).split(/\r?\n/);
    this.#number = above.length - 1;
    this.before = above.at(-1) ?? "";
    this.line = this.#all[this.#number] ?? "";
  }

  get indent(): number {
    return indentOf(this.before.trim() === "" ? `${this.before}x` : this.before);
  }

  /** Keys that the line stands below, the topmost first, with their lines. */
  keysAbove(): readonly { readonly key: string; readonly line: number }[] {
    const keys: { key: string; line: number }[] = [];
    let indent = this.indent;
    for (let line = this.#number - 1; line >= 0 && indent > 0; line--) {
      const text = this.#all[line] ?? "";
      if (isNothing(text) || indentOf(text) >= indent) continue;
      indent = indentOf(text);
      keys.unshift({ key: keyOf(text) ?? "", line });
    }
    return keys;
  }

  /** Keys in the same map. */
  siblings(): ReadonlySet<string> {
    const found = new Set<string>();
    for (const step of [-1, 1]) {
      for (let line = this.#number + step; line >= 0 && line < this.#all.length; line += step) {
        const text = this.#all[line] ?? "";
        if (isNothing(text)) continue;
        if (indentOf(text) < this.indent) break;
        const key = keyOf(text);
        if (indentOf(text) === this.indent && key !== undefined) found.add(key);
      }
    }
    return found;
  }

  /** The value of a key in the map below a line. */
  below(line: number, wanted: string): string | undefined {
    const outer = indentOf(this.#all[line] ?? "");
    for (let next = line + 1; next < this.#all.length; next++) {
      const text = this.#all[next] ?? "";
      if (isNothing(text)) continue;
      if (indentOf(text) <= outer) return undefined;
      const [, value] = new RegExp(`^\\s*${wanted}\\s*:\\s*["']?([^\\s"'#]+)`).exec(text) ?? [];
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

function placeOf(lines: Lines, { catalogue }: Known): Place {
  const keys = lines.keysAbove();
  const [top, second, ...deeper] = keys;
  if (top === undefined) return { kind: "top" };
  if (top.key === "metadata") return { kind: second === undefined ? "metadata" : "other" };
  if (top.key === "hooks") {
    if (second === undefined) return { kind: "hooks" };
    return { kind: deeper.length === 0 ? "hook" : "other" };
  }
  if (top.key !== "export") return { kind: "other" };
  let place: Place = { kind: "instances" };
  let instance = top.line;
  for (const { key, line } of keys.slice(1)) {
    if (place.kind === "instances") {
      place = { kind: "instance" };
      instance = line;
    } else if (place.kind === "instance" && key === "children") place = { kind: "instances" };
    else if (place.kind === "instance" && key === "config") {
      const type = lines.below(instance, "type");
      const driver = catalogue.drivers.find((one) => one.type === type);
      place = { kind: "config", fields: driver === undefined ? [] : [...driver.fields, ...catalogue.common] };
    } else return { kind: "other" };
  }
  return place;
}

function keysOf(place: Place): readonly Suggestion[] {
  switch (place.kind) {
    case "top":
      return [
        key("apiVersion", "Always jumpstarter.dev/v1alpha1."),
        key("kind", "Always ExporterConfig."),
        map("metadata", "Its name."),
        key("description", "For people who look for a board."),
        key("motd", "Shown at the start of every shell."),
        map("export", "Its drivers, by name."),
        map("hooks", "Scripts before and after each session."),
      ];
    case "metadata":
      return [
        key("name", "By this name clients and the relay know it."),
        key("namespace", "Of a Jumpstarter controller."),
      ];
    case "instance":
      return [
        key("type", "Which driver it is."),
        key("description", "Shown by clients, and on its card."),
        map("config", "The driver's own settings."),
        map("children", "Drivers below it, by name."),
        key("ref", "It stands for another driver: names from the top, joined by dots."),
        map("methods_description", "What clients say of its methods, by name."),
      ];
    case "config":
      return place.fields.map(fieldKey);
    case "hooks":
      return [map("beforeLease", "Runs before each session."), map("afterLease", "Runs after each session.")];
    case "hook":
      return [
        key("script", "What it runs: lines for a shell that knows j."),
        key("timeout", "Seconds that it may take."),
        key("onFailure", "What happens when it fails: warn, endLease or exit."),
        key("exec", "The shell. A page has one, which knows what bash knows."),
      ];
    default:
      return [];
  }
}

function valuesOf(of: string, place: Place, { catalogue, refs }: Known): readonly Suggestion[] {
  if (place.kind === "top" && of === "apiVersion") return [value("jumpstarter.dev/v1alpha1")];
  if (place.kind === "top" && of === "kind") return [value("ExporterConfig")];
  if (place.kind === "hook" && of === "onFailure")
    return ["warn", "endLease", "exit"].map((one) => value(one));
  if (place.kind === "instance" && of === "type") return catalogue.drivers.map(typeValue);
  if (place.kind === "instance" && of === "ref") return refs.map(driverName);
  if (place.kind !== "config") return [];
  const field = place.fields.find(({ key: one }) => one === of);
  return field === undefined ? [] : fieldValues(field);
}

function fieldValues(field: CatalogueField): readonly Suggestion[] {
  const { kind, options, examples, description } = field;
  const usual = defaultText(field);
  const all =
    kind === "boolean"
      ? ["true", "false"]
      : options.length > 0
        ? options.map(String)
        : examples.map(shownValue);
  const usualText = kind === "boolean" ? String(field.default) : usual;
  return all.map((one) => ({
    ...value(one),
    detail: one === usualText ? "default" : "",
    info: description,
  }));
}

function fieldKey(field: CatalogueField): Suggestion {
  const usual = defaultText(field);
  const facts = [field.description, rangeText(field), usual === undefined ? "" : `Default: ${usual}.`];
  return {
    ...key(field.key, facts.filter(Boolean).join(" ")),
    detail: field.required ? "needed" : (usual ?? ""),
  };
}

function typeValue(driver: CatalogueDriver): Suggestion {
  return {
    label: driver.type,
    kind: "type",
    detail: driver.title === className(driver.type) ? "" : driver.title,
    info: `${driver.summary} ${needsText(driver)}`,
    text: driver.type,
  };
}

function key(label: string, info: string): Suggestion {
  return { label, kind: "key", detail: "", info, text: `${label}: ` };
}

function map(label: string, info: string): Suggestion {
  return { ...key(label, info), text: `${label}:` };
}

function value(label: string): Suggestion {
  return { label, kind: "value", detail: "", info: "", text: label };
}

function driverName(label: string): Suggestion {
  return { label, kind: "driver", detail: "", info: "", text: label };
}

function isTop(ref: string): boolean {
  return !ref.includes(".");
}

function isScript(keys: readonly { readonly key: string }[]): boolean {
  return keys[0]?.key === "hooks" && keys.some(({ key: one }) => one === "script");
}

function keyOf(line: string): string | undefined {
  return /^\s*["']?([^\s"':#][^"':]*?)["']?\s*:(?:\s|$)/.exec(line)?.[1];
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isNothing(line: string): boolean {
  const text = line.trim();
  return text === "" || text.startsWith("#");
}
