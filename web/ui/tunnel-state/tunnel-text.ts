/**
 * Where the page stands with its relay, in words.
 * Above: tunnel-state.ts. Below: TunnelState of web/messages.ts.
 */

import type { Back, TunnelState } from "../../messages.ts";
import { duration } from "../shared/format.ts";

/** A page that has just asked is not slow yet. */
const SLOW_AFTER_MS = 3_000;

/** 8 s: long enough to be read by who looks at the page, and gone for who comes later; the log keeps it. */
export const BACK_NOTE_MS = 8_000;

/** 30 s when something has ended: somebody may have to start it again. */
export const ENDED_NOTE_MS = 30_000;

export interface TunnelText {
  readonly tone: "busy" | "ok" | "warning" | "error";
  readonly title: string;
  readonly detail: string;
}

/** @param now Milliseconds since 1970. */
export function tunnelText(tunnel: TunnelState, now: number): TunnelText | undefined {
  switch (tunnel.kind) {
    case "off":
      return undefined;
    case "attached":
      return isBackNoteDue(tunnel, now) ? backText(tunnel.back) : ATTACHED;
    case "connecting": {
      const waited = now - tunnel.since;
      return {
        tone: "busy",
        title: "Connecting to the relay",
        detail: waited < SLOW_AFTER_MS ? "One moment." : `${duration(waited)} so far.`,
      };
    }
    case "waiting":
      return waitingText(tunnel, now);
    case "refused":
      return refusedText(tunnel);
  }
}

/** For who does not see the page: only what has changed, once, and nothing that counts. */
export function tunnelAnnouncement(tunnel: TunnelState): string {
  switch (tunnel.kind) {
    case "off":
      return "";
    case "connecting":
      return "Connecting to the relay.";
    case "attached":
      if (tunnel.back === undefined) return "Clients can connect.";
      return `Connected to the relay again. ${tunnel.back.resumed ? "Nothing was lost." : ENDED}`;
    case "waiting":
      if (!tunnel.lost) return "The relay does not answer. Trying again.";
      return `Connection to the relay lost. ${tunnel.kept ? "" : `${ENDED} `}Trying again.`;
    case "refused": {
      const { title, detail } = refusedText(tunnel);
      return `${title}. ${detail}`.trim();
    }
  }
}

/** Whether the text says more, or something else, when a second has passed. */
export function tunnelTextCounts(tunnel: TunnelState, now: number): boolean {
  return tunnel.kind === "waiting" || tunnel.kind === "connecting" || isBackNoteDue(tunnel, now);
}

const ATTACHED: TunnelText = {
  tone: "ok",
  title: "Clients can connect",
  detail: "The relay passes them on to this tab. Keep it open; it works in the background too.",
};

const ENDED = "What clients were doing has ended.";

type CameBack = Extract<TunnelState, { kind: "attached" }> & { readonly back: Back };

function isBackNoteDue(tunnel: TunnelState, now: number): tunnel is CameBack {
  if (tunnel.kind !== "attached" || tunnel.back === undefined) return false;
  return now - tunnel.since < (tunnel.back.resumed ? BACK_NOTE_MS : ENDED_NOTE_MS);
}

function backText({ awayMs, resumed }: Back): TunnelText {
  const after = `Back after ${awayMs < 1000 ? "less than 1 s" : duration(awayMs)}`;
  return resumed
    ? { tone: "ok", title: `${after}, nothing was lost`, detail: "What clients were doing goes on." }
    : { tone: "warning", title: after, detail: `${ENDED} They can start it again now.` };
}

function waitingText(tunnel: Extract<TunnelState, { kind: "waiting" }>, now: number): TunnelText {
  const leftSeconds = Math.ceil((tunnel.retryAt - now) / 1000);
  // A last second that comes and goes is only restless.
  const next = leftSeconds > 1 ? `trying again in ${leftSeconds} s` : "trying again";
  const what = tunnel.lost ? "Connection to the relay lost" : "No connection to the relay yet";
  return {
    tone: "warning",
    title: `${what}, ${duration(now - tunnel.since)}, ${next}`,
    detail: `${asSentence(tunnel.reason)} ${prospect(tunnel)}`.trim(),
  };
}

/** What becomes of clients. */
function prospect({ lost, kept }: Extract<TunnelState, { kind: "waiting" }>): string {
  if (kept)
    return "Clients wait, and go on when it is back within half a minute. This bench works on meanwhile.";
  return `${lost ? `${ENDED} ` : ""}Clients can connect as soon as the relay answers.`;
}

function refusedText({ reason, cure }: Extract<TunnelState, { kind: "refused" }>): TunnelText {
  switch (cure) {
    case "take-over":
      return {
        tone: "warning",
        title: "Another page is attached already",
        detail: `${asSentence(reason)} Or take over: what clients are doing there ends then.`.trim(),
      };
    case "take-back":
      return {
        tone: "warning",
        title: "Another page has taken over",
        detail: `${ENDED} They reach the other page now, and this one stays away until you take it back.`,
      };
    default:
      return { tone: "error", title: "The relay has refused this page", detail: asSentence(reason) };
  }
}

/** With a capital letter and a full stop, whoever wrote it. */
function asSentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
