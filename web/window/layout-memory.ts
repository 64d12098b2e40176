/**
 * How benches were arranged, kept in this browser for all its tabs. A few lines of text a bench: nobody's work is lost with them.
 * Above: page.ts, web/main.ts. Below: localStorage, which some settings forbid: then a reload shows benches as at first.
 */

/** 64 benches: of more, the one that was arranged longest ago is shown as at first again. */
const MAX_BENCHES = 64;

/** 8 KiB: a layout with all its folded cards is shorter. */
const MAX_LAYOUT_CHARACTERS = 8 * 1024;

const KEY = "jumptab-layouts";

export class LayoutMemory {
  readonly #storage: () => Storage;

  /** @param storage Called on each use: where it is forbidden, already looking at it throws. */
  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  get(bench: string): string | undefined {
    return this.#all().find(([one]) => one === bench)?.[1];
  }

  /** Undefined forgets it. */
  set(bench: string, layout: string | undefined): void {
    if (layout !== undefined && layout.length > MAX_LAYOUT_CHARACTERS) return;
    const others = this.#all().filter(([one]) => one !== bench);
    const all = layout === undefined ? others : [...others, [bench, layout]];
    try {
      this.#storage().setItem(KEY, JSON.stringify(all.slice(-MAX_BENCHES)));
    } catch {
      // Forbidden, or full: a reload shows the bench as at first, which is all that is lost.
    }
  }

  /** What was arranged last comes last. */
  #all(): readonly (readonly [bench: string, layout: string])[] {
    try {
      const all: unknown = JSON.parse(this.#storage().getItem(KEY) ?? "[]");
      return Array.isArray(all) ? all.filter(isEntry) : [];
    } catch {
      return []; // Forbidden, or not written by this page: nothing was remembered.
    }
  }
}

function isEntry(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string");
}
