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

/** 64 characters for what the exporter calls one: a uuid has 36. */
export const MAX_CREDENTIAL_ID_CHARACTERS = 64;

/** A list that a peer has sent: it, or what is wrong with it, as a sentence about `what`. */
export function parseCredentials(
  value: unknown,
  what: string,
): { readonly credentials: readonly Credential[] } | { readonly problem: string } {
  if (!Array.isArray(value)) return { problem: `${what} are not a list` };
  if (value.length > MAX_CREDENTIALS) {
    return { problem: `${what} are ${value.length}, ${MAX_CREDENTIALS} are allowed` };
  }
  const credentials: Credential[] = [];
  for (const each of value as readonly unknown[]) {
    if (typeof each !== "object" || each === null || !("id" in each) || !("hash" in each)) {
      return { problem: `${what} have one without an id or a hash` };
    }
    const { id, hash } = each;
    if (typeof id !== "string" || !ID.test(id)) {
      const form = `1 to ${MAX_CREDENTIAL_ID_CHARACTERS} letters, digits and dashes`;
      return { problem: `${what} have an id that is not ${form}` };
    }
    if (typeof hash !== "string" || !HASH.test(hash)) {
      return { problem: `${what} have a hash that is not 64 hexadecimal digits in lower case` };
    }
    credentials.push({ id, hash });
  }
  return { credentials };
}

const ID = new RegExp(`^[A-Za-z0-9-]{1,${MAX_CREDENTIAL_ID_CHARACTERS}}$`);
const HASH = /^[0-9a-f]{64}$/;

/** Header of a request in a tunnel: the id of the credential that the client has shown. Absent: it was the passphrase, or none is needed. */
export const CREDENTIAL_HEADER = "x-jumptab-credential";
