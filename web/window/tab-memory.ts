/**
 * What one tab remembers over a reload, and forgets when it is closed.
 * Above: page.ts, web/main.ts. Below: sessionStorage, which some settings forbid: then a reload starts afresh.
 */

export type TabFact =
  /** The key of the relay's bench, from the printed address. */
  | "bench-key"
  /** The bench that this tab shows. */
  | "bench"
  /** How often this tab has reloaded itself in a row. */
  | "reloads"
  /** What the log panel shows. */
  | "log-filter"
  /** Lines that were typed into the terminal. */
  | "shell-history";

export class TabMemory {
  readonly #storage: () => Storage;

  /** @param storage Called on each use: where it is forbidden, already looking at it throws. */
  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  get(fact: TabFact): string | undefined {
    try {
      return this.#storage().getItem(`jumptab-${fact}`) ?? undefined;
    } catch {
      return undefined; // Forbidden: nothing was ever remembered.
    }
  }

  set(fact: TabFact, value: string | undefined): void {
    try {
      if (value === undefined) this.#storage().removeItem(`jumptab-${fact}`);
      else this.#storage().setItem(`jumptab-${fact}`, value);
    } catch {
      // Forbidden, or full: a reload will start afresh, which is all that is lost.
    }
  }
}
