/**
 * Changes of an ExporterConfig by click: each answers the new text, or one sentence why not. What was not touched stays, byte for
 * byte: comments, order, quotes, indentation.
 * Above: web/ui/builder/, web/window/ (a device that is added, a bench that is renamed). Below: yaml-source.ts, outline.ts.
 */

import type { JsonObject, JsonValue } from "../../drivers/base/json.ts";
import {
  everyDriver,
  findDriver,
  landings,
  type Outline,
  type OutlineDriver,
  readOutline,
} from "./outline.ts";
import { applyChanges, changeBetween, type TextChange } from "./text-change.ts";
import { type MapPath, NotEditable, YamlSource } from "./yaml-source.ts";

export type Edit =
  | {
      readonly ok: true;
      readonly text: string;
      readonly changes: readonly TextChange[];
      /** Of the driver that it was about, as it is now. */
      readonly path: MapPath;
      /** It has another path than before: what is remembered by it, such as a chosen port, belongs to the new one. */
      readonly moved?: { readonly from: MapPath; readonly to: MapPath };
    }
  /** One sentence with the cure. */
  | { readonly ok: false; readonly reason: string };

/** What is written for a driver that is new. */
export type NewDriver =
  | {
      readonly type: string;
      readonly description?: string;
      readonly config?: JsonObject;
      readonly children?: Readonly<Record<string, NewDriver>>;
    }
  | { readonly ref: string };

/** In the order in which people write them. */
const INSTANCE_KEYS = ["type", "ref", "description", "methods_description", "config", "children"];
const TOP_KEYS = ["apiVersion", "kind", "metadata", "description", "motd"];

/** @param wanted Its name; with a number behind it when that is taken. @param parent Empty: below `export:`. */
export function addDriver(text: string, parent: MapPath, wanted: string, driver: NewDriver): Edit {
  return edit(text, (source, outline) => {
    const siblings = parent.length === 0 ? outline.drivers : requireDriver(outline, parent).children;
    if (parent.length > 0 && requireDriver(outline, parent).kind === "alias")
      throw new NotEditable(ALIAS_HOLDS_NOTHING);
    const name = freeName(wanted, siblings);
    const began =
      source.has(["export"]) || source.text.trim() !== "" ? source : new YamlSource(withHead(source.text));
    return { source: began.insert(childrenPath(parent), name, { ...driver }), path: [...parent, name] };
  });
}

/** With its children, its comments, and nothing else: a `ref` to it is then said to name nothing. */
export function removeDriver(text: string, path: MapPath): Edit {
  return edit(text, (source, outline) => {
    requireDriver(outline, path);
    const keys = keysTo(path);
    const alone = source.keys(keys.slice(0, -1)).length === 1;
    // An empty `children:` of a group would be no group any more.
    const keepEmpty =
      path.length === 1 || (alone && requireDriver(outline, path.slice(0, -1)).kind === "group");
    return { source: source.remove(keys, { keepEmpty }), path: path.slice(0, -1), from: path, own: true };
  });
}

/** Every `ref` to it, or through it, follows. */
export function renameDriver(text: string, path: MapPath, name: string): Edit {
  return edit(text, (source, outline) => {
    const driver = requireDriver(outline, path);
    if (name === driver.name) return { source, path };
    checkName(name, siblingsOf(outline, path));
    let changed = source;
    for (const alias of aliases(outline)) {
      const names = alias.ref.split(".");
      for (const [index, landed] of landings(outline, alias.ref).entries()) {
        if (same(landed, path)) names[index] = name;
      }
      const ref = names.join(".");
      if (ref !== alias.ref) changed = changed.set([...keysTo(alias.path), "ref"], ref);
    }
    return { source: changed.renameKey(keysTo(path), name), path: [...path.slice(0, -1), name], from: path };
  });
}

/**
 * Into another place of the tree. Every `ref` to it, or through it, follows.
 *
 * @param to `parent`: empty for below `export:`. `index`: among the children that are there without it; at the end when absent.
 */
