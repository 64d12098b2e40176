/**
 * From a checked configuration to running drivers: children first, aliases resolved, what fails left out and said.
 * Above: exporter.ts. Below: drivers/base, the catalogue. Specification: Jumpstarter's ExporterConfig and its Proxy.
 */

import * as v from "valibot";
import type { Catalogue } from "../../drivers/base/catalogue.ts";
import type { Clock } from "../../drivers/base/clock.ts";
import type { Devices } from "../../drivers/base/devices.ts";
import type { BuiltInChild, Driver, DriverContext } from "../../drivers/base/driver.ts";
import type { JsonObject } from "../../drivers/base/json.ts";
import type { Severity } from "../../drivers/base/log.ts";
import type { Resources } from "../../drivers/base/resource.ts";
import type { DriverStorage } from "../../drivers/base/storage.ts";
import type { ConfigNode, DriverNode, ExporterConfig } from "./config.ts";
import { deriveUuid } from "./derive-uuid.ts";
import { type DriverAlias, type DriverInstance, pathText, type TreeEntry, walk } from "./driver-instance.ts";
import { createDriverLog } from "./driver-log.ts";
import type { LogRing } from "./log-ring.ts";
import { within } from "./within.ts";

export interface BuildOptions {
  readonly config: ExporterConfig;
  /** Driver uuids are derived from it. */
  readonly exporterUuid: string;
  readonly catalogue: Catalogue;
  readonly devices: Devices;
  readonly storage: DriverStorage;
  /** Files of the instance with this uuid. */
  resourcesOf(uuid: string): Resources;
  readonly clock: Clock;
  readonly log: LogRing;
  /** A driver has told something new of itself. */
  onState(): void;
}

/** A part of the configuration that did not come up. */
export interface BuildFailure {
  readonly path: readonly string[];
  readonly line: number;
  readonly message: string;
}

export interface BuiltTree {
  readonly root: DriverInstance;
  readonly failures: readonly BuildFailure[];
  /** Drivers that came up and have no place, since their parent did not: they are to be stopped. */
  readonly orphans: readonly DriverInstance[];
}

/** 10 s: how long a driver may take to start before the others go on without it. */
export const DRIVER_START_MS = 10_000;

const COMPOSITE = "jumpstarter_driver_composite.driver.Composite";

/** Build the tree. Drivers that fail are left out, with their children; the rest runs. */
export async function buildTree(options: BuildOptions): Promise<BuiltTree> {
  return new TreeBuilder(options).build();
}

/** What a driver is made of. */
interface DriverSpec {
  readonly type: string;
  readonly config: JsonObject;
  readonly devices: Devices;
  readonly children: readonly TreeEntry[];
}

/** What a driver gets of its place in the tree. */
type DriverEdges = Pick<DriverContext, "path" | "log" | "resources" | "setState">;

class TreeBuilder {
  readonly #options: BuildOptions;
  readonly #failures: BuildFailure[] = [];
  /** Nodes of the configuration by path. */
  readonly #nodes = new Map<string, { node: ConfigNode; path: readonly string[] }>();
  /** Entries that are made: asked for by their place and by aliases of them. Undefined: left out. */
  readonly #entries = new Map<string, TreeEntry | undefined>();
  readonly #inProgress = new Set<string>();
  readonly #orphans: DriverInstance[] = [];

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  async build(): Promise<BuiltTree> {
    const { config } = this.#options;
    const root: DriverNode = {
      kind: "driver",
      name: "",
      type: COMPOSITE,
      config: {},
      description: config.description,
      methodsDescription: {},
      labels: {},
      uuid: undefined,
      logLevel: "INFO",
      children: config.children,
      line: 1,
    };
    this.#index(config.children, []);
    const entry = await this.#instance(root, []);
    if (entry === undefined) {
      throw new Error(this.#failures[0]?.message ?? "the root of the driver tree did not come up");
    }
    const live = new Set(walk(entry));
    return { root: this.#withoutLostAliases(entry, live), failures: this.#failures, orphans: this.#orphans };
  }

  /** An alias that was made before its target's parent failed leads to a driver that is not in the tree. */
  #withoutLostAliases(instance: DriverInstance, live: ReadonlySet<DriverInstance>): DriverInstance {
    const children = instance.children.filter((child) => {
      if (child.kind === "instance") this.#withoutLostAliases(child, live);
      else if (!live.has(child.target)) {
        const line = this.#nodes.get(pathText(child.path))?.node.line ?? 1;
        this.#fail(child.path, line, `its target ${pathText(child.target.path)} is left out`);
        return false;
      }
      return true;
    });
    instance.children = children;
    return instance;
  }

  #index(nodes: readonly ConfigNode[], parent: readonly string[]): void {
    for (const node of nodes) {
      const path = [...parent, node.name];
      this.#nodes.set(pathText(path), { node, path });
      if (node.kind === "driver") this.#index(node.children, path);
    }
  }

