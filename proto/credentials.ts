/**
 * How an exporter tells its relay which secrets open it beside its passphrase (links, each with a secret of its own), and how the relay
 * tells the exporter which of them a client has shown.
 * Above: web/ tells, relay/ keeps; both sides agree here and nowhere else. Specification: docs/tunnel-protocol.md, "Credentials".
 *
 * The relay knows of a link no more than this: the role, the expiry and the name are the exporter's business, also for one that has ended,
 * which stays in the list so that the exporter can say what became of it.
 */

/** A secret that opens the exporter. */
export interface Credential {
  /** What the exporter calls it: 1 to 64 letters, digits and dashes. */
  readonly id: string;
  /** Lower-case hex SHA-256 of the secret in UTF-8, as of a passphrase. */
  readonly hash: string;
}

/** The list in HELLO is for a tunnel that begins; a change of it is a stream that the page opens to its relay, with PUT and this path. */
export const CREDENTIALS_PATH = "/jumptab/credentials";

/** Body of that request, as JSON: the whole list, in the place of the one before. The answer is 204. */
export interface CredentialList {
  readonly credentials: readonly Credential[];
}

/** 128: as many as a bench keeps links (64), for each what it was before its one use. */
export const MAX_CREDENTIALS = 128;

/** Header of a request in a tunnel: the id of the credential that the client has shown. Absent: it was the passphrase, or none is needed. */
export const CREDENTIAL_HEADER = "x-jumptab-credential";
