/**
 * `[HOST:]PORT`: read, judged (loopback or not) and written. Pure.
 * Above: arguments.ts, relay.ts. Below: node:net for what an IP address is.
 */

import { isIP } from "node:net";
import { UsageError } from "./usage-error.ts";

export interface ListenerAddress {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export const DEFAULT_LISTENER: ListenerAddress = { host: "127.0.0.1", port: 19090 };

const MAX_PORT = 65_535;

/** @throws UsageError with the cure. An IPv6 address is in brackets: `[::1]:19090`. */
export function parseListenerAddress(text: string): ListenerAddress {
  const bracketed = /^\[([^\]]*)\]:(.*)$/.exec(text);
  if (bracketed !== null) {
    const [, host = "", port = ""] = bracketed;
    if (isIP(host) !== 6) throw new UsageError(`'${host}' in brackets is not an IPv6 address`);
    return { host, port: parsePort(port) };
  }
  const colon = text.lastIndexOf(":");
  if (colon === -1) return { host: DEFAULT_LISTENER.host, port: parsePort(text) };
  const host = text.slice(0, colon);
  if (host === "")
    throw new UsageError(`'${text}' has no host before the colon: give HOST:PORT, or PORT alone`);
  if (host.includes(":"))
    throw new UsageError(`put an IPv6 address in brackets, as in [::1]:19090, got '${text}'`);
  return { host, port: parsePort(text.slice(colon + 1)) };
}

function parsePort(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new UsageError(`port must be an integer, got '${text}'`);
  const port = Number(text);
  if (port < 0 || port > MAX_PORT)
    throw new UsageError(`port must be between 1 and ${MAX_PORT}, got ${text} (0 takes any free port)`);
  return port;
}

/** Whether only this machine can reach it. Names other than localhost are not looked up: they count as reachable. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  if (isIP(name) === 4) return name.startsWith("127.");
  if (isIP(name) === 6) return /^(0*:)*0*1$/.test(name) || name.startsWith("::ffff:127.");
  return false;
}

/** Whether the host means every address of this machine. */
export function isWildcardHost(host: string): boolean {
  return host === "0.0.0.0" || (isIP(host) === 6 && /^[0:]+$/.test(host));
}

/** `host:port` as it stands in a URL. */
export function formatAddress({ host, port }: ListenerAddress): string {
  return `${formatHost(host)}:${port}`;
}

export function formatHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