  /** Entries are made one after the other, so one that is asked for while it is being made leads to itself. */
  async #entry(path: readonly string[]): Promise<TreeEntry | undefined> {
    const key = pathText(path);
    if (this.#entries.has(key)) return this.#entries.get(key);
    if (this.#inProgress.has(key)) return undefined;
    this.#inProgress.add(key);
    const entry = await this.#makeEntry(path);
    this.#inProgress.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  async #makeEntry(path: readonly string[]): Promise<TreeEntry | undefined> {
    const found = this.#nodes.get(pathText(path));
    if (found === undefined) return undefined;
    const { node } = found;
    if (node.kind === "driver") return this.#instance(node, path);
    const target = await this.#target(node.target);
    if (target === undefined) {
      this.#fail(
        path,
        node.line,
        `ref "${node.target.join(".")}" leads to nothing that runs here: correct it, or remove it`,
      );
      return undefined;
    }
    const alias: DriverAlias = { kind: "alias", name: node.name, path, target };
    return alias;
  }

  /** The instance at a path; a part of the path may be children that a driver brings itself. */
  async #target(path: readonly string[]): Promise<DriverInstance | undefined> {
    for (let length = path.length; length > 0; length -= 1) {
      const prefix = path.slice(0, length);
      if (!this.#nodes.has(pathText(prefix))) continue;
      const entry = await this.#entry(prefix);
      let instance = entry?.kind === "alias" ? entry.target : entry;
      for (const name of path.slice(length)) {
        const child = instance?.children.find((candidate) => candidate.name === name);
        instance = child?.kind === "alias" ? child.target : child;
      }
      return instance;
    }
    return undefined;
  }

