/**
 * Headers between HTTP and the tunnel: which ones travel, and the shapes that Node wants. Pure.
 * Above: the two exchanges, gateway.ts. Below: nothing. Specification: RFC 9110 section 7.6.1, RFC 9113 section 8.2.2.
 */

import type { OutgoingHttpHeaders } from "node:http";
import { CLIENT_HEADER } from "../proto/client-header.ts";
import { CREDENTIAL_HEADER } from "../proto/credentials.ts";
import type { HeaderList } from "../proto/tunnel/index.ts";

/** The header that opens an exporter to its clients. It ends at the relay. */
export const PASSPHRASE_HEADER = "x-jumpstarter-passphrase";

/** The name of a call, in the head of its answer: for a person with a question, and for the log line that has the answer. */
export const CALL_HEADER = "x-jumptab-call";

/** These are between two neighbours and mean nothing further on. `te` is kept out too: the tunnel always has trailers. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "host",
  "expect",
]);

/** Headers of requests with such a name are between relay and page: no client says anything under one. */
const OWN_PREFIX = "x-jumptab-";

/**
 * What of a request goes into the tunnel: all but what was meant for the relay, and who it is from.
 *
 * @param client The client and its connection, as client-names.ts has it.
 * @param credential The id of the credential that the client has shown in place of the passphrase.
 */
export function forwardedRequestHeaders(
  headers: HeaderList,
  client: string,
  credential?: string,
): HeaderList {
  const forwarded = headers.filter(
    ([name]) => name !== PASSPHRASE_HEADER && !name.startsWith(OWN_PREFIX) && !HOP_BY_HOP.has(name),
  );
  const own: HeaderList = [[CLIENT_HEADER, client]];
  return [
    ...forwarded,
    ...own,
    ...(credential === undefined ? [] : [[CREDENTIAL_HEADER, credential] as const]),
  ];
}

/** What only the relay may say of its own origin and of its own framing. A page answers calls; it is not the site. */
const RELAY_ONLY = new Set([
  "alt-svc",
  "clear-site-data",
  "content-length",
  "content-security-policy",
  "location",
  "refresh",
  "service-worker-allowed",
  "set-cookie",
  "strict-transport-security",
  CALL_HEADER,
]);

/** RFC 9110 section 5.6.2, in lower case as HTTP/2 wants it. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** RFC 9110 section 5.5: visible characters, spaces and tabs. */
export const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * What of a page's response head or trailers goes to the client: only what HTTP allows, and nothing that is the relay's to
 * say. A name that comes twice becomes one with both values (RFC 9110 section 5.3), since some may not come twice.
 */
export function forwardedResponseHeaders(headers: HeaderList): HeaderList {
  const forwarded = new Map<string, string>();
  for (const [name, value] of headers) {
    if (HOP_BY_HOP.has(name) || RELAY_ONLY.has(name) || !TOKEN.test(name) || !FIELD_VALUE.test(value))
      continue;
    const before = forwarded.get(name);
    if (before === undefined) forwarded.set(name, value);
    else if (name !== "content-type") forwarded.set(name, `${before}, ${value}`);
  }
  return [...forwarded];
}

/** Node's flat list of names and values, as pairs with lower-case names and without pseudo headers. */
export function headerListFromRaw(raw: readonly string[]): HeaderList {
  const list: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at];
    const value = raw[at + 1];
    if (name === undefined || value === undefined || name.startsWith(":")) continue;
    list.push([name.toLowerCase(), value]);
  }
  return list;
}

/** Pairs as Node's record; a name that occurs twice becomes a list of its values. */
export function nodeHeaders(list: HeaderList): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = Object.create(null);
  for (const [name, value] of list) {
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else headers[name] = [String(before), value];
  }
  return headers;
}

/** The value of a header, several joined as RFC 9110 section 5.3 has it. */
export function headerValue(list: HeaderList, name: string): string | undefined {
  let value: string | undefined;
  for (const [each, text] of list) {
    if (each === name) value = value === undefined ? text : `${value}, ${text}`;
  }
  return value;
}
