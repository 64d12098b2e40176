/**
 * A colleague's page in words: why there is no bench, how the way to it stands, how long the link lasts.
 * Above: guest-app.ts. Below: the states of model/.
 */

import type { SharedBench, TunnelState } from "../../messages.ts";
import { overallStatus, type Tone } from "../../ui/bench/overall-status.ts";
import { duration, left } from "../../ui/shared/format.ts";
import type { GuestState } from "../model/guest-state.ts";
import type { Absence } from "../model/link-error.ts";
import { lockedBecause, standingOf } from "../model/may-act.ts";

export interface AbsenceText {
  readonly title: string;
  /** What has happened, in the words of who knows. */
  readonly detail: string;
  /** What to do. */
  readonly cure: string;
  readonly reload: boolean;
}

/** A part of the page's own code has not come. */
export const PAGE_NOT_WHOLE: AbsenceText = {
  title: "A part of this page could not be loaded",
  detail: "The connection broke, or the relay has another version of the page by now.",
  cure: "Reload the page.",
  reload: true,
};

/** @param since Milliseconds since 1970. */
export function absenceText(absence: Absence, since: number): AbsenceText {
  switch (absence.kind) {
    case "ended":
      return { ...ENDED[absence.trouble], reload: false };
    case "version":
      return {
        title: "This page and the bench are of different versions",
        detail: absence.reason,
        cure: "Reload this page. If that does not help, the person at the board has to reload theirs.",
        reload: true,
      };
    case "away":
      return {
        title: absence.who === "relay" ? "The relay cannot be reached" : "The bench is away",
        detail: `Since ${timeOf(since)}. ${absence.reason}`,
        cure:
          absence.who === "relay"
            ? "Nothing to do: this page goes on by itself as soon as it answers. See that you are online; the address may be reachable only from some networks."
            : "Nothing to do: this page goes on by itself when its page is open again. Ask the person at the board if it takes long.",
        reload: false,
      };
  }
}

const ENDED: Readonly<Record<Extract<Absence, { kind: "ended" }>["trouble"], Omit<AbsenceText, "reload">>> = {
  unknown: {
    title: "This link opens nothing here",
    detail:
      "No bench on this relay knows it: it may have been copied in part, or taken out of the list of links.",
    cure: "Open the link again as you were given it, whole. Or ask whoever gave it to you for a new one.",
  },
  revoked: {
    title: "This link was taken back",
    detail: "The person at the board has ended it. What you were doing with it has ended too.",
    cure: "Ask them for a new link if you still need the board.",
  },
  expired: {
    title: "The time of this link is over",
    detail: "It was made for a while, and that is over. What you were doing with it has ended.",
    cure: "Ask the person at the board for a new link.",
  },
  used: {
    title: "This link has been opened already",
    detail: "It was for one use, and belongs to the browser that has opened it first.",
    cure: "Was it you? Open it again in that browser. If not, tell the person at the board, and ask for another link.",
  },
};

/** After this person has left: how to come back. */
export function leftText(left: NonNullable<GuestState["left"]>): Omit<AbsenceText, "reload"> {
  return {
    title: "You have left the bench",
    ...{
      back: {
        detail: "This tab has forgotten the link, and the bench does not see you any more.",
        cure: "To come back, open the link again as you were given it.",
      },
      kept: {
        detail: "The bench does not see you any more. The link was for one use, and belongs to this browser.",
        cure: "To come back, open the link again in this browser.",
      },
      gone: {
        detail: "The link was for one use. This browser has forgotten it, and it opens nothing any more.",
        cure: "To come back, ask the person at the board for a new link.",
      },
    }[left],
  };
}

/** What leaving costs, to be asked before it; undefined: nothing. */
export function leavingText({ own }: Pick<GuestState, "own">, busy: boolean): string | undefined {
  const file = busy ? "A file of yours is on its way: leaving cancels that. " : "";
  if (own !== undefined) {
    return `${file}The link was for one use, and this browser alone can open it again. On a computer that others use, forget it: then nobody can.`;
  }
  return busy ? file.trimEnd() : undefined;
}

/** The bench in one word, as the page beside the board says it. */
export function benchStatus({ shared, absent, tunnel, left }: GuestState): {
  readonly tone: Tone;
  readonly label: string;
} {
  if (left !== undefined) return { tone: "off", label: "You have left" };
  if (absent !== undefined) {
    if (absent.absence.kind !== "away") return { tone: "error", label: "Link ended" };
    return { tone: "warning", label: absent.absence.who === "relay" ? "Connection lost" : "Away" };
  }
  if (shared === undefined) return { tone: "busy", label: "Opening" };
  if (tunnel.kind === "waiting" && tunnel.kept) return { tone: "warning", label: "Connection lost" };
  // What stands between the bench and its relay is not this page's business: it sees the bench.
  return overallStatus({ ...shared.snapshot, tunnel: { kind: "attached", since: 0 } });
}

/** The tab's title: a person with many tabs looks here first. */
export function guestTitle(state: GuestState): string {
  const { label } = benchStatus(state);
  const asked = state.shared !== undefined && isAsked(state.shared) ? "(1) " : "";
  return state.shared === undefined
    ? `${label} · jumptab`
    : `${asked}${state.shared.snapshot.name}: ${label} · jumptab`;
}

/** Somebody wants something of this person. */
function isAsked(shared: SharedBench): boolean {
  return standingOf(shared).kind === "driving" && shared.snapshot.seat.requests.length > 0;
}

/** What this person may do, in a word. */
export function standingChip(shared: SharedBench): {
  readonly tone: "ok" | "in-use" | "";
  readonly label: string;
} {
  const standing = standingOf(shared);
  switch (standing.kind) {
    case "view":
      return { tone: "", label: "View only" };
    case "free":
      return { tone: "", label: "Nobody drives" };
    case "driving":
      return { tone: "ok", label: "You drive" };
    case "other":
      return { tone: "in-use", label: `${standing.driver} drives` };
  }
}

/** Why cards offer nothing now; undefined: they do. */
export function lockOf({ shared, absent }: GuestState): string | undefined {
  if (shared === undefined || absent !== undefined) return "The bench is away.";
  return lockedBecause(standingOf(shared));
}

/** Why bytes go in one direction only. */
export function listeningBecause(state: GuestState): string | undefined {
  return lockOf(state) ?? (oneWay(state.tunnel) ? "No WebSocket comes through." : undefined);
}

/** There is no way for bytes in both directions, and there was none before. */
export function oneWay(tunnel: TunnelState): boolean {
  return (tunnel.kind === "waiting" && !tunnel.kept) || tunnel.kind === "refused";
}

/** What is wrong with the way while the bench is in sight. */
export function wayText({ tunnel, absent }: GuestState, now: number): string | undefined {
  if (absent !== undefined) return undefined;
  if (tunnel.kind === "waiting" && tunnel.kept) {
    return `The connection is lost, for ${duration(now - tunnel.since)}. This page tries again; what you were doing goes on when it is back within half a minute.`;
  }
  if (oneWay(tunnel)) {
    return "No WebSocket comes through to the relay, often because of a proxy. You see everything and can press buttons; typing and sending files need one. This page tries again.";
  }
  return undefined;
}

/** How long the link lasts; undefined: until somebody ends it. */
export function lastsText(expiresAt: number | null, now: number): string {
  if (expiresAt === null) return "Works until it is taken back";
  const rest = expiresAt - now;
  return rest < 60_000 ? "Ends within a minute" : `Ends in ${left(rest)}, at ${timeOf(expiresAt)}`;
}

/** In this browser's own words. */
function timeOf(at: number): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  return today
    ? date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : date.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}
