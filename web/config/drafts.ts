/**
 * Driver instances as the file has them, before anybody knows whether they can run: shapes and keys are checked here.
 * Above: check-exporter-config.ts, with check-drivers.ts and resolve-refs.ts working on the result. Below: yaml-node.ts, fields.ts.
 * Specification: Jumpstarter's ExporterConfig: an instance is `type` with its fields, or `children` alone, or `ref` alone. Python
 * tries the shapes in turn and takes an instance with a wrong field for an empty group, silently; here the field is named.
 */

import { isNull, optionalText, textMap, unknownKey, unknownKeys } from "./fields.ts";
import type { Place, Problems } from "./problems.ts";
import { describe, isBare, valuePlace, type YamlEntry, type YamlMap } from "./yaml-node.ts";

/** What a node with only `children:` is. */
export const COMPOSITE = "jumpstarter_driver_composite.driver.Composite";

/** Every instance is a report in one message of at most 4 MiB, and a card on the page. */
export const MAX_DRIVERS = 256;

export type Draft = DriverDraft | ProxyDraft;

interface DraftBase {
  readonly name: string;
  readonly path: readonly string[];
  readonly keyPlace: Place;
  /** Why it will not be in the tree: it cannot run here, or something in it is wrong (and was said). */
  absent: "left-out" | "wrong" | undefined;
}

export interface DriverDraft extends DraftBase {
  readonly kind: "driver";
  readonly type: string;
  readonly typePlace: Place;
  readonly config: YamlMap | undefined;
  readonly description: string | undefined;
  readonly methodsDescription: Readonly<Record<string, string>>;
  readonly children: ReadonlyMap<string, Draft>;
}

export interface ProxyDraft extends DraftBase {
  readonly kind: "proxy";
  readonly ref: readonly string[];
  readonly refPlace: Place;
}

const DRIVER_KEYS = ["type", "description", "methods_description", "config", "children"];
const INSTANCE_KEYS = [...DRIVER_KEYS, "ref"];

/** What Python's client object has itself: a child of such a name is not its attribute. */
const CLIENT_ATTRIBUTES: ReadonlySet<string> = new Set(
  `call call_async check_exporter_status children cli close description end_session_async get_status_async labels log_level
   log_stream log_stream_async logger methods_description name open_stream portal resource_async stack status
   status_monitor_async stream stream_async streamingcall streamingcall_async stub uuid wait_for_hook_complete_monitored
   wait_for_hook_status wait_for_lease_ready wait_for_lease_ready_monitored`.split(/\s+/),
);

/** @param map What stands below `export:`. */
export function readDrafts(map: YamlMap, problems: Problems): ReadonlyMap<string, Draft> {
  return new DraftReader(problems).children(map, []);
}

