/**
 * What can be added: found by words, and what is written for it.
 * Above: catalogue-dialog.ts, editor.ts. Below: DriverCatalogue of web/messages.ts, web/config/outline.ts.
 */

import type { NewDriver } from "../../config/edit-config.ts";
import { everyDriver, findDriver, type Outline } from "../../config/outline.ts";
import type { AbsentDriver, CatalogueDriver, DriverCatalogue } from "../../messages.ts";

export type Choice =
  | { readonly kind: "driver"; readonly driver: CatalogueDriver }
  /** Another name for a driver that is there. */
  | { readonly kind: "alias" }
  /** Cannot be added; listed with the reason for who looks for it. */
  | { readonly kind: "absent"; readonly driver: AbsentDriver };

export type Category = CatalogueDriver["category"];

export const CATEGORIES: Readonly<Record<Category, string>> = {
  power: "Power",
  serial: "Serial",
  console: "Consoles",
  storage: "Storage and flashing",
  debug: "Debugging",
  network: "Network",
  video: "Video",
  composite: "Boards and groups",
  other: "Others",
};

/** @param category Undefined: all. */
export function findChoices(
  catalogue: DriverCatalogue,
  query: string,
  category: Category | undefined,
): readonly Choice[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (...texts: readonly string[]): boolean => {
    const text = texts.join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const order = Object.keys(CATEGORIES);
  const drivers = catalogue.drivers
    .filter((driver) => category === undefined || driver.category === category)
    .filter(({ title, type, summary, category: own }) => fits(title, type, summary, CATEGORIES[own]))
    .toSorted(
      (a, b) =>
        nearness(b, words) - nearness(a, words) || order.indexOf(a.category) - order.indexOf(b.category),
    )
    .map((driver): Choice => ({ kind: "driver", driver }));
  const alias: readonly Choice[] =
    (category === undefined || category === "composite") && fits(ALIAS.title, ALIAS.summary, "ref")
      ? [{ kind: "alias" }]
      : [];
  // They are looked for, not looked at.
  const absent =
    words.length === 0 || category !== undefined
      ? []
      : catalogue.absent
          .filter(({ type }) => fits(type))
          .map((driver): Choice => ({ kind: "absent", driver }));
  return [...drivers, ...alias, ...absent];
}

export const ALIAS = {
  title: "Alias",
  summary: "Another name for a driver that is there, or for a child of it (ref).",
} as const;

function nearness({ title, type }: CatalogueDriver, words: readonly string[]): number {
  const [first] = words;
  if (first === undefined) return 0;
  if (title.toLowerCase().startsWith(first)) return 2;
  return title.toLowerCase().includes(first) || className(type).toLowerCase().includes(first) ? 1 : 0;
}

/** What people remember of `jumpstarter_driver_pyserial.driver.PySerial`. */
export function className(type: string): string {
  return type.split(".").at(-1) ?? type;
}

/** What `needs` and `children` mean for a person. */
export function needsText({ needs, children, brings }: CatalogueDriver): string {
  const wanted = needs.map((kind) => (kind === "serial" ? "a serial port" : "a USB device"));
  const missing = children.filter(({ required }) => required).map(({ name }) => `a child "${name}"`);
  const all = [...wanted, ...missing];
  const needed = all.length === 0 ? "Needs nothing." : `Needs ${all.join(" and ")}.`;
  return brings.length === 0 ? needed : `${needed} Brings ${brings.join(", ")}.`;
}

/** Names that a `ref` may have: what is there, and what drivers bring themselves. */
export function refTargets(outline: Outline, catalogue: DriverCatalogue | undefined): readonly string[] {
  return [...everyDriver(outline.drivers)].flatMap(({ path, type, kind }) => {
    if (kind === "alias") return [];
    const brings = catalogue?.drivers.find((driver) => driver.type === type)?.brings ?? [];
    return [path.join("."), ...brings.map((name) => [...path, name].join("."))];
  });
}

export interface Addition {
  readonly name: string;
  readonly driver: NewDriver;
}

/** What is written for a choice. A sentence when nothing can be. @param parent Empty: below `export:`. */
export function additionFor(
  choice: Choice,
  catalogue: DriverCatalogue,
  outline: Outline,
  parent: readonly string[],
): Addition | string {
  if (choice.kind === "absent") return choice.driver.reason;
  const siblings = parent.length === 0 ? outline.drivers : (findDriver(outline, parent)?.children ?? []);
  const names = siblings.map(({ name }) => name);
  if (choice.kind === "alias") {
    const target = refTargets(outline, catalogue).find((ref) => !names.includes(lastName(ref)));
    const [first] = refTargets(outline, catalogue);
    const ref = target ?? first;
    return ref === undefined
      ? "There is no driver to stand for yet: add one first."
      : { name: lastName(ref), driver: { ref } };
  }
  const { driver } = choice;
  const wanted = wantedChild(driver, catalogue, outline, parent, names);
  return {
    name: wanted ?? driver.name ?? NAMES[driver.category],
    driver: written(driver, catalogue, outline),
  };
}

const NAMES: Readonly<Record<Category, string>> = {
  power: "power",
  serial: "serial",
  console: "console",
  storage: "storage",
  debug: "probe",
  network: "network",
  video: "video",
  composite: "board",
  other: "driver",
};

/** The name by which its parent looks for it. */
function wantedChild(
  { type }: CatalogueDriver,
  catalogue: DriverCatalogue,
  outline: Outline,
  parent: readonly string[],
  taken: readonly string[],
): string | undefined {
  const owner = findDriver(outline, parent)?.type;
  const { children = [] } = catalogue.drivers.find((driver) => driver.type === owner) ?? {};
  return children.find(({ types, name }) => types.includes(type) && !taken.includes(name))?.name;
}

/** With what it cannot do without: settings as its examples have them, children that stand for drivers that are there, or new ones. */
function written(driver: CatalogueDriver, catalogue: DriverCatalogue, outline: Outline): NewDriver {
  const config = Object.fromEntries(
    driver.fields.filter(({ required }) => required).map(({ key, examples }) => [key, examples[0] ?? null]),
  );
  const children = driver.children
    .filter(({ required }) => required)
    .flatMap(({ name, types }): [string, NewDriver][] => {
      const there = [...everyDriver(outline.drivers)].find(({ type = "" }) => types.includes(type));
      if (there !== undefined) return [[name, { ref: there.path.join(".") }]];
      const fresh = catalogue.drivers.find(({ type }) => types.includes(type));
      return fresh === undefined ? [] : [[name, written(fresh, catalogue, outline)]];
    });
  return {
    type: driver.type,
    ...(Object.keys(config).length > 0 && { config }),
    ...(children.length > 0 && { children: Object.fromEntries(children) }),
  };
}

function lastName(ref: string): string {
  return ref.split(".").at(-1) ?? ref;
}
