/**
 * The `config:` of one driver instance against the schema of its driver, at the exact line.
 * Above: check-drivers.ts. Below: fields.ts, valibot's issues.
 * Specification: Jumpstarter's `Driver` dataclass for the fields that every driver has; the driver's own schema for the rest.
 */

import * as v from "valibot";
import type { DriverDefinition } from "../../drivers/base/driver.ts";
import type { JsonObject } from "../../drivers/base/json.ts";
import type { Severity } from "../../drivers/base/log.ts";
import type { DriverDraft } from "./drafts.ts";
import { isNull, textCure, textMap, toJsonObject, unknownKey } from "./fields.ts";
import type { Place, Problems } from "./problems.ts";
import { describe, valuePlace, type YamlEntry, type YamlNode } from "./yaml-node.ts";

export interface CheckedDriverConfig {
  /** As it is written, for the driver's schema to read, without what every driver has. */
  readonly config: JsonObject;
  readonly labels: Readonly<Record<string, string>>;
  readonly uuid: string | undefined;
  readonly logLevel: Severity;
}

/** Python's level names; the last three are its other names for the same. */
const LOG_LEVELS: ReadonlyMap<string, Severity> = new Map([
  ["DEBUG", "DEBUG"],
  ["INFO", "INFO"],
  ["WARNING", "WARNING"],
  ["ERROR", "ERROR"],
  ["CRITICAL", "CRITICAL"],
  ["NOTSET", "DEBUG"],
  ["WARN", "WARNING"],
  ["FATAL", "CRITICAL"],
]);

const COMMON_KEYS = ["log_level", "labels", "uuid"];

/** They stand beside `config:`; in it, Python's constructor gets them twice and fails. */
const NEIGHBOUR_KEYS = ["type", "description", "methods_description", "children", "ref"];

/**
 * @param uuids Fixed uuids seen so far, with their places; this instance's is added.
 * @returns `"wrong"` after an error, `"left-out"` after a warning that says why.
 */
export function checkDriverConfig(
  draft: DriverDraft,
  definition: DriverDefinition,
  problems: Problems,
  uuids: Map<string, Place>,
): CheckedDriverConfig | "wrong" | "left-out" {
  const check = new ConfigCheck(draft, definition, problems);
  if (check.leftOut()) return "left-out";
  const logLevel = check.logLevel();
  const labels = check.labels();
  const uuid = check.uuid(uuids);
  const config = check.own();
  if (config === "wrong" || logLevel === "wrong" || labels === "wrong" || uuid === "wrong") return "wrong";
  return { config, labels, uuid, logLevel };
}

class ConfigCheck {
  readonly #draft: DriverDraft;
  readonly #definition: DriverDefinition;
  readonly #problems: Problems;

  constructor(draft: DriverDraft, definition: DriverDefinition, problems: Problems) {
    this.#draft = draft;
    this.#definition = definition;
    this.#problems = problems;
  }

