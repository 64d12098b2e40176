/**
 * A configuration as a tree of names, for people who build one by clicks: also one that cannot start yet.
 * Above: edit-config.ts, web/ui/builder/. Below: yaml-tree.ts.
 * Specification: Jumpstarter's ExporterConfig. What is wrong with it, check-exporter-config.ts says.
 */

import type { JsonValue } from "../../drivers/base/json.ts";
import { toJson } from "./fields.ts";
import { type Place, Problems } from "./problems.ts";
import type { YamlEntry, YamlMap, YamlNode } from "./yaml-node.ts";
import { readYaml } from "./yaml-tree.ts";

export interface Outline {
  readonly name: string;
  readonly description: string;
  readonly drivers: readonly OutlineDriver[];
}

export interface OutlineDriver {
  readonly name: string;
  readonly path: readonly string[];
  /** `group`: only children. `alias`: a `ref`. `unclear`: none of what an instance can be. */
  readonly kind: "driver" | "group" | "alias" | "unclear";
  readonly type: string | undefined;
  readonly ref: string | undefined;
  readonly description: string;
  readonly config: ReadonlyMap<string, OutlineValue>;
  readonly children: readonly OutlineDriver[];
  /** Its first line and its last, counted from 1: which problems are its own. */
  readonly lines: { readonly from: number; readonly to: number };
}

export interface OutlineValue {
  readonly value: JsonValue;
  readonly line: number;
}

export type OutlineResult =
  | { readonly ok: true; readonly outline: Outline }
  /** One sentence, with its line. */
  | { readonly ok: false; readonly reason: string; readonly line: number };

/** Never throws for what stands in the text. */
export function readOutline(text: string): OutlineResult {
  const problems = new Problems();
  const root = readYaml(text, problems);
  const wrong = problems.list().find(({ severity }) => severity === "error");
  if (wrong !== undefined || root === undefined) {
    const { line = 1, message = "This is not YAML." } = wrong ?? {};
    return { ok: false, line, reason: `Line ${line}: ${message}` };
  }
  if (root.kind === "list" || (root.kind === "scalar" && root.value !== null)) {
    return {
      ok: false,
      line: 1,
      reason: 'Line 1: A configuration is a map of keys: begin with "apiVersion: jumpstarter.dev/v1alpha1".',
    };
  }
  const top = asMap(root);
  const metadata = asMap(top?.entries.get("metadata")?.value);
  return {
    ok: true,
    outline: {
      name: textOf(metadata, "name"),
      description: textOf(top, "description"),
      drivers: driversOf(top?.entries.get("export"), []),
    },
  };
}

/** Every driver, parents before their children. */
export function* everyDriver(drivers: readonly OutlineDriver[]): Generator<OutlineDriver> {
  for (const driver of drivers) {
    yield driver;
    yield* everyDriver(driver.children);
  }
}

export function findDriver(outline: Outline, path: readonly string[]): OutlineDriver | undefined {
  let among = outline.drivers;
  let found: OutlineDriver | undefined;
  for (const name of path) {
    found = among.find((driver) => driver.name === name);
    if (found === undefined) return undefined;
    among = found.children;
  }
  return found;
}

/** The innermost driver that this line belongs to; undefined: none. */
export function driverAtLine(outline: Outline, line: number): OutlineDriver | undefined {
  // Parents come first.
  return [...everyDriver(outline.drivers)].findLast(({ lines }) => line >= lines.from && line <= lines.to);
}

/** Aliases of aliases that are followed: a circle of them ends somewhere. */
const MAX_ALIASES = 16;

/**
 * Where each name of a `ref` lands: paths from the root, other aliases on the way followed. Ends where there is nothing.
 */
export function landings(outline: Outline, ref: string): readonly (readonly string[])[] {
  const landed: (readonly string[])[] = [];
  let at: readonly string[] = [];
  for (const name of ref.split(".")) {
    const here = [...at, name];
    const driver = findDriver(outline, here);
    if (driver === undefined) break;
    landed.push(here);
    const beyond = followed(outline, driver);
    if (beyond === undefined) break;
    at = beyond;
  }
  return landed;
}

function followed(outline: Outline, from: OutlineDriver): readonly string[] | undefined {
  let driver: OutlineDriver | undefined = from;
  for (let aliases = 0; driver !== undefined && aliases <= MAX_ALIASES; aliases++) {
    if (driver.kind !== "alias") return driver.path;
    driver = findDriver(outline, (driver.ref ?? "").split("."));
  }
  return undefined;
}

function driversOf(entry: YamlEntry | undefined, parent: readonly string[]): readonly OutlineDriver[] {
  return [...(asMap(entry?.value)?.entries.values() ?? [])].map((child) => driver(child, parent));
}

function driver(entry: YamlEntry, parent: readonly string[]): OutlineDriver {
  const path = [...parent, entry.key];
  const map = asMap(entry.value);
  const type = scalarText(map, "type");
  const ref = scalarText(map, "ref");
  const children = driversOf(map?.entries.get("children"), path);
  const config = asMap(map?.entries.get("config")?.value)?.entries.values() ?? [];
  return {
    name: entry.key,
    path,
    kind: map?.entries.has("type")
      ? "driver"
      : map?.entries.has("children")
        ? "group"
        : map?.entries.has("ref")
          ? "alias"
          : "unclear",
    type,
    ref,
    description: textOf(map, "description"),
    config: new Map(
      [...config].map(({ key, keyPlace, value }) => [key, { value: toJson(value), line: keyPlace.line }]),
    ),
    children,
    lines: { from: entry.keyPlace.line, to: lastLine(entry) },
  };
}

/** An alias (`*`) stands for lines elsewhere, which are not its own. */
function lastLine(entry: YamlEntry): number {
  let last = entry.keyPlace.line;
  const reach = (place: Place): void => {
    if (place.endLine > last) last = place.endLine;
  };
  const visit = (node: YamlNode): void => {
    if (node.place.line < entry.keyPlace.line) return;
    reach(node.place);
    if (node.kind === "list") for (const item of node.items) visit(item);
    if (node.kind === "map") {
      for (const { keyPlace, value } of node.entries.values()) {
        if (keyPlace.line >= entry.keyPlace.line) reach(keyPlace);
        visit(value);
      }
    }
  };
  visit(entry.value);
  return last;
}

function asMap(node: YamlNode | undefined): YamlMap | undefined {
  return node?.kind === "map" ? node : undefined;
}

function scalarText(map: YamlMap | undefined, key: string): string | undefined {
  const value = map?.entries.get(key)?.value;
  return value?.kind === "scalar" && value.value !== null ? value.text : undefined;
}

/** Nothing, when it is not text: then the check says so. */
function textOf(map: YamlMap | undefined, key: string): string {
  const value = map?.entries.get(key)?.value;
  return value?.kind === "scalar" && typeof value.value === "string" ? value.value : "";
}
