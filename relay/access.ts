/**
 * Who may speak to the relay from inside a browser: Host against DNS rebinding, Origin against other sites. Pure.
 * Above: dispatch.ts, tunnel-endpoint.ts. Below: nothing.
 * Specification: RFC 9110 section 7.2 (Host), RFC 6454 section 7 (Origin).
 */

import { isIP } from "node:net";
import { isLoopbackHost } from "./listener-address.ts";

/** The two parts of a Host header; undefined when it is not one. IPv6 comes without brackets. */
export function parseHost(authority: string): { readonly host: string; readonly port: string } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/?#@[\]\s]+))(?::(\d{1,5}))?$/.exec(authority);
  if (match === null) return undefined;
  const host = (match[1] ?? match[2] ?? "").toLowerCase().replace(/\.$/, "");
  return host === "" ? undefined : { host, port: match[3] ?? "" };
}

/**
 * Whether a Host names this relay. A site that points its own name at 127.0.0.1 is of the same origin as our page in
 * the browser's eyes, and shows only here. It cannot do so with an address, and not with a name that was given to us.
 *
 * @param names Lower case; `*.` in front stands for one label, as in certificates.
 */
export function isOwnHost(authority: string, names: readonly string[]): boolean {
  const parsed = parseHost(authority);
  if (parsed === undefined) return false;
  const { host } = parsed;
  if (isIP(host) !== 0 || isLoopbackHost(host)) return true;
  return names.some((name) =>
    name.startsWith("*.")
      ? host.slice(host.indexOf(".") + 1) === name.slice(2) && host.includes(".")
      : host === name,
  );
}

/**
 * Whether a request with this Origin comes from a page that this relay served, or from a loopback page on the same
 * port (`localhost` and `127.0.0.1` are two origins of one relay). No Origin: not a browser.
 */
export function isOwnOrigin(origin: string | undefined, authority: string): boolean {
  if (origin === undefined) return true;
  let url: URL;
  try {
    url = new URL(origin);
  } catch {
    return false; // "null": a sandboxed frame or a file
  }
  const host = parseHost(authority);
  const from = parseHost(url.host);
  if (host === undefined || from === undefined) return false;
  const defaultPort = url.protocol === "https:" ? "443" : "80";
  if ((from.port || defaultPort) !== (host.port || defaultPort)) return false;
  return from.host === host.host || (isLoopbackHost(from.host) && isLoopbackHost(host.host));
}