export function moveDriver(
  text: string,
  path: MapPath,
  to: { readonly parent: MapPath; readonly index?: number },
): Edit {
  return edit(text, (source, outline) => {
    const driver = requireDriver(outline, path);
    const { parent } = to;
    if (same(parent.slice(0, path.length), path))
      throw new NotEditable(`"${driver.name}" cannot be inside itself.`);
    const group = parent.length === 0 ? undefined : requireDriver(outline, parent);
    if (group?.kind === "alias") throw new NotEditable(ALIAS_HOLDS_NOTHING);
    const siblings = (group?.children ?? outline.drivers).filter((other) => !same(other.path, path));
    if (siblings.some(({ name }) => name === driver.name)) {
      throw new NotEditable(`There is a "${driver.name}" already: rename one of the two first.`);
    }
    const moved = [...parent, driver.name];
    const block = source.blockText(keysTo(path));
    const next = to.index === undefined ? undefined : siblings[to.index];
    const without = source.remove(keysTo(path), {
      keepEmpty: path.length === 1 || keepsItsGroup(source, outline, path),
    });
    const index = next === undefined ? undefined : without.keys(childrenPath(parent)).indexOf(next.name);
    let changed = without.insertBlock(childrenPath(parent), block, index);
    for (const alias of aliases(outline)) {
      const names = alias.ref.split(".");
      const index = landings(outline, alias.ref).findLastIndex((landed) => same(landed, path));
      if (index === -1 || same(moved, path)) continue;
      const at = same(alias.path.slice(0, path.length), path)
        ? [...moved, ...alias.path.slice(path.length)]
        : alias.path;
      changed = changed.set([...keysTo(at), "ref"], [...moved, ...names.slice(index + 1)].join("."));
    }
    return { source: changed, path: moved, from: path };
  });
}

/** One setting of a driver, below its `config:`. Undefined takes it out. */
export function setConfig(text: string, path: MapPath, key: string, value: JsonValue | undefined): Edit {
  return setField(text, path, ["config", key], value);
}

export function setDriverDescription(text: string, path: MapPath, description: string): Edit {
  return setField(text, path, ["description"], description === "" ? undefined : description);
}

export function setRef(text: string, path: MapPath, ref: string): Edit {
  return setField(text, path, ["ref"], ref);
}

export function setName(text: string, name: string): Edit {
  return setTop(text, ["metadata", "name"], name);
}

export function setDescription(text: string, description: string): Edit {
  return setTop(text, ["description"], description === "" ? undefined : description);
}

function setField(text: string, path: MapPath, field: MapPath, value: JsonValue | undefined): Edit {
  return edit(text, (source, outline) => {
    requireDriver(outline, path);
    const keys = [...keysTo(path), ...field];
    if (value === undefined) {
      return {
        source: source.has(keys) ? source.remove(keys, { keepEmpty: field.length === 1 }) : source,
        path,
        own: true,
      };
    }
    const [first = ""] = field;
    const index = placeAmong(source.keys(keysTo(path)), first, INSTANCE_KEYS);
    const at = field.length === 1 || !source.has([...keysTo(path), first]) ? index : undefined;
    return { source: setAt(source, keysTo(path), field, value, at), path, own: true };
  });
}

function setTop(text: string, field: MapPath, value: JsonValue | undefined): Edit {
  return edit(text, (source) => {
    if (value === undefined)
      return { source: source.has(field) ? source.remove(field, { keepEmpty: true }) : source, path: [] };
    const [first = ""] = field;
    return {
      source: setAt(source, [], field, value, placeAmong(source.keys([]), first, TOP_KEYS)),
      path: [],
    };
  });
}

function setAt(
  source: YamlSource,
  base: MapPath,
  field: MapPath,
  value: JsonValue,
  index: number | undefined,
): YamlSource {
  const [first = "", second] = field;
  if (second === undefined) return source.set([...base, first], value, index);
  if (source.has([...base, first])) return source.set([...base, first, second], value);
  return source.set([...base, first], { [second]: value }, index);
}

/** Before the first key that people write behind it. */
function placeAmong(keys: readonly string[], key: string, order: readonly string[]): number | undefined {
  const later = order.slice(order.indexOf(key) + 1);
  const known = order === TOP_KEYS ? [...later, "export", "hooks"] : later;
  const index = keys.findIndex((other) => known.includes(other));
  return index === -1 ? undefined : index;
}

// How every change is made.

