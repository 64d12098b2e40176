/**
 * The driver tree as `j` walks it, with a handle on each driver.
 * Above: run-j.ts; whoever offers `j`. Below: web/exporter's instances, to-driver-error.ts.
 * Specification: the client tree that Python builds of a report: an alias is its target again, under its own name.
 */

import type { CommandFile, DriverHandle } from "../../drivers/base/command.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { ExportedStream } from "../../drivers/base/methods.ts";
import type { DriverInstance } from "../exporter/driver-instance.ts";
import { toDriverError } from "./to-driver-error.ts";

export interface JNode {
  /** "" for the root. */
  readonly name: string;
  /** Dotted path of the Python class that would drive it. */
  readonly clientClass: string;
  readonly description: string | undefined;
  /** Help of single commands, by their names. */
  readonly methodsDescription: Readonly<Record<string, string>>;
  readonly handle: DriverHandle;
  /** Made when it is asked for: aliases of aliases multiply. Of two with one name the later counts. */
  readonly children: readonly JNode[];
}

/** What is needed of an exporter: its drivers, by path. */
export interface DriverAccess {
  call(
    path: readonly string[],
    method: string,
    args: readonly JsonValue[],
    signal: AbortSignal,
  ): Promise<JsonValue>;
  streamingCall(
    path: readonly string[],
    method: string,
    args: readonly JsonValue[],
    signal: AbortSignal,
  ): AsyncIterable<JsonValue>;
  stream(path: readonly string[], method: string): ExportedStream;
  resource(path: readonly string[], file: CommandFile, signal: AbortSignal): JsonValue;
}

/** The tree of the exporter's own instances. */
export function createJTree(root: DriverInstance, drivers: DriverAccess): JNode {
  return nodeOf(root, root.name, drivers);
}

function nodeOf(instance: DriverInstance, name: string, drivers: DriverAccess): JNode {
  return {
    name,
    clientClass: instance.driver.clientClass,
    description: instance.description,
    methodsDescription: instance.methodsDescription,
    handle: handleOf(instance.path, drivers),
    get children() {
      return instance.children.map((child) =>
        nodeOf(child.kind === "alias" ? child.target : child, child.name, drivers),
      );
    },
  };
}

function handleOf(path: readonly string[], drivers: DriverAccess): DriverHandle {
  return {
    async call(method, args, { signal }) {
      try {
        return await drivers.call(path, method, args, signal);
      } catch (reason) {
        throw toDriverError(reason);
      }
    },
    async *streamingCall(method, args, { signal }) {
      try {
        yield* drivers.streamingCall(path, method, args, signal);
      } catch (reason) {
        throw toDriverError(reason);
      }
    },
    async stream(method, { signal }) {
      try {
        return await drivers.stream(path, method).open({ signal });
      } catch (reason) {
        throw toDriverError(reason);
      }
    },
    async resource(file, { signal }) {
      try {
        return drivers.resource(path, file, signal);
      } catch (reason) {
        throw toDriverError(reason);
      }
    },
  };
}
