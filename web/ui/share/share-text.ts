/**
 * Links in words: what a role allows, how long a link is good, what became of it, and what is wrong with the name of a new one.
 * Above: share-form.ts, share-list.ts, env-file.ts. Below: Share and PersonSnapshot of web/messages.ts. Times are milliseconds.
 */

import { MAX_SHARES, type Role, type Share } from "../../messages.ts";
import { ago, left } from "../shared/format.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface RoleChoice {
  readonly role: Role;
  readonly label: string;
  /** What it allows, in one line. */
  readonly hint: string;
}

/** The first one is what a new link has when nothing else is said. */
export const ROLES: readonly RoleChoice[] = [
  {
    role: "control",
    label: "Control",
    hint: "Power, consoles, files and all that j can do.",
  },
  {
    role: "view",
    label: "View",
    hint: "Watches state, log and consoles, and changes nothing.",
  },
];

export function roleLabel(role: Role): string {
  return role === "control" ? "Control" : "View";
}

export interface Lifetime {
  /** Null: until it is revoked. */
  readonly ms: number | null;
  readonly label: string;
}

export const LIFETIMES: readonly Lifetime[] = [
  { ms: HOUR_MS, label: "1 hour" },
  { ms: 8 * HOUR_MS, label: "8 hours" },
  { ms: 7 * DAY_MS, label: "7 days" },
  { ms: null, label: "Until I stop it" },
];

/** A working day. */
export const DEFAULT_LIFETIME_MS = 8 * HOUR_MS;

/** 40 characters: a person's name and what they are for, in one line of a card. */
export const MAX_NAME = 40;

/** It opens the bench now. */
export function isOpen({ ended, expiresAt }: Share, now: number): boolean {
  return ended === undefined && (expiresAt === null || expiresAt > now);
}

/** Until when, or what became of it. */
export function endText({ ended, expiresAt }: Share, now: number): string {
  if (ended !== undefined) {
    return `${ended.why === "revoked" ? "revoked" : "expired"} ${ago(now - ended.at)}`;
  }
  if (expiresAt === null) return "until you stop it";
  return expiresAt > now ? `${left(expiresAt - now)} left` : `expired ${ago(now - expiresAt)}`;
}

/** How often it may be used; "" for one that says nothing about that. */
export function useText({ oneTime, secret }: Share): string {
  if (!oneTime) return "";
  return secret === undefined ? "one-time, opened: works in that browser only" : "one-time, not opened yet";
}

/** For who makes a link and gives no name. */
export function unusedGuest(shares: readonly Share[], now: number): string {
  const names = new Set(shares.filter((share) => isOpen(share, now)).map(({ name }) => name));
  for (let number = 1; number <= MAX_SHARES; number++) {
    const name = number === 1 ? "Guest" : `Guest ${number}`;
    if (!names.has(name)) return name;
  }
  return "Guest";
}

/** What is wrong with the name of a new link, in a sentence with the cure. */
export function nameProblem(name: string, shares: readonly Share[], now: number): string | undefined {
  const length = [...name].length;
  if (length > MAX_NAME) {
    return `This name has ${length} characters, and there is room for ${MAX_NAME}: make it shorter.`;
  }
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) {
    return "There are line breaks or control characters in this name: type it again.";
  }
  if (shares.some((share) => isOpen(share, now) && share.name === name)) {
    return `${name} has a link already: add something that tells the two apart, or revoke that one first.`;
  }
  return undefined;
}
