/**
 * A tree of real drivers, and `j` on it. Above: tests of web/j. Below: drivers/registry.ts, web/exporter's look-up.
 */

import * as v from "valibot";
import type { Clock } from "../../../drivers/base/clock.ts";
import type { CommandFiles } from "../../../drivers/base/command.ts";
import type { Driver } from "../../../drivers/base/driver.ts";
import type { JsonObject } from "../../../drivers/base/json.ts";
import { commands } from "../../../drivers/commands.ts";
import { catalogue } from "../../../drivers/registry.ts";
import { ManualClock } from "../../../drivers/testing/manual-clock.ts";
import { createTestContext } from "../../../drivers/testing/test-context.ts";
import { requireMethod } from "../../exporter/dispatch.ts";
import type { DriverAlias, DriverInstance, TreeEntry } from "../../exporter/driver-instance.ts";
import { createJTree, type DriverAccess, type JNode } from "../j-tree.ts";
import { runJ } from "../run-j.ts";

/** A driver of the tree, by its type in the catalogue or ready-made; or an alias of a path. */
export interface BenchEntry {
  readonly type?: string;
  readonly driver?: Driver;
  readonly config?: JsonObject;
  readonly description?: string;
  readonly methods?: Readonly<Record<string, string>>;
  readonly children?: Readonly<Record<string, BenchEntry>>;
  readonly ref?: readonly string[];
}

export const COMPOSITE = "jumpstarter_driver_composite.driver.Composite";
export const POWER = "jumpstarter_driver_power.driver.MockPower";
export const SERIAL = "jumpstarter_driver_pyserial.driver.PySerial";
export const NETWORK = "jumpstarter_driver_network.driver.EchoNetwork";

export interface Bench extends AsyncDisposable {
  readonly root: DriverInstance;
  readonly tree: JNode;
  readonly clock: ManualClock;
  /** Run one `j` to its end. */
  j(args: readonly string[], options?: JRunOptions): Promise<JResult>;
}

export interface JRunOptions {
  readonly stdin?: string;
  readonly files?: CommandFiles;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** Told of all that is written, as it comes. */
  onWrite?(text: string): void;
}

export interface JResult {
  readonly exitCode: number;
  readonly out: string;
  readonly errors: string;
}

export async function createBench(
  children: Readonly<Record<string, BenchEntry>>,
  description?: string,
): Promise<Bench> {
  const clock = new ManualClock();
  const drivers: Driver[] = [];
  const root = await makeInstance("", [], { type: COMPOSITE, children, ...(description && { description }) });
  resolveAliases(root);
  const tree = createJTree(root, accessTo(root));
  return {
    root,
    tree,
    clock,
    async j(args, options = {}) {
      let out = "";
      let errors = "";
      const exitCode = await runJ(args, {
        commands,
        tree,
        stdin: options.stdin ?? "",
        files: options.files ?? { read: noFile, write: noFile },
        clock: options.clock ?? clock,
        signal: options.signal ?? new AbortController().signal,
        write: (text) => {
          out += text;
          options.onWrite?.(text);
        },
        writeError: (text) => {
          errors += text;
        },
      });
      return { exitCode, out, errors };
    },
    async [Symbol.asyncDispose]() {
      for (const driver of drivers.reverse()) await driver[Symbol.asyncDispose]();
    },
  };

  async function makeInstance(
    name: string,
    path: readonly string[],
    entry: BenchEntry,
  ): Promise<DriverInstance> {
    const driver = entry.driver ?? (await makeDriver(path, entry));
    drivers.push(driver);
    const made: TreeEntry[] = [];
    for (const [childName, child] of Object.entries(entry.children ?? {})) {
      made.push(
        child.ref === undefined
          ? await makeInstance(childName, [...path, childName], child)
          : { kind: "alias", name: childName, path: child.ref, target: PENDING },
      );
    }
    return {
      kind: "instance",
      name,
      path,
      uuid: path.join("."),
      type: entry.type ?? "its own",
      driver,
      labels: {},
      logLevel: "INFO",
      description: entry.description,
      methodsDescription: entry.methods ?? {},
      children: made,
      state: {},
      openStreams: 0,
    };
  }

  async function makeDriver(
    path: readonly string[],
    { type = "", config = {} }: BenchEntry,
  ): Promise<Driver> {
    const entry = catalogue.find(type);
    if (entry?.kind !== "available") throw new Error(`there is no driver ${type}`);
    const definition = await entry.load();
    return definition.create(createTestContext({ path, clock }), v.parse(definition.config, config));
  }
}

const PENDING = {} as DriverInstance;

/** An alias is made with its target's path, and gets the target when all are there. */
function resolveAliases(root: DriverInstance): void {
  const resolve = (instance: DriverInstance): void => {
    instance.children = instance.children.map((child): TreeEntry => {
      if (child.kind === "instance") {
        resolve(child);
        return child;
      }
      const alias: DriverAlias = {
        ...child,
        path: [...instance.path, child.name],
        target: at(root, child.path),
      };
      return alias;
    });
  };
  resolve(root);
}

function at(root: DriverInstance, path: readonly string[]): DriverInstance {
  let instance = root;
  for (const name of path) {
    const child = instance.children.find((candidate) => candidate.name === name);
    if (child === undefined) throw new Error(`there is no driver ${path.join(".")}`);
    instance = child.kind === "alias" ? child.target : child;
  }
  return instance;
}

async function noFile(): Promise<never> {
  throw new Error("this bench has no files");
}

/** By path, as the exporter has it. */
function accessTo(root: DriverInstance): DriverAccess {
  return {
    call: async (path, method, args, signal) =>
      requireMethod(at(root, path), method, "call").run(args, { signal }),
    streamingCall: (path, method, args, signal) =>
      requireMethod(at(root, path), method, "streaming-call").run(args, { signal }),
    stream: (path, method) => requireMethod(at(root, path), method, "stream"),
    resource: () => {
      throw new Error("this bench takes no files");
    },
  };
}
