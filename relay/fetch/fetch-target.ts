/**
 * A URL as the relay connects to it, and where a redirect leads. Percent-encoding stays as it came: signatures cover it. Pure.
 * Above: fetch-request.ts, download.ts, transfer.ts. Below: the platform's URL, which says what is the host.
 * Specification: WHATWG URL for host and port, RFC 9112 section 3.2 for the request target.
 */

import { withoutSecrets } from "../../proto/fetch.ts";
import { MAX_FETCH_URL_BYTES } from "../limits.ts";
import { badRequest, broken } from "./fetch-failure.ts";

export interface FetchTarget {
  readonly secure: boolean;
  /** A name or an IP address, lower case, without brackets and without a dot at its end. */
  readonly host: string;
  readonly port: number;
  /** Host header: host and port as they stand in the URL. */
  readonly authority: string;
  /** Path and query, byte for byte. */
  readonly path: string;
  /** The whole of it, without fragment: redirects are relative to it. */
  readonly url: string;
  /** For people: the URL without its secrets. */
  readonly shown: string;
}

/** @throws FetchFailure with the cure. */
export function parseTarget(text: string): FetchTarget {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FETCH_URL_BYTES) {
    throw badRequest(`the URL has ${bytes} bytes, ${MAX_FETCH_URL_BYTES} are allowed`);
  }
  const shown = withoutSecrets(text);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw badRequest(`${shown} is no URL: give one that begins with https:// or http://`);
  }
  const { protocol, hostname, username, password } = url;
  if (protocol !== "https:" && protocol !== "http:") {
    throw badRequest(`${shown} cannot be fetched: only https:// and http:// can`);
  }
  if (username !== "" || password !== "") {
    throw badRequest(
      `${shown} has a name or a password before its host: give a URL without, or a presigned one`,
    );
  }
  const secure = protocol === "https:";
  return {
    secure,
    host: hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, ""),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    authority: url.host,
    path: rawPath(text) ?? `${url.pathname}${url.search}`,
    url: url.href.replace(/#.*$/s, ""),
    shown,
  };
}

/** Path and query as they were written, where that is what a server can be sent; undefined where the platform has to put them right. */
function rawPath(text: string): string | undefined {
  const [, path] = /^https?:\/\/[^/?#\\]+(\/[^#\\]*)?(?:#.*)?$/i.exec(text) ?? [];
  return path !== undefined && /^[\x21-\x7e]+$/.test(path) ? path : undefined;
}

/**
 * Where a redirect leads.
 *
 * @throws FetchFailure when that is no address.
 */
export function redirectTarget(from: FetchTarget, location: string | undefined): FetchTarget {
  if (location === undefined || location === "") {
    throw broken(`Presigned HTTP GET redirect missing Location header for ${from.shown}`);
  }
  // An absolute one stays as it was written; the platform would put what is relative in its place, and normalise it.
  if (/^https?:\/\//i.test(location)) return parseTarget(location);
  let url: URL;
  try {
    url = new URL(location, from.url);
  } catch {
    throw broken(`${from.shown} redirects to something that is no URL`);
  }
  return parseTarget(/^\/[^/\\]/.test(location) ? `${new URL(from.url).origin}${location}` : url.href);
}

/** Whether what was meant for one may be sent to the other. */
export function isSameOrigin(one: FetchTarget, other: FetchTarget): boolean {
  return one.secure === other.secure && one.host === other.host && one.port === other.port;
}
