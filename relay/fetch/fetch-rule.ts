/**
 * One entry of --allow-fetch: a place that the relay goes to although it is not of the public internet. Pure.
 * Above: arguments.ts reads them, fetch-policy.ts asks them. Below: node:net for what an address is.
 */

import { BlockList, isIP } from "node:net";
import { UsageError } from "../usage-error.ts";
import { unmapped } from "./address-rules.ts";

export interface FetchRule {
  /** Whether it is about this address, which a URL with that host has led to. */
  matches(place: { readonly host: string; readonly port: number; readonly address: string }): boolean;
}

const FORMS =
  "give NAME, ADDRESS, NAME:PORT, ADDRESS:PORT or NETWORK/BITS, as in nas.lan, 10.0.0.5:8080, 10.0.0.0/8";

/** @throws UsageError with the cure. */
export function parseFetchRule(text: string): FetchRule {
  const network = /^\[?([0-9a-f.:]+)\]?\/(\d{1,3})$/i.exec(text);
  if (network !== null) return networkRule(text, network[1] ?? "", Number(network[2]));
  const { host, port } = hostAndPort(text);
  if (isIP(host) !== 0) {
    const list = listOf(host);
    return { matches: (place) => contains(list, place.address) && (port ?? place.port) === place.port };
  }
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host) || /^[0-9.]+$/.test(host)) {
    throw new UsageError(`--allow-fetch '${text}' names no host: ${FORMS}`);
  }
  return { matches: (place) => place.host === host && (port ?? place.port) === place.port };
}

function networkRule(text: string, address: string, bits: number): FetchRule {
  const family = isIP(address);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) {
    throw new UsageError(`--allow-fetch '${text}' is no network: ${FORMS}`);
  }
  const list = new BlockList();
  list.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6");
  return { matches: (place) => contains(list, place.address) };
}

function hostAndPort(text: string): { host: string; port: number | undefined } {
  const [, bracketed, name, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = (bracketed ?? name ?? (isIP(text) === 6 ? text : "")).toLowerCase().replace(/\.$/, "");
  if (host === "" || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new UsageError(`--allow-fetch '${text}' names no host: ${FORMS}`);
  }
  if (port === undefined) return { host, port: undefined };
  if (Number(port) < 1 || Number(port) > 65_535) {
    throw new UsageError(`--allow-fetch '${text}': a port is from 1 to 65535`);
  }
  return { host, port: Number(port) };
}

function listOf(address: string): BlockList {
  const plain = unmapped(address);
  const list = new BlockList();
  list.addAddress(plain, isIP(plain) === 4 ? "ipv4" : "ipv6");
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const plain = unmapped(address);
  return list.check(plain, isIP(plain) === 4 ? "ipv4" : "ipv6");
}