function edit(text: string, change: (source: YamlSource, outline: Outline) => Changed): Edit {
  const before = readOutline(text);
  if (!before.ok) return { ok: false, reason: before.reason };
  try {
    const { source, path, from = path, own = false } = change(new YamlSource(text), before.outline);
    const after = readOutline(source.text);
    if (!after.ok) return { ok: false, reason: DEPENDS };
    // Nobody should find out later that a click has changed something else.
    for (const driver of everyDriver(before.outline.drivers)) {
      const inside = from.length > 0 && same(driver.path.slice(0, from.length), from);
      if (own && inside) continue;
      const now = findDriver(
        after.outline,
        inside ? [...path, ...driver.path.slice(from.length)] : driver.path,
      );
      if (now === undefined || meaning(now) !== meaning(driver)) return { ok: false, reason: DEPENDS };
    }
    const changes = changeBetween(text, source.text);
    return {
      ok: true,
      text: applyChanges(text, changes),
      changes,
      path,
      ...(!own && !same(from, path) && { moved: { from, to: path } }),
    };
  } catch (error) {
    if (error instanceof NotEditable) return { ok: false, reason: error.message };
    throw error;
  }
}

interface Changed {
  readonly source: YamlSource;
  /** Of the driver that it is about, afterwards. */
  readonly path: MapPath;
  /** Where it was before, if elsewhere. */
  readonly from?: MapPath;
  /** What it says itself was to change, or it is gone. */
  readonly own?: boolean;
}

/** What a driver says, but for what follows others. */
function meaning({ kind, type, description, config }: OutlineDriver): string {
  return JSON.stringify([kind, type, description, [...config].map(([key, { value }]) => [key, value])]);
}

const DEPENDS = "Other lines of the text would change too: change it in the text.";
const ALIAS_HOLDS_NOTHING =
  "An alias stands for a driver elsewhere, and holds nothing itself: choose another place.";

function withHead(text: string): string {
  const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return `${before}apiVersion: jumpstarter.dev/v1alpha1\nkind: ExporterConfig\nmetadata:\n  name: my-bench\nexport:\n`;
}

function childrenPath(parent: MapPath): MapPath {
  return parent.length === 0 ? ["export"] : [...keysTo(parent), "children"];
}

function keysTo(path: MapPath): MapPath {
  return path.flatMap((name, depth) => [depth === 0 ? "export" : "children", name]);
}

function keepsItsGroup(source: YamlSource, outline: Outline, path: MapPath): boolean {
  return (
    source.keys(keysTo(path).slice(0, -1)).length === 1 &&
    requireDriver(outline, path.slice(0, -1)).kind === "group"
  );
}

function requireDriver(outline: Outline, path: MapPath): OutlineDriver {
  const driver = findDriver(outline, path);
  if (driver === undefined) throw new NotEditable(`There is no "${path.join(".")}" any more.`);
  return driver;
}

function siblingsOf(outline: Outline, path: MapPath): readonly OutlineDriver[] {
  const parent = path.slice(0, -1);
  return parent.length === 0 ? outline.drivers : requireDriver(outline, parent).children;
}

function checkName(name: string, siblings: readonly OutlineDriver[]): void {
  if (name.trim() === "") throw new NotEditable('A driver needs a name: write, for example, "power".');
  if (/\p{Cc}/u.test(name)) throw new NotEditable("A name is on one line, without tabs: write it without.");
  if (name.includes("."))
    throw new NotEditable('A "." separates names in a "ref": write the name without it.');
  if (siblings.some((other) => other.name === name)) {
    throw new NotEditable(`There is a "${name}" already: choose another name.`);
  }
}

/** `serial`, `serial2`, `serial3`…: no dashes, so that Python can say `client.serial2`. */
function freeName(wanted: string, siblings: readonly OutlineDriver[]): string {
  const taken = new Set(siblings.map(({ name }) => name));
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}${number}`)) number++;
  return `${wanted}${number}`;
}

function aliases(outline: Outline): readonly (OutlineDriver & { readonly ref: string })[] {
  return [...everyDriver(outline.drivers)].flatMap((driver) =>
    driver.kind === "alias" && driver.ref !== undefined ? [{ ...driver, ref: driver.ref }] : [],
  );
}

function same(one: MapPath, other: MapPath): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
