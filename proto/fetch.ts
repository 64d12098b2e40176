/**
 * How a page asks its relay for an HTTP transfer that a browser does not let it do itself: a stream of the tunnel that the page opens.
 * Above: web/http/ asks, relay/fetch/ answers; both sides agree here and nowhere else. Specification: docs/tunnel-protocol.md, "Files by URL".
 */

/** The path of such a request. Its method is GET (the body comes back) or PUT (the body goes out). */
export const FETCH_PATH = "/jumptab/fetch";

/** Header with the whole URL, query and all. All other headers of the request are for the server that it names. */
export const FETCH_URL_HEADER = "x-jumptab-url";

/** Header of the answer with the server's words for its status, where it has some. */
export const FETCH_REASON_HEADER = "x-jumptab-reason";

/** Headers of a page's request with such a name are between page and relay, and go no further. */
export const FETCH_OWN_PREFIX = "x-jumptab-";

/** A URL as it may stand in logs and messages: what is behind the question mark may be a signature, and what is before the `@` a password. */
export function withoutSecrets(url: string): string {
  // As a URL is read: without what is around it, and without tabs and line ends inside.
  const read = url.replace(/[\t\n\r]/g, "").trim();
  const shown = read.replace(/#.*$/s, "").replace(/\?.*$/s, "?[REDACTED]");
  return shown.replace(/^([a-z][a-z0-9+.-]*:[/\\]*)[^/\\]*@/i, "$1");
}
