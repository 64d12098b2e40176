/**
 * Who is calling, by the credential that the relay has seen: the bench's own passphrase, or a link.
 * Above: door.ts. Below: shares.ts. Specification: proto/credentials.ts, docs/decisions/0010-links-roles-and-who-drives.md.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import { LINK_HEADER, type LinkTrouble } from "../../proto/client-tunnel.ts";
import type { Role, Share } from "../messages.ts";
import { endedSentence, type Shares, spentSentence } from "./shares.ts";

export type Principal =
  /** The bench's own passphrase, or none where none is needed: the person at the board, or who they have given it to. */
  | { readonly kind: "passphrase" }
  | {
      readonly kind: "share";
      /** As it was when the call came. */
      readonly share: Share;
      /**
       * `open`: it allows what its role does. `unopened`: for one use, and no browser has made it its own yet.
       * `spent`: one has; this is the secret of the link itself.
       */
      readonly standing: "open" | "unopened" | "spent";
    };

export const PASSPHRASE: Principal = { kind: "passphrase" };

/**
 * @param credential Value of CREDENTIAL_HEADER.
 * @throws ConnectError UNAUTHENTICATED with what became of the link.
 */
export function identify(shares: Shares, credential: string | null): Principal {
  if (credential === null) return PASSPHRASE;
  const found = shares.find(credential);
  if (found === undefined) {
    throw unauthenticated(
      "this link is not known here any more: ask the person at the board for a new one",
      "unknown",
    );
  }
  const { share, spent } = found;
  if (share.ended !== undefined) throw unauthenticated(endedSentence(share), share.ended.why);
  const unopened = share.oneTime && share.spentHash === undefined;
  return { kind: "share", share, standing: spent ? "spent" : unopened ? "unopened" : "open" };
}

export function roleOf(principal: Principal): Role {
  return principal.kind === "passphrase" ? "control" : principal.share.role;
}

/** The link; undefined: with the passphrase. */
export function shareOf(principal: Principal): string | undefined {
  return principal.kind === "passphrase" ? undefined : principal.share.id;
}

/** What who comes with a link for one use that somebody has opened is refused with. */
export function spent(): ConnectError {
  return unauthenticated(spentSentence(), "used");
}

/** @param trouble For a colleague's page, which says what to do; `jmp` shows the sentence. */
export function unauthenticated(sentence: string, trouble: LinkTrouble): ConnectError {
  return new ConnectError(sentence, Code.Unauthenticated, { [LINK_HEADER]: trouble });
}
