/**
 * An ExporterConfig that has been checked: what web/config makes of the YAML, and what the exporter is built from.
 * Above: web/config/ produces it, build-tree.ts consumes it. Below: nothing.
 * Specification: Jumpstarter's ExporterConfig, `jumpstarter.dev/v1alpha1`.
 */

import type { JsonObject } from "../../drivers/base/json.ts";
import type { Severity } from "../../drivers/base/log.ts";

export interface ExporterConfig {
  /** `metadata.name`: label `jumpstarter.dev/name` of the report. */
  readonly name: string;
  readonly namespace: string | undefined;
  /** Becomes the root's description. */
  readonly description: string | undefined;
  readonly motd: string | undefined;
  /** The root composite's children, in the order of the file. Never empty. */
  readonly children: readonly ConfigNode[];
  readonly hooks: {
    readonly beforeLease: HookConfig | undefined;
    readonly afterLease: HookConfig | undefined;
  };
}

/** 1 h: the longest that a hook may take. The page's own waits are longer. */
export const MAX_HOOK_MS = 3_600_000;

/** A script at the border of a session. One with an empty script does not exist. */
export interface HookConfig {
  /** The text itself, also where the configuration names a file. */
  readonly script: string;
  /** After so long it is ended, and has failed. */
  readonly timeoutMs: number;
  readonly onFailure: "warn" | "endLease" | "exit";
  /** Line of the hook's key, from 1. */
  readonly line: number;
}

/** One entry below `export:` or `children:` that can run here. */
export type ConfigNode = DriverNode | ProxyNode;

export interface DriverNode {
  readonly kind: "driver";
  readonly name: string;
  /** In the catalogue, and available. A node with only `children:` has Composite's type. */
  readonly type: string;
  /** Checked against the driver's schema, and without the common fields below. */
  readonly config: JsonObject;
  readonly description: string | undefined;
  readonly methodsDescription: Readonly<Record<string, string>>;
  /** From `config.labels`. */
  readonly labels: Readonly<Record<string, string>>;
  /** From `config.uuid`: a fixed instance uuid, lower case with dashes. */
  readonly uuid: string | undefined;
  /** From `config.log_level`; lines below it are not logged. */
  readonly logLevel: Severity;
  readonly children: readonly ConfigNode[];
  /** Line of the entry's key, from 1. */
  readonly line: number;
}

export interface ProxyNode {
  readonly kind: "proxy";
  readonly name: string;
  /** Names from the root. It leads to a node that exists in this configuration, and in no circle. */
  readonly target: readonly string[];
  readonly line: number;
}
