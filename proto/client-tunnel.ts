/**
 * The tunnel of a colleague's page: the same frames, with the page as the client. It opens streams, the relay answers them as it answers
 * gRPC over HTTP/2, so a browser has calls that go on both ways.
 * Above: web/guest/ dials, relay/ answers; both sides agree here and nowhere else. Specification: docs/tunnel-protocol.md, "Clients".
 */

/** Where it is dialled, beside the page. */
export const CLIENT_TUNNEL_PATH = "client";

/** Subprotocol of the WebSocket. Its HELLO has `passphrase`, and no `exporter`. */
export const CLIENT_TUNNEL_SUBPROTOCOL = "jumptab-client.v1";

/** Header of an UNAUTHENTICATED answer of the exporter: what is the matter with the link, for a page that says what to do. */
export const LINK_HEADER = "x-jumptab-link";

/** `unknown`: nobody knows it, or it was taken out of the list. `used`: it was for one use, and another browser has opened it. */
export type LinkTrouble = "unknown" | "revoked" | "expired" | "used";
