/**
 * A tab that was hidden for long says so when it is seen again, but only when it did its work all that time: connected, never frozen, and
 * on a computer that did not sleep.
 * Above: web/main.ts. Below: the document and a clock, by argument.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type { ExporterSnapshot } from "../messages.ts";

/** 10 minutes: who comes back sooner has not wondered. */
export const LONG_HIDDEN_MS = 10 * 60_000;

/** Each minute, which is as often as a hidden window may. */
export const LOOK_EVERY_MS = 60_000;

/** 5 minutes without a look: the computer has slept, or the browser has held the tab still. */
export const ASLEEP_MS = 5 * 60_000;

export interface Background {
  readonly document: EventTarget & { readonly visibilityState: DocumentVisibilityState };
  readonly clock: Clock;
  snapshot(): Pick<ExporterSnapshot, "phase" | "tunnel">;
  /** Who has come back is told that it went on working for so long. */
  tell(awayMs: number): void;
}

/** Until the signal is aborted. */
export function watchBackground(background: Background, { signal }: { signal: AbortSignal }): void {
  const { document, clock, tell } = background;
  let hidden: AbortController | undefined;
  let since = 0;
  let worked = false;
  let looked = 0;
  let connection: number | undefined;

  const look = (): void => {
    const now = clock.now();
    worked &&= now - looked < ASLEEP_MS && connectionOf(background.snapshot()) === connection;
    looked = now;
  };

  const begin = (): void => {
    hidden?.abort();
    hidden = new AbortController();
    since = looked = clock.now();
    connection = connectionOf(background.snapshot());
    worked = connection !== undefined;
    void every(clock, LOOK_EVERY_MS, look, AbortSignal.any([hidden.signal, signal]));
  };

  const end = (): void => {
    if (hidden === undefined) return;
    hidden.abort();
    hidden = undefined;
    look();
    const away = clock.now() - since;
    if (worked && away >= LONG_HIDDEN_MS) tell(away);
  };

  document.addEventListener(
    "visibilitychange",
    () => (document.visibilityState === "hidden" ? begin() : end()),
    { signal },
  );
  document.addEventListener(
    "freeze",
    () => {
      worked = false;
    },
    { signal },
  );
}

/** Undefined: no client can come. Another number: it was lost meanwhile. */
function connectionOf({ phase, tunnel }: Pick<ExporterSnapshot, "phase" | "tunnel">): number | undefined {
  return phase === "running" && tunnel.kind === "attached" ? tunnel.since : undefined;
}

async function every(clock: Clock, ms: number, work: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(ms, { signal });
    } catch {
      return; // It is over.
    }
    work();
  }
}
