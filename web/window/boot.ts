/**
 * How the page comes up: what the printed address tells it, and what its relay tells it.
 * Above: web/main.ts. Below: proto/boot.ts, `fetch` by argument.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { BENCH_KEY_HEADER, type RelayBoot, type RelayEnd } from "../../proto/boot.ts";

/** The secrets of an address: `#bench=KEY&attach=TOKEN`. A fragment is never sent to a server. */
export interface AddressSecrets {
  readonly benchKey: string | undefined;
  readonly attachToken: string | undefined;
}

export function readFragment(fragment: string): AddressSecrets {
  const values = new URLSearchParams(fragment.replace(/^#/, ""));
  return { benchKey: values.get("bench") || undefined, attachToken: values.get("attach") || undefined };
}

/** The relay is on this machine or near it: it answers in milliseconds, or not at all. */
const BOOT_WITHIN_MS = 10_000;

/** Ask the relay that served the page. Rejects with what happened; the cure is the caller's to say. */
export async function askRelay(
  base: string,
  benchKey: string | undefined,
  fetchUrl: typeof fetch,
): Promise<RelayBoot> {
  const response = await fetchUrl(new URL("api/boot", base), {
    headers: benchKey === undefined ? {} : { [BENCH_KEY_HEADER]: benchKey },
    cache: "no-store",
    signal: AbortSignal.timeout(BOOT_WITHIN_MS),
  }).catch((cause: unknown) => {
    throw new Error("The relay does not answer.", { cause });
  });
  const boot: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new Error(reasonOf(boot) ?? `The relay answered with HTTP ${response.status}.`);
  if (!isRelayBoot(boot)) throw new Error("The server of this page is not a jumptab relay.");
  return boot;
}

/**
 * Ask the relay of `run` to be told of its end: resolves then, which may be in a year. Rejects when it will not say, or when the
 * connection breaks.
 */
export async function askForEnd(
  base: string,
  benchKey: string | undefined,
  fetchUrl: typeof fetch,
): Promise<RelayEnd> {
  const response = await fetchUrl(new URL("api/end", base), {
    headers: benchKey === undefined ? {} : { [BENCH_KEY_HEADER]: benchKey },
    cache: "no-store",
  });
  if (!response.ok) throw new Error(`The relay answered with HTTP ${response.status}.`);
  const end: unknown = await response.json();
  if (!isRelayEnd(end)) throw new Error("The relay has said something else than its end.");
  return end;
}

/** 2 s between two questions: a relay that restarts is back within that, and a person does not wait for long. */
export const ASK_AGAIN_MS = 2_000;

/** After so many questions without an answer, about 4 s, a page that knows its relay from before goes on without it. */
export const ASKS_BEFORE_WITHOUT = 3;

/**
 * Ask until the relay answers, for as long as the page is open: a tab that came back while its relay is being restarted
 * needs nobody to press Reload.
 *
 * @param options `onFailure` hears each time why there is no answer. `instead` is given up with after ASKS_BEFORE_WITHOUT questions.
 */
export async function askUntilAnswered<Answer>(
  ask: () => Promise<Answer>,
  {
    clock,
    onFailure,
    instead,
  }: {
    readonly clock: Clock;
    readonly onFailure: (error: unknown) => void;
    readonly instead?: Answer | undefined;
  },
): Promise<Answer> {
  for (let asked = 1; ; asked += 1) {
    try {
      return await ask();
    } catch (error) {
      onFailure(error);
    }
    if (instead !== undefined && asked >= ASKS_BEFORE_WITHOUT) return instead;
    await clock.sleep(ASK_AGAIN_MS);
  }
}

/** The relay's own sentence, where it has one. */
function reasonOf(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("message" in answer)) return undefined;
  return typeof answer.message === "string" ? answer.message : undefined;
}

/** Whether it is what a relay answers; or what one has answered and was kept. */
export function isRelayBoot(value: unknown): value is RelayBoot {
  if (typeof value !== "object" || value === null) return false;
  const boot = value as Partial<Record<keyof RelayBoot, unknown>>;
  return (
    typeof boot.version === "string" &&
    typeof boot.endpoint === "string" &&
    typeof boot.insecure === "boolean" &&
    typeof boot.attachTokenRequired === "boolean" &&
    typeof boot.noAuth === "boolean"
  );
}

function isRelayEnd(value: unknown): value is RelayEnd {
  if (typeof value !== "object" || value === null || !("hookMs" in value)) return false;
  return typeof value.hookMs === "number" && Number.isFinite(value.hookMs) && value.hookMs >= 0;
}

/** The tunnel's address, beside the page's own. */
export function tunnelUrl(base: string): string {
  const url = new URL("tunnel", base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  url.search = "";
  return url.href;
}
