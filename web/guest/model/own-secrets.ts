/**
 * Secrets that this browser has made for links of one use, so that such a link opens the bench here again.
 * Above: guest-page.ts. Below: localStorage, which some settings forbid: then the tab alone remembers.
 *
 * The key is the link's own secret, which opens nothing any more.
 */

const KEY = "jumptab-own-secrets";

/** 32 links of one use: far more than a person keeps, and 3 KiB. The oldest makes room. */
export const MAX_OWN_SECRETS = 32;

interface Entry {
  readonly link: string;
  readonly own: string;
}

export class OwnSecrets {
  readonly #browser: SomeStorage;
  readonly #tab: SomeStorage;

  /**
   * @param browser Called on each use: where it is forbidden, already looking at it throws.
   * @param tab Where the browser keeps nothing.
   */
  constructor(browser: SomeStorage, tab: SomeStorage) {
    this.#browser = browser;
    this.#tab = tab;
  }

  /** What this browser, or this tab, has made for the link. */
  of(link: string): string | undefined {
    return [...read(this.#browser), ...read(this.#tab)].find((entry) => entry.link === link)?.own;
  }

  /** @returns Whether it is there tomorrow, also in another tab. */
  keep(link: string, own: string): boolean {
    const [browser] = [this.#browser, this.#tab].map((storage) =>
      write(storage, [{ link, own }, ...without(storage, link)].slice(0, MAX_OWN_SECRETS)),
    );
    return browser === true;
  }

  forget(link: string): void {
    for (const storage of [this.#browser, this.#tab]) write(storage, without(storage, link));
  }
}

type SomeStorage = () => Pick<Storage, "getItem" | "setItem">;

function without(storage: SomeStorage, link: string): readonly Entry[] {
  return read(storage).filter((entry) => entry.link !== link);
}

function read(storage: SomeStorage): readonly Entry[] {
  try {
    const found: unknown = JSON.parse(storage().getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter(isEntry) : [];
  } catch {
    return []; // Forbidden, or written by somebody else: nothing is remembered.
  }
}

function write(storage: SomeStorage, entries: readonly Entry[]): boolean {
  try {
    storage().setItem(KEY, JSON.stringify(entries));
    return true;
  } catch {
    return false; // Forbidden, or full: the caller says so.
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null || !("link" in value) || !("own" in value)) return false;
  return typeof value.link === "string" && typeof value.own === "string";
}
