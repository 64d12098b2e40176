/**
 * How a person has arranged a bench: how wide its log is, what is folded, in which order its sections stand. As values, and as the text
 * that is remembered. What is not known any more is left out, so a text of another version does no harm.
 * Above: bench.ts. Below: nothing.
 */

/** The sections of the main column that can be moved, as they stand at first. */
export const SECTIONS = ["share", "drivers", "terminal", "settings"] as const;

export type Section = (typeof SECTIONS)[number];

export interface BenchLayout {
  /** Of the bench's width, in percent. */
  readonly side: number;
  /** Keys of sections, `log`, and those of driverKey() and groupKey(). */
  readonly folded: readonly string[];
  /** Each section once. */
  readonly order: readonly Section[];
}

/** In percent of the bench: the log stays readable, and so do the cards. */
export const NARROWEST_SIDE = 18;
export const WIDEST_SIDE = 60;

/** In percent, for one press of an arrow key. */
export const SIDE_STEP = 2;

/** 64 folded things of a bench: far more than anybody folds, and a bound for what is remembered. */
export const MAX_FOLDED = 64;

/** 512 characters: the path of a driver deep down in a tree. */
const MAX_KEY_CHARACTERS = 512;

/** Everything to be seen. */
export const FIRST_LAYOUT: BenchLayout = { side: 28, folded: [], order: SECTIONS };

export function withSide(layout: BenchLayout, side: number): BenchLayout {
  return { ...layout, side: Math.round(Math.min(WIDEST_SIDE, Math.max(NARROWEST_SIDE, side)) * 10) / 10 };
}

/** Folded, or unfolded again. Of too many, the first one is unfolded. */
export function withFolded(layout: BenchLayout, key: string, folded: boolean): BenchLayout {
  const others = layout.folded.filter((one) => one !== key);
  return { ...layout, folded: folded ? [...others, key].slice(-MAX_FOLDED) : others };
}

/** One place up or down; as it is where there is no such place. */
export function withMoved(layout: BenchLayout, section: Section, direction: "up" | "down"): BenchLayout {
  const order = [...layout.order];
  const from = order.indexOf(section);
  const to = direction === "up" ? from - 1 : from + 1;
  const other = order[to];
  if (other === undefined) return layout;
  order[from] = other;
  order[to] = section;
  return { ...layout, order };
}

export function driverKey(path: readonly string[]): string {
  return `driver:${JSON.stringify(path)}`;
}

/** Of what a driver has below it: it may have a card of its own as well. */
export function groupKey(path: readonly string[]): string {
  return `group:${JSON.stringify(path)}`;
}

/** Undefined for the first layout: there is nothing to remember. */
export function writeLayout(layout: BenchLayout): string | undefined {
  const text = JSON.stringify(layout);
  return text === JSON.stringify(FIRST_LAYOUT) ? undefined : text;
}

export function readLayout(text: string | undefined): BenchLayout {
  const told = parsed(text);
  const { side, folded, order } = told;
  const layout = {
    folded: Array.isArray(folded) ? folded.filter(isKey).slice(-MAX_FOLDED) : FIRST_LAYOUT.folded,
    order: isOrder(order) ? order : FIRST_LAYOUT.order,
  };
  return withSide({ ...FIRST_LAYOUT, ...layout }, Number.isFinite(side) ? Number(side) : FIRST_LAYOUT.side);
}

function parsed(text: string | undefined): Partial<Record<keyof BenchLayout, unknown>> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {}; // Nothing that this version has written: the layout begins afresh.
  }
}

function isKey(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_KEY_CHARACTERS;
}

function isOrder(value: unknown): value is readonly Section[] {
  return (
    Array.isArray(value) &&
    value.length === SECTIONS.length &&
    SECTIONS.every((section) => value.includes(section))
  );
}
