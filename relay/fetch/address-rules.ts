/**
 * Which IP addresses the relay goes to without being told: those of the public internet, and no others. Pure.
 * Above: fetch-policy.ts. Below: node:net for what an address is.
 * Specification: IANA's registries of special-purpose addresses (RFC 6890), RFC 4291, RFC 6052 (NAT64).
 */

import { BlockList, isIP } from "node:net";

/** IPv4 that is not of the public internet, with what it is. */
const SPECIAL_V4: readonly (readonly [network: string, bits: number, what: string])[] = [
  ["0.0.0.0", 8, "an address of this computer"],
  ["10.0.0.0", 8, "a private address"],
  ["100.64.0.0", 10, "an address inside a provider's network"],
  ["127.0.0.0", 8, "a loopback address"],
  ["169.254.0.0", 16, "a link-local address"],
  ["172.16.0.0", 12, "a private address"],
  ["192.0.0.0", 24, "a reserved address"],
  ["192.0.2.0", 24, "a reserved address"],
  ["192.88.99.0", 24, "a reserved address"],
  ["192.168.0.0", 16, "a private address"],
  ["198.18.0.0", 15, "a reserved address"],
  ["198.51.100.0", 24, "a reserved address"],
  ["203.0.113.0", 24, "a reserved address"],
  ["224.0.0.0", 4, "a multicast address"],
  ["240.0.0.0", 4, "a reserved address"],
];

/** IPv6 is public in 2000::/3 alone, and not in all of that: these carry an IPv4 address inside, or are nobody's. */
const SPECIAL_V6: readonly (readonly [network: string, bits: number, what: string])[] = [
  ["::", 128, "an address of this computer"],
  ["::1", 128, "a loopback address"],
  ["fe80::", 10, "a link-local address"],
  ["fc00::", 7, "a private address"],
  ["ff00::", 8, "a multicast address"],
  ["::", 3, "a reserved address"],
  ["2001::", 23, "a reserved address"],
  ["2001:db8::", 32, "a reserved address"],
  ["2002::", 16, "a reserved address"],
  ["3fff::", 20, "a reserved address"],
  ["4000::", 2, "a reserved address"],
  ["8000::", 1, "a reserved address"],
];

const RULES = {
  ipv4: SPECIAL_V4.map(([network, bits, what]) => ({ what, list: subnet(network, bits, "ipv4") })),
  ipv6: SPECIAL_V6.map(([network, bits, what]) => ({ what, list: subnet(network, bits, "ipv6") })),
};

function subnet(network: string, bits: number, family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list;
}

/** What is special about an address, as a person says it; undefined when it is one of the public internet. */
export function specialAddress(address: string): string | undefined {
  const plain = unmapped(address);
  const family = isIP(plain);
  if (family === 0) return "no address";
  const rules = family === 4 ? RULES.ipv4 : RULES.ipv6;
  return rules.find(({ list }) => list.check(plain, family === 4 ? "ipv4" : "ipv6"))?.what;
}

/** An IPv4 address that stands inside an IPv6 one (`::ffff:10.0.0.1`, `::ffff:a00:1`) as itself; others as they are. */
export function unmapped(address: string): string {
  const [, dotted, high, low] =
    /^(?:0*:)*:?ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address) ?? [];
  if (dotted !== undefined) return isIP(address) === 6 ? dotted : address;
  if (high === undefined || low === undefined || isIP(address) !== 6) return address;
  const bits = Number.parseInt(high, 16) * 0x10000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join(".");
}
