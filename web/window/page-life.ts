/**
 * When to doubt the connection: the network has changed, or the tab was frozen, put away, asleep or out of sight. And whether somebody
 * loses work when the page goes.
 * Above: web/main.ts, which hands in the browser's objects. Below: their events. The worker hears "online" itself too.
 * @see https://wicg.github.io/page-lifecycle/ and https://wicg.github.io/netinfo/
 */

import type { ExporterSnapshot } from "../messages.ts";

export interface PageLife {
  readonly window: EventTarget;
  readonly document: EventTarget & { readonly visibilityState: DocumentVisibilityState };
  /** `navigator.connection`; undefined where the browser has none. */
  readonly network: EventTarget | undefined;
}

/** Calls `doubt` whenever the connection may not have survived, or a person comes to look; until the signal is aborted. */
export function whenDoubtful(life: PageLife, doubt: () => void, { signal }: { signal: AbortSignal }): void {
  const { window, document, network } = life;
  window.addEventListener("online", doubt, { signal });
  // Back from the cache that makes "back" and "forward" quick. The first show of a page is no reason to doubt anything.
  window.addEventListener("pageshow", (event) => isFromCache(event) && doubt(), { signal });
  document.addEventListener("resume", doubt, { signal });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && doubt(), {
    signal,
  });
  network?.addEventListener("change", doubt, { signal });
}

/** Clients are at work, a colleague looks on or drives, or a file is on its way: who leaves the page is asked first. */
export function leavingCosts({
  activity,
  transfers,
  people,
}: Pick<ExporterSnapshot, "activity" | "transfers" | "people">): boolean {
  return (
    activity.calls + activity.streams > 0 ||
    people.some(({ share }) => share !== undefined) ||
    transfers.some(({ state }) => state === "running")
  );
}

function isFromCache(event: Event): boolean {
  return "persisted" in event && event.persisted === true;
}
