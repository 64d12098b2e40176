/**
 * Whether the page asks a URL's server itself, or leaves it to the relay from the start. Pure.
 * Above: create-http-transfer.ts. Below: the platform's URL. Specification: the Fetch standard's forbidden request headers.
 *
 * A client chooses the URL, and the page stands in somebody's network: it goes only where a certificate proves that the name is a
 * public one. The relay, which sees addresses, has rules for the rest.
 */

import type { HttpRequest } from "../exporter/http-transfer.ts";

/** Headers that a page may not set: without them the request would be another one. */
const FORBIDDEN = new Set([
  "accept-charset",
  "accept-encoding",
  "access-control-request-headers",
  "access-control-request-method",
  "connection",
  "content-length",
  "cookie",
  "date",
  "dnt",
  "expect",
  "host",
  "keep-alive",
  "origin",
  "referer",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "via",
]);

/** Names that are only known inside some network. */
const LOCAL = ["local", "localhost", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa"];

export function mayFetch({ url, headers }: HttpRequest): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.protocol !== "https:" || parsed.username !== "" || parsed.password !== "") {
    return false;
  }
  // Signatures cover the spelling: a URL that the browser would put right is not the one that was signed.
  if (parsed.href.replace(/#.*$/s, "") !== url.replace(/#.*$/s, "")) return false;
  return isPublicName(parsed.hostname) && Object.keys(headers).every((name) => maySet(name.toLowerCase()));
}

/** A name with a dot whose last part is a word: neither an address nor a computer next door. */
function isPublicName(host: string): boolean {
  const name = host.replace(/\.$/, "");
  return (
    /\.[a-z][a-z0-9-]*$/.test(name) && !LOCAL.some((suffix) => name === suffix || name.endsWith(`.${suffix}`))
  );
}

function maySet(name: string): boolean {
  return !FORBIDDEN.has(name) && !name.startsWith("proxy-") && !name.startsWith("sec-");
}