  logLevel(): Severity | "wrong" {
    const entry = this.#field("log_level");
    if (entry === undefined) return "INFO";
    const { value } = entry;
    const level =
      value.kind === "scalar" && typeof value.value === "string" ? LOG_LEVELS.get(value.value) : undefined;
    if (level !== undefined) return level;
    this.#problems.error(
      valuePlace(entry),
      `"log_level" of "${this.#draft.name}" is ${describe(value)}: write DEBUG, INFO, WARNING, ERROR or CRITICAL.`,
    );
    return "wrong";
  }

  labels(): Readonly<Record<string, string>> | "wrong" {
    const entry = this.#field("labels");
    if (entry === undefined || isNull(entry.value)) return {};
    if (entry.value.kind !== "map") {
      this.#problems.error(
        valuePlace(entry),
        `"labels" of "${this.#draft.name}" must be a map of text values, and is ${describe(entry.value)}: write "name: value" lines below it.`,
      );
      return "wrong";
    }
    return textMap(entry.value, `"labels" of "${this.#draft.name}"`, this.#problems);
  }

  uuid(uuids: Map<string, Place>): string | undefined | "wrong" {
    const entry = this.#field("uuid");
    if (entry === undefined || isNull(entry.value)) return undefined;
    const { value } = entry;
    const uuid = value.kind === "scalar" ? parseUuid(value.text) : undefined;
    if (uuid === undefined) {
      this.#problems.error(
        valuePlace(entry),
        `"uuid" of "${this.#draft.name}" is ${describe(value)}: write 32 hexadecimal digits like 123e4567-e89b-12d3-a456-426614174000, or remove it to get one.`,
      );
      return "wrong";
    }
    const first = uuids.get(uuid);
    if (first !== undefined) {
      this.#problems.error(
        value.place,
        `"uuid" of "${this.#draft.name}" is also that of the driver on line ${first.line}: give each driver its own, or remove it to get one.`,
      );
      return "wrong";
    }
    uuids.set(uuid, this.#draft.keyPlace);
    return uuid;
  }

  /** What is the driver's own. */
  own(): JsonObject | "wrong" {
    const entries = this.#ownEntries();
    const unknown = this.#unknown(entries);
    for (const key of unknown.keys) entries.delete(key);
    const config = toJsonObject(entries.values());
    // One sentence for each field: what follows from the same field says no more.
    const said = new Set<string>();
    const { issues } = v.safeParse(this.#definition.config, config);
    for (const issue of issues ?? []) this.#sayIssue(issue, entries, said);
    if (issues !== undefined || unknown.refused) return "wrong";
    return config;
  }

  /** Said before anything else of it: nobody should have to correct what is left out afterwards. */
  leftOut(): boolean {
    const impossible = this.#impossible();
    if (impossible === undefined) return false;
    const entries = this.#draft.config?.entries;
    const entry = entries?.get(impossible.key);
    this.#problems.warning(
      entry === undefined ? this.#draft.keyPlace : valuePlace(entry),
      `"${this.#draft.name}" is left out, for its "${impossible.key}": ${withoutFullStop(impossible.reason)}.`,
    );
    return true;
  }

  /** Judged on what is right of it: a wrong key beside it changes nothing about what a page can do. */
  #impossible(): { readonly key: string; readonly reason: string } | undefined {
    const { config: schema, impossible } = this.#definition;
    if (impossible === undefined) return undefined;
    const { entries: known } = schema as { entries?: Readonly<Record<string, unknown>> };
    const own = this.#ownEntries();
    for (const key of own.keys()) if (known !== undefined && !Object.hasOwn(known, key)) own.delete(key);
    const first = v.safeParse(schema, toJsonObject(own.values()));
    if (first.success) return impossible(first.output);
    for (const issue of first.issues) own.delete(String(issue.path?.[0]?.key));
    const second = v.safeParse(schema, toJsonObject(own.values()));
    return second.success ? impossible(second.output) : undefined;
  }

  #ownEntries(): Map<string, YamlEntry> {
    return new Map([...(this.#draft.config?.entries ?? [])].filter(([key]) => !COMMON_KEYS.includes(key)));
  }

  #field(key: string): YamlEntry | undefined {
    return this.#draft.config?.entries.get(key);
  }

  /** The schema itself names the first unknown key only, and passes over those that it does not mind. */
  #unknown(entries: ReadonlyMap<string, YamlEntry>): { keys: readonly string[]; refused: boolean } {
    const schema = this.#definition.config as { type: string; entries?: Readonly<Record<string, unknown>> };
    const unknown: string[] = [];
    if (
      schema.entries === undefined ||
      schema.type === "loose_object" ||
      schema.type === "object_with_rest"
    ) {
      return { keys: [], refused: false };
    }
    const own = Object.keys(schema.entries);
    let refused = false;
    for (const entry of entries.values()) {
      if (own.includes(entry.key)) continue;
      unknown.push(entry.key);
      const strict = schema.type === "strict_object" || NEIGHBOUR_KEYS.includes(entry.key);
      refused ||= strict;
      const what = unknownKey(entry, `"config" of "${this.#draft.name}"`, [...own, ...COMMON_KEYS]);
      if (!strict) this.#problems.warning(entry.keyPlace, `${what}: it is ignored; correct or remove it.`);
      else if (!NEIGHBOUR_KEYS.includes(entry.key))
        this.#problems.error(entry.keyPlace, `${what}: ${this.#cure(own)}.`);
      else {
        this.#problems.error(
          entry.keyPlace,
          `"${entry.key}" does not belong below "config:" of "${this.#draft.name}": move it beside "config:".`,
        );
      }
    }
    return { keys: unknown, refused };
  }

  #cure(own: readonly string[]): string {
    return own.length === 0
      ? "remove it, this driver has no settings"
      : `correct or remove it (known: ${own.join(", ")})`;
  }

  #sayIssue(issue: v.BaseIssue<unknown>, entries: ReadonlyMap<string, YamlEntry>, said: Set<string>): void {
    const path = (issue.path ?? []).map((item) => item.key);
    const field = path.map(String).join(".");
    if (said.has(field)) return;
    said.add(field);
    const owner = `"config" of "${this.#draft.name}"`;
    const found = follow(entries, path);
    const name = field === "" ? owner : `"${field}" in ${owner}`;
    if (found.missing) {
      const place = found.entry?.keyPlace ?? this.#draft.keyPlace;
      this.#problems.error(
        place,
        `${name} is missing: add "${String(path.at(-1) ?? "")}: …"${this.#expected(path)}.`,
      );
      return;
    }
    const place =
      found.node?.place ?? (found.entry === undefined ? this.#draft.keyPlace : valuePlace(found.entry));
    const bare =
      found.entry !== undefined && found.node === found.entry.value ? valuePlace(found.entry) : place;
    this.#problems.error(bare, this.#sentence(issue, name, found.node));
  }

  /** What a missing field of the driver should hold. */
  #expected(path: readonly unknown[]): string {
    const { entries } = this.#definition.config as {
      entries?: Readonly<Record<string, { expects?: string | null }>>;
    };
    const [key, ...deeper] = path;
    const expects = deeper.length === 0 ? entries?.[String(key)]?.expects : undefined;
    const words = inWords(expects ?? "");
    return words === "" ? "" : `, which must be ${words}`;
  }

  #sentence(issue: v.BaseIssue<unknown>, name: string, node: YamlNode | undefined): string {
    const is = node === undefined ? "" : `, and is ${describe(node)}`;
    if (issue.kind === "schema" && issue.message.startsWith("Invalid ")) {
      const cure = wantsText(issue) && node !== undefined ? textCure(node) : "correct it";
      return `${name} must be ${inWords(issue.expected ?? "") || "something else"}${is}: ${cure}.`;
    }
    // The driver's own words, which say what to do; valibot's own begin with "Invalid".
    if (!issue.message.startsWith("Invalid ")) return `${name}: ${withoutFullStop(issue.message)}.`;
    const expected = issue.expected === null ? "" : `, expected ${issue.expected}`;
    return `${name} does not fit${is}${expected}: correct it.`;
  }
}

