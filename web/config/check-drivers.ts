/**
 * Whether each driver instance can run here: its type is looked up in the catalogue, its `config:` is checked against the driver's
 * own schema, at the exact line.
 * Above: check-exporter-config.ts. Below: drafts.ts, drivers/base/catalogue.ts, valibot.
 * Specification: Jumpstarter constructs a driver with all of `config` as keyword arguments: plain dataclasses refuse unknown
 * keys and missing ones; `log_level`, `labels` and `uuid` are every driver's.
 */

import type { Catalogue } from "../../drivers/base/catalogue.ts";
import type { DriverDefinition } from "../../drivers/base/driver.ts";
import { type CheckedDriverConfig, checkDriverConfig } from "./check-driver-config.ts";
import { nearest } from "./did-you-mean.ts";
import { COMPOSITE, type Draft, type DriverDraft } from "./drafts.ts";
import type { Place, Problems } from "./problems.ts";

export type CheckedConfigs = ReadonlyMap<DriverDraft, CheckedDriverConfig>;

/** Marks the drafts that cannot run here as absent, and returns the configurations of the others. */
export async function checkDrivers(
  roots: ReadonlyMap<string, Draft>,
  catalogue: Catalogue,
  problems: Problems,
): Promise<CheckedConfigs> {
  const definitions = await loadDefinitions(new Set(typesBelow(roots)), catalogue);
  const configs = new Map<DriverDraft, CheckedDriverConfig>();
  const uuids = new Map<string, Place>();

  const visit = (draft: Draft): void => {
    if (draft.kind === "proxy") return;
    const definition = definitions.get(draft.type);
    if (draft.absent !== undefined) {
      leaveOut(draft, draft.absent);
      return;
    }
    if (definition === undefined || typeof definition === "string") {
      if (definition === "failed") {
        problems.error(
          draft.typePlace,
          `The code of ${draft.type} could not be loaded: reload the page, and look at the network.`,
        );
        leaveOut(draft, "wrong");
      } else {
        problems.warning(draft.typePlace, reasonToLeaveOut(draft, catalogue));
        leaveOut(draft, "left-out");
      }
      return;
    }
    const config = checkDriverConfig(draft, definition, problems, uuids);
    if (config === "left-out") {
      leaveOut(draft, config);
      return;
    }
    if (config === "wrong") draft.absent = config;
    else configs.set(draft, config);
    for (const child of draft.children.values()) visit(child);
  };
  for (const draft of roots.values()) visit(draft);
  return configs;
}

function* typesBelow(drafts: ReadonlyMap<string, Draft>): Generator<string> {
  for (const draft of drafts.values()) {
    if (draft.kind !== "driver") continue;
    yield draft.type;
    yield* typesBelow(draft.children);
  }
}

async function loadDefinitions(
  types: ReadonlySet<string>,
  catalogue: Catalogue,
): Promise<ReadonlyMap<string, DriverDefinition | "failed">> {
  const loaded = new Map<string, DriverDefinition | "failed">();
  await Promise.all(
    [...types].map(async (type) => {
      const entry = catalogue.find(type);
      if (entry?.kind !== "available") return;
      // A driver's code is a file of its own, fetched when it is needed, and that can fail like every fetch.
      loaded.set(type, await entry.load().catch(() => "failed" as const));
    }),
  );
  return loaded;
}

/** With its children: they hang on it. */
function leaveOut(draft: Draft, absent: "left-out" | "wrong"): void {
  draft.absent ??= absent;
  if (draft.kind === "driver") for (const child of draft.children.values()) leaveOut(child, absent);
}

function reasonToLeaveOut(draft: DriverDraft, catalogue: Catalogue): string {
  const entry = catalogue.find(draft.type);
  const rest = draft.children.size === 0 ? "" : ", with its children";
  if (entry?.kind === "impossible" || entry?.kind === "planned") {
    return `"${draft.name}" is left out${rest}: ${withFullStop(entry.reason)}`;
  }
  const meant = nearestType(draft.type, catalogue.available);
  const cure =
    meant === undefined
      ? `correct it, or write "type: ${COMPOSITE}" for a plain group`
      : `did you mean "${meant}"?`;
  return `"${draft.name}" is left out${rest}, since there is no driver "${draft.type}" here: ${cure}${meant === undefined ? "." : ""}`;
}

/** The whole path, or its last name: people remember the class, and upstream moves its modules. */
function nearestType(type: string, available: readonly string[]): string | undefined {
  const className = type.split(".").at(-1) ?? type;
  const byClass = new Map(available.map((known) => [known.split(".").at(-1) ?? known, known]));
  const near = nearest(className, byClass.keys());
  return (near === undefined ? undefined : byClass.get(near)) ?? nearest(type, available);
}

function withFullStop(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
