/**
 * What a colleague's page shows, as one value, and who is told when it changes.
 * Above: views/. Below: guest-page.ts changes it. Shapes: web/messages.ts, web/ui/model.ts.
 */

import type { LogRecord, SharedBench, TunnelState } from "../../messages.ts";
import type { Notice, NoticeAction, RelayInfo } from "../../ui/model.ts";
import type { Absence } from "./link-error.ts";

/** Notices on screen; older ones make room, for nobody reads a tenth. */
const MAX_NOTICES = 5;

export interface GuestState {
  /** Undefined: it has not been seen yet. The last one, where there is none now. */
  readonly shared: SharedBench | undefined;
  /** Why there is no bench now, since when; undefined: it is in sight, or nobody knows yet. */
  readonly absent: { readonly absence: Absence; readonly since: number } | undefined;
  /** Where the way for bytes in both directions stands. */
  readonly tunnel: TunnelState;
  readonly log: readonly LogRecord[];
  readonly notices: readonly Notice[];
  /** Undefined until the relay was asked: for the line to copy. */
  readonly relay: Pick<RelayInfo, "endpoint" | "insecure"> | undefined;
  /** What opens the bench for this person, also with `jmp`. */
  readonly secret: string;
  /** A link for one use, which this browser has made its own. `lasting`: it is there tomorrow. */
  readonly own: { readonly lasting: boolean } | undefined;
  /** This person has left. What became of the link here: `back`, it opens the bench again; `kept`, in this browser alone; `gone`, nowhere. */
  readonly left: "back" | "kept" | "gone" | undefined;
  /** Transfers that were begun here. */
  readonly ownTransfers: ReadonlyMap<string, string>;
  /** Those of them that this person has ended: to the exporter, a client went away. */
  readonly cancelled: ReadonlySet<string>;
}

export class GuestStore {
  readonly #listeners = new Set<() => void>();
  #state: GuestState;
  #lastNotice = 0;

  constructor(state: GuestState) {
    this.#state = state;
  }

  get state(): GuestState {
    return this.#state;
  }

  set(change: Partial<GuestState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void, { signal }: { signal: AbortSignal }): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  /** The same sentence twice is one notice: the newer one. */
  notify(tone: Notice["tone"], text: string, action?: NoticeAction): void {
    const others = this.#state.notices.filter((notice) => notice.text !== text);
    this.#lastNotice += 1;
    const notice: Notice = { id: this.#lastNotice, tone, text, action };
    this.set({ notices: [...others, notice].slice(-MAX_NOTICES) });
  }

  dismiss(id: number): void {
    this.set({ notices: this.#state.notices.filter((notice) => notice.id !== id) });
  }
}
