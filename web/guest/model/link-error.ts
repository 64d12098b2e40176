/**
 * What a failed call says about the link: it may come back, or it has ended and the page says how.
 * Above: watcher.ts, guest-page.ts. Below: Connect's codes. Specification: docs/decisions/0010-links-roles-and-who-drives.md.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import { LINK_HEADER, type LinkTrouble } from "../../../proto/client-tunnel.ts";
import { asSentence } from "../../ui/shared/format.ts";

/** Why there is no bench, and whether there may be one later. */
export type Absence =
  /** It may come back: the page waits, and tries. */
  | { readonly kind: "away"; readonly who: "bench" | "relay"; readonly reason: string }
  /** Trying again would not help. */
  | { readonly kind: "ended"; readonly trouble: LinkTrouble; readonly reason: string }
  /** The other side does not know what this page says. */
  | { readonly kind: "version"; readonly reason: string };

/** Browsers have words of their own for it, each others: "Failed to fetch", "Load failed". */
const NO_ANSWER = "Its address does not answer.";

const TROUBLES: readonly LinkTrouble[] = ["unknown", "revoked", "expired", "used"];

export function absenceOf(error: unknown): Absence {
  const reason = asSentence(sentenceOf(error));
  if (error instanceof ConnectError && isNetworkFailure(error)) {
    return { kind: "away", who: "relay", reason: NO_ANSWER };
  }
  if (!(error instanceof ConnectError)) return { kind: "away", who: "relay", reason };
  switch (error.code) {
    case Code.Unauthenticated: {
      const said = error.metadata.get(LINK_HEADER);
      return { kind: "ended", trouble: TROUBLES.find((known) => known === said) ?? "unknown", reason };
    }
    case Code.Unimplemented:
      return { kind: "version", reason };
    case Code.FailedPrecondition:
      return { kind: "away", who: "bench", reason };
    default:
      return { kind: "away", who: "relay", reason };
  }
}

/** The link opens nothing any more, and nobody has said why. */
export function isUnexplained(error: unknown): boolean {
  return (
    error instanceof ConnectError && error.code === Code.Unauthenticated && !error.metadata.has(LINK_HEADER)
  );
}

/** Whether the way to the bench has broken, and not the bench has said no. */
export function mayComeBack(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return true;
  return error.code === Code.Unavailable || isNetworkFailure(error);
}

/** What a browser's fetch says of a server that it does not reach. */
function isNetworkFailure({ code, cause }: ConnectError): boolean {
  return (code === Code.Unknown || code === Code.Internal) && cause instanceof TypeError;
}

/** Without Connect's code before it. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ConnectError) return error.rawMessage;
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}
