/**
 * What one tab remembers over a reload, and forgets when it is closed; and a little that all tabs remember for good.
 * Above: page.ts, web/main.ts. Below: sessionStorage and localStorage, which some settings forbid: then a reload starts afresh.
 */

export type TabFact =
  /** How consoles are set. Lasting. */
  | "consoles"
  /** `off`: the computer may sleep while others use the bench. Lasting. */
  | "stay-awake"
  /** The key of the relay's bench, from the printed address. */
  | "bench-key"
  /** The bench that this tab shows. */
  | "bench"
  /** The secret of the link that this tab was opened with: it is a colleague's. */
  | "link"
  /** How often this tab has reloaded itself in a row. */
  | "reloads"
  /** What is written in the editor and not saved. */
  | "draft"
  /** Which of several identical devices is whose. */
  | "places"
  /** What the log panel shows. */
  | "log-filter"
  /** Lines that were typed into the terminal. */
  | "shell-history"
  /** The base of links that was chosen. Lasting. */
  | "share-address";

const LASTING: ReadonlySet<TabFact> = new Set(["consoles", "stay-awake", "share-address"]);

export class TabMemory {
  readonly #tab: () => Storage;
  readonly #browser: () => Storage;

  /**
   * @param tab Called on each use: where it is forbidden, already looking at it throws.
   * @param browser For what lasts; without it, that is as short-lived as the rest.
   */
  constructor(tab: () => Storage, browser = tab) {
    this.#tab = tab;
    this.#browser = browser;
  }

  get(fact: TabFact): string | undefined {
    try {
      return this.#storageOf(fact).getItem(`jumptab-${fact}`) ?? undefined;
    } catch {
      return undefined; // Forbidden: nothing was ever remembered.
    }
  }

  set(fact: TabFact, value: string | undefined): void {
    try {
      if (value === undefined) this.#storageOf(fact).removeItem(`jumptab-${fact}`);
      else this.#storageOf(fact).setItem(`jumptab-${fact}`, value);
    } catch {
      // Forbidden, or full: a reload will start afresh, which is all that is lost.
    }
  }

  #storageOf(fact: TabFact): Storage {
    return LASTING.has(fact) ? this.#browser() : this.#tab();
  }
}