interface Found {
  /** The nearest entry on the way. */
  readonly entry: YamlEntry | undefined;
  readonly node: YamlNode | undefined;
  readonly missing: boolean;
}

function follow(entries: ReadonlyMap<string, YamlEntry>, path: readonly unknown[]): Found {
  let map: ReadonlyMap<string, YamlEntry> | undefined = entries;
  let entry: YamlEntry | undefined;
  let node: YamlNode | undefined;
  for (const key of path) {
    if (node?.kind === "list") {
      node = node.items[Number(key)];
      map = node?.kind === "map" ? node.entries : undefined;
      continue;
    }
    const next: YamlEntry | undefined = map?.get(String(key));
    if (next === undefined) return { entry, node, missing: true };
    entry = next;
    node = next.value;
    map = node.kind === "map" ? node.entries : undefined;
  }
  return { entry, node, missing: false };
}

const WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  null: "null",
  Object: "a map",
  Array: "a list",
};

/** `(string | null)` in words; empty when it says nothing that helps a person. */
function inWords(expected: string): string {
  const options = expected.replace(/^\((.*)\)$/, "$1").split(" | ");
  const words = options.map((option) => WORDS[option] ?? (/^(?:"|-?\d)/.test(option) ? option : undefined));
  return words.includes(undefined) ? "" : words.join(" or ");
}

function wantsText(issue: v.BaseIssue<unknown>): boolean {
  return (
    (issue.expected ?? "").includes("string") && issue.received !== "Object" && issue.received !== "Array"
  );
}

function withoutFullStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

/** As Python's `uuid.UUID` reads it (with braces, `urn:uuid:`, without dashes); lower case with dashes. */
function parseUuid(text: string): string | undefined {
  const digits = text
    .replace(/urn:|uuid:/g, "")
    .replace(/^[{}]+|[{}]+$/g, "")
    .replaceAll("-", "")
    .toLowerCase();
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(digits);
  return parts?.slice(1).join("-");
}
