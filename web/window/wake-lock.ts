/**
 * Keeps the computer awake while others use it. A browser takes the lock away when the tab is hidden, so it is asked for again when it is
 * seen. It is a courtesy: where it is refused, as with a low battery, everything else goes on.
 * Above: web/main.ts. Below: `navigator.wakeLock` and the document, by constructor.
 * @see https://www.w3.org/TR/screen-wake-lock/
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type { ExporterSnapshot } from "../messages.ts";

export interface WakeLockOptions {
  /** `navigator.wakeLock.request("screen")`. */
  request(): Promise<Pick<WakeLockSentinel, "release" | "addEventListener">>;
  readonly document: EventTarget & { readonly visibilityState: DocumentVisibilityState };
  readonly clock: Clock;
  /** The person's choice, from before. */
  readonly allowed: boolean;
  /** It is held now, or not any more. */
  onChange(): void;
}

/** 60 s after the last call: `j` in a loop does not take and give back the lock each time. */
export const LINGER_MS = 60_000;

type Held = Awaited<ReturnType<WakeLockOptions["request"]>>;

export class WakeLock {
  readonly #options: WakeLockOptions;
  #allowed: boolean;
  #wanted = false;
  #held: Held | undefined;
  #asking = false;
  #lingering: AbortController | undefined;

  constructor(options: WakeLockOptions) {
    this.#options = options;
    this.#allowed = options.allowed;
    options.document.addEventListener("visibilitychange", () => this.#settle());
  }

  get held(): boolean {
    return this.#held !== undefined;
  }

  get allowed(): boolean {
    return this.#allowed;
  }

  allow(allowed: boolean): void {
    this.#allowed = allowed;
    this.#settle();
    this.#options.onChange();
  }

  /** Somebody is at work now, or nobody is any more. */
  want(wanted: boolean): void {
    if (wanted) {
      this.#lingering?.abort();
      this.#lingering = undefined;
      if (this.#wanted) return;
      this.#wanted = true;
      this.#settle();
    } else if (this.#wanted && this.#lingering === undefined) void this.#linger();
  }

  async #linger(): Promise<void> {
    const lingering = new AbortController();
    this.#lingering = lingering;
    try {
      await this.#options.clock.sleep(LINGER_MS, lingering);
    } catch {
      return; // Wanted again meanwhile.
    }
    this.#lingering = undefined;
    this.#wanted = false;
    this.#settle();
  }

  /** Have it or not, as things are now. */
  #settle(): void {
    const should = this.#wanted && this.#allowed && this.#options.document.visibilityState === "visible";
    if (should && this.#held === undefined) void this.#take();
    else if (!(this.#wanted && this.#allowed)) this.#giveBack();
  }

  async #take(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const held = await this.#options.request();
      this.#held = held;
      // The browser takes it away by itself when the tab is hidden.
      held.addEventListener("release", () => {
        if (this.#held !== held) return;
        this.#held = undefined;
        this.#options.onChange();
      });
      this.#options.onChange();
    } catch {
      return; // Refused: the next time that the tab is looked at, it is asked for again.
    } finally {
      this.#asking = false;
    }
    this.#settle();
  }

  #giveBack(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    // What cannot be released has been taken away already.
    held.release().catch(() => undefined);
    this.#options.onChange();
  }
}

/** Somebody else is here, or a file is on its way: a computer that falls asleep now would cost work. */
export function worthStayingAwake({
  phase,
  activity,
  inUseBy,
  people,
  transfers,
}: Pick<ExporterSnapshot, "phase" | "activity" | "inUseBy" | "people" | "transfers">): boolean {
  if (phase !== "running" && phase !== "stopping") return false;
  return (
    people.length > 0 ||
    inUseBy !== undefined ||
    activity.calls + activity.streams > 0 ||
    transfers.some(({ state }) => state === "running")
  );
}