class DraftReader {
  readonly #problems: Problems;
  #count = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  children(map: YamlMap, parent: readonly string[]): ReadonlyMap<string, Draft> {
    const drafts = new Map<string, Draft>();
    for (const entry of map.entries.values()) {
      this.#count++;
      if (this.#count > MAX_DRIVERS) {
        if (this.#count === MAX_DRIVERS + 1) {
          this.#problems.error(
            entry.keyPlace,
            `More than ${MAX_DRIVERS} driver instances: split the configuration, and run each part in a tab of its own.`,
          );
        }
        break;
      }
      this.#checkName(entry, parent);
      drafts.set(entry.key, this.#instance(entry, [...parent, entry.key]));
    }
    return drafts;
  }

  #checkName(entry: YamlEntry, parent: readonly string[]): void {
    const { key, keyPlace } = entry;
    if (key === "")
      this.#problems.error(keyPlace, 'A driver\'s name is empty: write a name, for example "power".');
    if (key.includes(".")) {
      this.#problems.info(
        keyPlace,
        `No "ref" can name "${key}", since dots separate names there: write "${key.replaceAll(".", "_")}".`,
      );
    }
    if (CLIENT_ATTRIBUTES.has(key)) {
      const client = ["client", ...parent].join(".");
      this.#problems.info(
        keyPlace,
        `In Python, ${client}.${key} is something else: tests reach this driver as ${client}.children["${key}"], or rename it.`,
      );
    }
  }

  #instance(entry: YamlEntry, path: readonly string[]): Draft {
    const { value } = entry;
    if (value.kind !== "map") {
      this.#problems.error(
        valuePlace(entry),
        `"${entry.key}" must be a map with "type", "children" or "ref", and is ${describe(value)}: write the driver's type below it.`,
      );
      return this.#group(entry, path, undefined, "wrong");
    }
    if (value.entries.has("type")) return this.#driver(entry, path, value);
    if (value.entries.has("children")) return this.#bareGroup(entry, path, value);
    if (value.entries.has("ref")) return this.#proxy(entry, path, value);
    return this.#nothing(entry, path, value);
  }

  #driver(entry: YamlEntry, path: readonly string[], map: YamlMap): Draft {
    const type = map.entries.get("type");
    this.#warnUnknown(entry, map);
    if (map.entries.has("ref"))
      this.#ignored(map, "ref", `"${entry.key}" has a "type": remove one of the two`);
    const draft = this.#group(entry, path, map);
    if (type === undefined || type.value.kind !== "scalar" || typeof type.value.value !== "string") {
      const is = type === undefined ? "missing" : describe(type.value);
      this.#problems.error(
        type === undefined ? entry.keyPlace : valuePlace(type),
        `"type" of "${entry.key}" must name a driver, and is ${is}: write, for example, "jumpstarter_driver_power.driver.MockPower".`,
      );
      return { ...draft, absent: "wrong" };
    }
    const config = this.#config(entry, map);
    return {
      ...draft,
      type: type.value.value,
      typePlace: type.value.place,
      config: config === "wrong" ? undefined : config,
      absent: config === "wrong" ? "wrong" : draft.absent,
    };
  }

  #config(owner: YamlEntry, map: YamlMap): YamlMap | undefined | "wrong" {
    const entry = map.entries.get("config");
    if (entry === undefined || entry.value.kind === "map") return entry?.value as YamlMap | undefined;
    if (isNull(entry.value)) {
      this.#problems.warning(
        entry.keyPlace,
        `"config:" of "${owner.key}" is empty: write "config: {}" or remove the line (taken as {} here, while Jumpstarter's own exporter silently drops the driver).`,
      );
      return undefined;
    }
    this.#problems.error(
      valuePlace(entry),
      `"config" of "${owner.key}" must be a map, and is ${describe(entry.value)}: write "key: value" lines below it.`,
    );
    return "wrong";
  }

  #bareGroup(entry: YamlEntry, path: readonly string[], map: YamlMap): Draft {
    this.#warnUnknown(entry, map);
    if (map.entries.has("ref"))
      this.#ignored(map, "ref", `"${entry.key}" has "children": remove one of the two`);
    if (map.entries.has("config"))
      this.#ignored(map, "config", `"${entry.key}" has no "type": add one or remove this`);
    for (const key of ["description", "methods_description"]) {
      const field = map.entries.get(key);
      if (field === undefined) continue;
      this.#problems.info(
        field.keyPlace,
        `Jumpstarter's own exporter drops "${key}" of a group without "type": add "type: ${COMPOSITE}" to keep it there too.`,
      );
    }
    return this.#group(entry, path, map);
  }

  #proxy(entry: YamlEntry, path: readonly string[], map: YamlMap): Draft {
    this.#warnUnknown(entry, map);
    for (const key of ["description", "methods_description", "config"]) {
      if (map.entries.has(key)) this.#ignored(map, key, `"ref" stands for another driver: write it there`);
    }
    const base = { kind: "proxy", name: entry.key, path, keyPlace: entry.keyPlace } as const;
    const ref = map.entries.get("ref");
    if (ref?.value.kind === "scalar" && typeof ref.value.value === "string") {
      const names = ref.value.value.split(".");
      if (!names.includes("")) return { ...base, ref: names, refPlace: ref.value.place, absent: undefined };
    }
    const place = ref === undefined ? entry.keyPlace : valuePlace(ref);
    this.#problems.error(
      place,
      `"ref" of "${entry.key}" must be names from the top, joined by dots: write, for example, "ref: board.serial".`,
    );
    return { ...base, ref: [], refPlace: place, absent: "wrong" };
  }

  #nothing(entry: YamlEntry, path: readonly string[], map: YamlMap): Draft {
    if (map.entries.size === 0) {
      this.#problems.warning(
        entry.keyPlace,
        `"${entry.key}" is an empty group: give it "type", "children" or "ref", or remove it.`,
      );
      return this.#group(entry, path, map);
    }
    const unknown = unknownKeys(map, INSTANCE_KEYS);
    const first = unknown[0] ?? [...map.entries.values()][0];
    const what =
      first === undefined || unknown.length === 0
        ? `"${entry.key}" has neither "type" nor "children" nor "ref"`
        : `${unknownKey(first, `"${entry.key}"`, INSTANCE_KEYS)}, which has neither "type" nor "children" nor "ref"`;
    this.#problems.warning(
      first?.keyPlace ?? entry.keyPlace,
      `${what}: give it a "type" (left out here, while Jumpstarter's own exporter silently shows an empty group).`,
    );
    return this.#group(entry, path, undefined, "left-out");
  }

  /** A driver of the type Composite, with everything that does not depend on the type. */
  #group(
    entry: YamlEntry,
    path: readonly string[],
    map: YamlMap | undefined,
    absent?: "left-out" | "wrong",
  ): DriverDraft {
    const owner = `"${entry.key}"`;
    const description =
      map === undefined
        ? undefined
        : optionalText(map, "description", `"description" of ${owner}`, this.#problems);
    const methods = map === undefined ? {} : this.#methodsDescription(map, owner);
    const children = map === undefined ? new Map<string, Draft>() : this.#childrenOf(map, path, owner);
    const wrong = description === "wrong" || methods === "wrong" || children === "wrong";
    return {
      kind: "driver",
      name: entry.key,
      path,
      keyPlace: entry.keyPlace,
      type: COMPOSITE,
      typePlace: entry.keyPlace,
      config: undefined,
      description: description === "wrong" ? undefined : description,
      methodsDescription: methods === "wrong" ? {} : methods,
      children: children === "wrong" ? new Map() : children,
      absent: wrong ? "wrong" : absent,
    };
  }

  #childrenOf(map: YamlMap, path: readonly string[], owner: string): ReadonlyMap<string, Draft> | "wrong" {
    const entry = this.#mapField(map, "children", owner, "driver instances");
    if (entry === undefined || entry === "wrong") return entry ?? new Map();
    return this.children(entry, path);
  }

  #methodsDescription(map: YamlMap, owner: string): Readonly<Record<string, string>> | "wrong" {
    const entry = this.#mapField(map, "methods_description", owner, "names of methods");
    if (entry === undefined || entry === "wrong") return entry ?? {};
    return textMap(entry, `"methods_description" of ${owner}`, this.#problems);
  }

  #mapField(map: YamlMap, key: string, owner: string, of: string): YamlMap | undefined | "wrong" {
    const entry = map.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.value.kind === "map") return entry.value;
    if (isBare(entry.value) || isNull(entry.value)) {
      this.#problems.warning(
        entry.keyPlace,
        `"${key}:" of ${owner} is empty: remove the line (taken as {} here, while Jumpstarter's own exporter refuses it).`,
      );
      return undefined;
    }
    this.#problems.error(
      valuePlace(entry),
      `"${key}" of ${owner} must be a map of ${of}, and is ${describe(entry.value)}: ${entry.value.kind === "list" ? 'write "name:" lines instead of "- " lines' : 'write "name:" lines below it'}.`,
    );
    return "wrong";
  }

  #warnUnknown(entry: YamlEntry, map: YamlMap): void {
    for (const unknown of unknownKeys(map, INSTANCE_KEYS)) {
      this.#problems.warning(
        unknown.keyPlace,
        `${unknownKey(unknown, `"${entry.key}"`, INSTANCE_KEYS)}: it is ignored; a driver's own settings belong below "config:".`,
      );
    }
  }

  #ignored(map: YamlMap, key: string, why: string): void {
    const field = map.entries.get(key);
    if (field !== undefined) this.#problems.warning(field.keyPlace, `"${key}" is ignored, since ${why}.`);
  }
}
