/**
 * Who is here and who drives, in words, for whoever looks: the person at the board, or a colleague.
 * Above: people.ts, who-is-here.ts, drive-requests.ts; app/page-title.ts for a tab that nobody sees.
 * Below: PersonSnapshot and SeatSnapshot of web/messages.ts. Specification: docs/decisions/0010-links-roles-and-who-drives.md.
 */

import type { PersonSnapshot, Role, SeatSnapshot } from "../../messages.ts";
import { duration } from "../shared/format.ts";

/** Who looks at the page. */
export type Viewer =
  | { readonly kind: "board" }
  | { readonly kind: "share"; readonly share: string; readonly role: Role };

/** What somebody wants of the seat. The person at the board takes, frees, grants and refuses; a colleague does all of it. */
export type SeatWish =
  | { readonly action: "take" | "free" | "ask" | "withdraw" }
  | { readonly action: "grant" | "refuse"; readonly share: string };

export interface SeatButton {
  readonly wish: SeatWish;
  readonly label: string;
  /** What it means for others. */
  readonly hint: string;
}

export interface SeatText {
  readonly title: string;
  readonly detail: string;
  readonly buttons: readonly SeatButton[];
}

/** Who somebody is, in a list. */
export function personName({ share, name, via }: PersonSnapshot, viewer: Viewer): string {
  if (viewer.kind === "share" && share === viewer.share) return `${name ?? "You"} (you)`;
  return name ?? (via === "page" ? "Somebody" : "Without a link");
}

/** How they are here: `page for 3 min, from 192.0.2.7`. */
export function presence({ via, since, address }: PersonSnapshot, now: number): string {
  const from = address === "" ? "" : `, from ${address}`;
  return `${via === "page" ? "page" : "jmp"} for ${duration(now - since)}${from}`;
}

/** Names of all who are here, each once; undefined when nobody is. */
export function whoIsHere(people: readonly PersonSnapshot[]): string | undefined {
  const names = [...new Set(people.flatMap(({ name }) => (name === undefined ? [] : [name])))];
  const others = people.filter(({ name }) => name === undefined).length;
  if (others > 0) names.push(others === 1 ? "1 client" : `${others} clients`);
  return names.length === 0 ? undefined : enumerate(names);
}

/** `Ana`, `Ana and Ben`, `Ana, Ben and 3 more`. */
function enumerate(names: readonly string[]): string {
  const [first = "", second = "", ...rest] = names;
  if (names.length < 3) return names.join(" and ");
  return `${first}, ${second} and ${rest.length === 1 ? rest[0] : `${rest.length} more`}`;
}

export function seatText({ holder, requests }: SeatSnapshot, viewer: Viewer): SeatText {
  return viewer.kind === "board" ? forBoard(holder) : forColleague(holder, requests, viewer);
}

function forBoard(holder: SeatSnapshot["holder"]): SeatText {
  switch (holder.kind) {
    case "free":
      return {
        title: "Nobody drives",
        detail: "Whoever may control can act.",
        buttons: [
          {
            wish: { action: "take" },
            label: "Drive alone",
            hint: "Links can only watch until you let others drive",
          },
        ],
      };
    case "board":
      return {
        title: "You drive",
        detail: "Links can only watch. Whoever has the passphrase may still act.",
        buttons: [
          {
            wish: { action: "free" },
            label: "Let others drive",
            hint: "Whoever may control can act",
          },
        ],
      };
    case "share":
      return {
        title: `${holder.name} drives`,
        detail: "Other links can only watch. You may act at any time.",
        buttons: [
          {
            wish: { action: "take" },
            label: "Take back",
            hint: `You drive, and ${holder.name} can only watch`,
          },
        ],
      };
  }
}

function forColleague(
  holder: SeatSnapshot["holder"],
  requests: SeatSnapshot["requests"],
  viewer: Extract<Viewer, { kind: "share" }>,
): SeatText {
  const mayDrive = viewer.role === "control";
  if (holder.kind === "free") {
    return {
      title: "Nobody drives",
      detail: mayDrive ? "You drive as soon as you do something." : "Your link is for watching.",
      buttons: mayDrive
        ? [{ wish: { action: "take" }, label: "Drive", hint: "Others can only watch until you let them" }]
        : [],
    };
  }
  if (holder.kind === "share" && holder.share === viewer.share) {
    return {
      title: "You drive",
      detail: "Others can only watch, and can ask you.",
      buttons: [{ wish: { action: "free" }, label: "Let others drive", hint: "Whoever may control can act" }],
    };
  }
  const title = `${holder.kind === "board" ? "The person at the board" : holder.name} drives`;
  if (!mayDrive) return { title, detail: "Your link is for watching.", buttons: [] };
  if (requests.some(({ share }) => share === viewer.share)) {
    return {
      title,
      detail: "You have asked to drive.",
      buttons: [{ wish: { action: "withdraw" }, label: "Ask no more", hint: "You go on watching" }],
    };
  }
  return {
    title,
    detail: "You can watch, and ask.",
    buttons: [{ wish: { action: "ask" }, label: "Ask to drive", hint: "Whoever drives is asked" }],
  };
}

/** `Ana drives`; undefined while nobody does. */
export function driverText(seat: SeatSnapshot, viewer: Viewer): string | undefined {
  return seat.holder.kind === "free" ? undefined : seatText(seat, viewer).title;
}

/** Who asks, if it is for this person to answer. */
export function requestsFor({ holder, requests }: SeatSnapshot, viewer: Viewer): SeatSnapshot["requests"] {
  if (viewer.kind === "board") return requests;
  return holder.kind === "share" && holder.share === viewer.share
    ? requests.filter(({ share }) => share !== viewer.share)
    : [];
}

/** `Ana asks to drive`: for a title, and for who hears the page. Undefined: nobody asks. */
export function requestText(requests: SeatSnapshot["requests"]): string | undefined {
  if (requests.length === 0) return undefined;
  const names = enumerate(requests.map(({ name }) => name));
  return `${names} ${requests.length === 1 ? "asks" : "ask"} to drive`;
}
