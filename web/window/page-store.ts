/**
 * The page's state, who listens to it, and its doings one after the other.
 * Above: page.ts. Below: page-state.ts. Knows nothing of benches, workers or browsers.
 */

import type { Notice, NoticeAction, PageModel, PageState } from "../ui/model.ts";
import { addNotice, sentence } from "./page-state.ts";

export class PageStore implements Pick<PageModel, "state" | "subscribe"> {
  readonly #listeners = new Set<() => void>();
  #state: PageState;
  #lastNotice = 0;
  /** A stop does not overtake a start. */
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;

  readonly #openBench: () => PageState["bench"];

  /** @param openBench Asked at each change: the bench in front is the runner's, and told nowhere else. */
  constructor(state: Omit<PageState, "bench">, openBench: () => PageState["bench"]) {
    this.#state = { ...state, bench: undefined };
    this.#openBench = openBench;
  }

  get state(): PageState {
    return this.#state;
  }

  set(change: Partial<Omit<PageState, "bench">>): void {
    this.#state = { ...this.#state, ...change, bench: this.#openBench() };
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void, { signal }: { signal: AbortSignal }): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  /** Resolves when the state is so; at once when it is already. */
  until(reached: (state: PageState) => boolean): Promise<void> {
    if (reached(this.#state)) return Promise.resolve();
    const done = new AbortController();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!reached(this.#state)) return;
        done.abort();
        resolve();
      };
      this.subscribe(look, { signal: done.signal });
    });
  }

  /** Something to be read; it stays until it is put away. */
  notify(tone: Notice["tone"], text: string, action?: NoticeAction): void {
    this.set({ notices: addNotice(this.#state.notices, { id: ++this.#lastNotice, tone, text, action }) });
  }

  dismiss(id: number): void {
    this.set({ notices: this.#state.notices.filter((notice) => notice.id !== id) });
  }

  /** Do it after what was asked for before. What goes wrong is a notice: `problem`, and why. Never rejects. */
  inTurn(problem: string, work: () => Promise<void>): Promise<void> {
    this.#waiting++;
    this.set({ busy: true });
    this.#turn = this.#turn
      .then(work)
      .catch((error: unknown) => this.notify("error", `${problem}: ${sentence(error)}`))
      .then(() => {
        this.#waiting--;
        this.set({ busy: this.#waiting > 0 });
      });
    return this.#turn;
  }
}
