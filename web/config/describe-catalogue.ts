/**
 * What there is to choose from, for people: each driver with its settings, taken from its own definition and schema, so that a new
 * driver appears by itself; and why the others are not here.
 * Above: the worker, for the page's builder and its completion. Below: drivers/base/, valibot's schemas.
 */

import * as v from "valibot";
import type { Catalogue } from "../../drivers/base/catalogue.ts";
import type { DriverDefinition } from "../../drivers/base/driver.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { AbsentDriver, CatalogueDriver, CatalogueField, DriverCatalogue } from "../messages.ts";

/** Loads the code of all drivers. Rejects when that of one cannot be loaded. */
export async function describeCatalogue(catalogue: Catalogue): Promise<DriverCatalogue> {
  const drivers = await Promise.all(
    catalogue.available.map(async (type): Promise<readonly CatalogueDriver[]> => {
      const entry = catalogue.find(type);
      return entry?.kind === "available" ? [describeDriver(await entry.load(), entry.summary)] : [];
    }),
  );
  const absent = (catalogue.absent ?? []).flatMap((type): readonly AbsentDriver[] => {
    const entry = catalogue.find(type);
    return entry === undefined || entry.kind === "available"
      ? []
      : [{ type, kind: entry.kind, reason: entry.reason }];
  });
  return { drivers: drivers.flat(), absent, common: COMMON };
}

/** @param summary What it is; what it needs is said by `about`. */
function describeDriver({ type, about, config }: DriverDefinition, summary: string): CatalogueDriver {
  return {
    type,
    title: about?.title ?? type.split(".").at(-1) ?? type,
    category: about?.category ?? "other",
    name: about?.name,
    summary,
    needs: about?.needs ?? [],
    children: about?.children ?? [],
    group: about?.group ?? false,
    brings: about?.brings ?? [],
    fields: fieldsOf(config),
  };
}

/** What every driver has, as check-driver-config.ts reads it. */
const COMMON: readonly CatalogueField[] = [
  {
    ...fieldOf("log_level", v.picklist(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])),
    required: false,
    default: "INFO",
    description: "The least serious lines of its log that are kept.",
  },
  {
    ...fieldOf("labels", v.record(v.string(), v.string())),
    required: false,
    description: "Texts about it for clients, by name.",
  },
  {
    ...fieldOf("uuid", v.string()),
    required: false,
    description: "Its fixed uuid. Left out, it is always the same for this bench.",
  },
];

/** A schema as far as this file looks into it. */
interface AnySchema {
  readonly type: string;
  readonly entries?: Readonly<Record<string, AnySchema>>;
  readonly wrapped?: AnySchema;
  readonly default?: unknown;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly pipe?: readonly AnyStep[];
}

interface AnyStep extends AnySchema {
  readonly kind: string;
  readonly requirement?: unknown;
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

const WRAPPERS = ["optional", "nullish", "nullable", "exact_optional", "undefinedable"];

function fieldsOf(schema: unknown): readonly CatalogueField[] {
  const { entries = {} } = schema as AnySchema;
  return Object.entries(entries).map(([key, entry]) => fieldOf(key, entry));
}

function fieldOf(key: string, schema: unknown): CatalogueField {
  const steps: AnyStep[] = [];
  let required = true;
  let fallback: unknown;
  let inner = schema as AnySchema;
  for (;;) {
    // The first step of a pipe is the schema itself.
    steps.push(...(inner.pipe ?? []).slice(1));
    if (inner.wrapped === undefined || !WRAPPERS.includes(inner.type)) break;
    required &&= inner.type === "nullable";
    fallback ??= typeof inner.default === "function" ? inner.default() : inner.default;
    inner = inner.wrapped;
  }
  const options = optionsOf(inner);
  const step = (type: string): AnyStep | undefined => steps.find((one) => one.type === type);
  return {
    key,
    kind: options.length > 0 ? "choice" : kindOf(inner.type),
    required,
    default: toJson(fallback),
    description: step("description")?.description ?? "",
    options,
    examples: (step("examples")?.examples ?? []).map(toJson),
    min: numberOf(step("min_value")?.requirement),
    max: numberOf(step("max_value")?.requirement),
    integer: step("integer") !== undefined || step("safe_integer") !== undefined,
  };
}

function kindOf(type: string): CatalogueField["kind"] {
  if (type === "string") return "text";
  return type === "number" || type === "boolean" ? type : "other";
}

function optionsOf({ type, options, literal }: AnySchema): readonly (string | number)[] {
  const values =
    type === "picklist"
      ? (options ?? [])
      : type === "literal"
        ? [literal]
        : type === "union"
          ? literalsOf(options)
          : [];
  return values.filter((value) => typeof value === "string" || typeof value === "number");
}

/** Of a union that has nothing else. */
function literalsOf(options: readonly unknown[] = []): readonly unknown[] {
  const schemas = options as readonly AnySchema[];
  return schemas.every(({ type }) => type === "literal") ? schemas.map(({ literal }) => literal) : [];
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function toJson(value: unknown): JsonValue {
  return value === undefined ? null : (structuredClone(value) as JsonValue);
}
