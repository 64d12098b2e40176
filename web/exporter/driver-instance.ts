/**
 * The driver tree at run time: instances with their uuids, and aliases of them.
 * Above: exporter.ts, report.ts, dispatch.ts. Below: drivers/base types.
 */

import type { Driver } from "../../drivers/base/driver.ts";
import type { JsonObject } from "../../drivers/base/json.ts";
import type { Severity } from "../../drivers/base/log.ts";

export interface DriverInstance {
  readonly kind: "instance";
  /** The key under which its parent holds it; "" for the root. */
  readonly name: string;
  /** Names from the root. */
  readonly path: readonly string[];
  readonly uuid: string;
  readonly type: string;
  readonly driver: Driver;
  /** Labels of the configuration and of the driver; those of the field (`jumpstarter.dev/…`) are added by the report. */
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string | undefined;
  readonly methodsDescription: Readonly<Record<string, string>>;
  /** Lines below it are not logged, neither its own nor those about its calls. */
  readonly logLevel: Severity;
  children: readonly TreeEntry[];
  /** What the driver tells the page of itself. */
  state: JsonObject;
  /** Streams that clients have open. */
  openStreams: number;
}

/** An alias (`ref`): the target again, under another name and parent. */
export interface DriverAlias {
  readonly kind: "alias";
  readonly name: string;
  readonly path: readonly string[];
  readonly target: DriverInstance;
}

export type TreeEntry = DriverInstance | DriverAlias;

/** Paths as texts, for maps and for people: `board.serial`. */
export function pathText(path: readonly string[]): string {
  return path.join(".");
}

/** Every instance once, parents before children. */
export function* walk(root: DriverInstance): Generator<DriverInstance> {
  yield root;
  for (const child of root.children) if (child.kind === "instance") yield* walk(child);
}