  async #instance(node: DriverNode, path: readonly string[]): Promise<DriverInstance | undefined> {
    const children: TreeEntry[] = [];
    for (const child of node.children) {
      const entry = await this.#entry([...path, child.name]);
      if (entry !== undefined) children.push(entry);
    }
    return this.#create({ ...node, path, devices: this.#options.devices, children });
  }

  async #create(spec: {
    readonly path: readonly string[];
    readonly name: string;
    readonly type: string;
    readonly config: JsonObject;
    readonly devices: Devices;
    readonly children: readonly TreeEntry[];
    readonly description: string | undefined;
    readonly methodsDescription: Readonly<Record<string, string>>;
    readonly labels: Readonly<Record<string, string>>;
    readonly uuid: string | undefined;
    readonly logLevel: Severity;
    readonly line: number;
    /** Set for a child that came ready-made. */
    readonly ready?: Extract<BuiltInChild, { driver: Driver }>;
  }): Promise<DriverInstance | undefined> {
    const { path, name, type, children } = spec;
    const { onState } = this.#options;
    const uuid = spec.uuid ?? (await deriveUuid(this.#options.exporterUuid, pathText(path)));
    let instance: DriverInstance | undefined;
    let state: JsonObject = {};
    let driverType = "other";
    const edges = {
      path,
      log: createDriverLog(this.#options.log, pathText(path), spec.logLevel, () => driverType),
      resources: this.#options.resourcesOf(uuid),
      setState: (change: JsonObject): void => {
        state = { ...state, ...change };
        if (instance !== undefined) instance.state = state;
        onState();
      },
    };
    let driver: Driver;
    try {
      driver = spec.ready?.driver ?? (await this.#startDriver(spec, edges));
      spec.ready?.attached?.(edges);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#fail(path, spec.line, `${type} did not start: ${message}`);
      for (const child of children) if (child.kind === "instance") this.#orphans.push(...walk(child));
      return undefined;
    }
    driverType = driver.category;
    const all: TreeEntry[] = [];
    for (const [childName, child] of driver.builtInChildren ?? []) {
      const made = await this.#builtInChild(child, childName, spec, all);
      if (made !== undefined) all.push(made);
    }
    all.push(...children);
    instance = {
      kind: "instance",
      name,
      path,
      uuid,
      type,
      driver,
      labels: { ...driver.labels, ...spec.labels },
      description: spec.description,
      methodsDescription: spec.methodsDescription,
      logLevel: spec.logLevel,
      children: all,
      state,
      openStreams: 0,
    };
    return instance;
  }

  /** A driver that starts too late is stopped again: it has no place any more. */
  async #startDriver(spec: DriverSpec, edges: DriverEdges): Promise<Driver> {
    const starting = this.#createDriver(spec, edges);
    try {
      return await within(this.#options.clock, DRIVER_START_MS, starting);
    } catch (error) {
      starting.then(
        (driver) => driver[Symbol.asyncDispose](),
        () => undefined, // it is this failure that is told
      );
      throw error;
    }
  }

  async #createDriver(spec: DriverSpec, edges: DriverEdges): Promise<Driver> {
    const entry = this.#options.catalogue.find(spec.type);
    if (entry?.kind !== "available") throw new Error(`driver type ${spec.type} is not available here`);
    const definition = await entry.load();
    const config = v.safeParse(definition.config, spec.config);
    if (!config.success) throw new Error(config.issues[0].message);
    return definition.create(
      {
        clock: this.#options.clock,
        devices: spec.devices,
        storage: this.#options.storage,
        children: new Map(
          spec.children.map((child) => [child.name, (child.kind === "alias" ? child.target : child).driver]),
        ),
        ...edges,
      },
      config.output,
    );
  }

  /** @param siblings What the same driver has brought before: what a `ref` may mean, at any depth. */
  async #builtInChild(
    child: BuiltInChild,
    name: string,
    parent: { path: readonly string[]; line: number; logLevel: Severity },
    siblings: readonly TreeEntry[],
  ): Promise<TreeEntry | undefined> {
    const path = [...parent.path, name];
    if ("ref" in child) {
      const found = siblings.find((sibling) => sibling.name === child.ref);
      if (found !== undefined)
        return { kind: "alias", name, path, target: found.kind === "alias" ? found.target : found };
      this.#fail(path, parent.line, `its target ${child.ref} is left out`);
      return undefined;
    }
    const children: TreeEntry[] = [];
    for (const [childName, own] of ("children" in child && child.children) || []) {
      const made = await this.#builtInChild(own, childName, { ...parent, path }, siblings);
      if (made !== undefined) children.push(made);
    }
    return this.#create({
      path,
      name,
      type: "driver" in child ? `${pathText(parent.path)}'s own` : child.type,
      config: "driver" in child ? {} : child.config,
      devices: "driver" in child ? this.#options.devices : child.devices,
      ...("driver" in child ? { ready: child } : {}),
      children,
      description: child.description,
      methodsDescription: {},
      labels: {},
      uuid: undefined,
      logLevel: parent.logLevel,
      line: parent.line,
    });
  }

  #fail(path: readonly string[], line: number, message: string): void {
    this.#failures.push({ path, line, message });
    this.#options.log.append({
      severity: "ERROR",
      source: "system",
      message: `${pathText(path)} is left out: ${message}`,
      driver: pathText(path),
    });
  }
}
