/**
 * Whether this person may act on the board now, and what to say where they may not.
 * Above: guest-page.ts, views/. Below: SharedBench of web/messages.ts.
 * Specification: docs/decisions/0010-links-roles-and-who-drives.md, "The seat". The exporter has the last word.
 */

import type { SharedBench } from "../../messages.ts";

export type Standing =
  /** A link that lets one watch. */
  | { readonly kind: "view" }
  /** Nobody drives: the first action takes the seat. */
  | { readonly kind: "free" }
  | { readonly kind: "driving" }
  /** Somebody else does. `asked`: this person would like to. */
  | { readonly kind: "other"; readonly driver: string; readonly asked: boolean };

export function standingOf({ you, snapshot: { seat } }: SharedBench): Standing {
  if (you.role === "view") return { kind: "view" };
  const { holder, requests } = seat;
  if (holder.kind === "free") return { kind: "free" };
  if (holder.kind === "share" && holder.share === you.share) return { kind: "driving" };
  const driver = holder.kind === "board" ? "The person at the board" : holder.name;
  return { kind: "other", driver, asked: requests.some(({ share }) => share === you.share) };
}

/** Why nothing can be done; undefined: it can. */
export function lockedBecause(standing: Standing): string | undefined {
  switch (standing.kind) {
    case "view":
      return "View only: this link lets you watch.";
    case "other":
      return `${standing.driver} drives. Ask to drive to do this.`;
    case "free":
    case "driving":
      return undefined;
  }
}
