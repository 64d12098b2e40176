/**
 * By which addresses other machines may reach a relay that listens on all of them, the likeliest first. Pure.
 * Above: boot.ts. Below: listener-address.ts. Specification: proto/boot.ts, `addresses`.
 */

import type { networkInterfaces } from "node:os";
import { MAX_TOLD_ADDRESSES } from "./limits.ts";
import { formatAddress, isWildcardHost, type ListenerAddress } from "./listener-address.ts";

/** As node:os tells of this machine's. */
export type NetworkInterfaces = ReturnType<typeof networkInterfaces>;

/** Networks of containers and virtual machines: to others of these alone they mean anything. */
const VIRTUAL = /^(?:br-|cni|docker|flannel|lxc|podman|vboxnet|veth|virbr|vmnet)/;

/** RFC 3927 and RFC 4291 section 2.5.6: they need to be told on which wire. */
const LINK_LOCAL = /^(?:169\.254\.|fe[89ab])/i;

/**
 * @param covers Whether clients will accept the relay under this address; with TLS its certificate has to say so.
 * @returns `host:port`, IPv4 first, at most MAX_TOLD_ADDRESSES; undefined when the listener is on one address only, or there are none.
 */
export function otherAddresses(
  listener: ListenerAddress,
  interfaces: NetworkInterfaces,
  covers: (address: string) => boolean = () => true,
): readonly string[] | undefined {
  if (!isWildcardHost(listener.host)) return undefined;
  const found = Object.entries(interfaces)
    .flatMap(([name, addresses = []]) =>
      addresses.map((each) => ({ ...each, isVirtual: VIRTUAL.test(name) })),
    )
    .filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address) && covers(address))
    // A listener on 0.0.0.0 hears nothing of IPv6; one on :: hears both.
    .filter(({ family }) => family === "IPv4" || listener.host !== "0.0.0.0");
  const rank = ({ isVirtual, family }: (typeof found)[number]): number =>
    Number(isVirtual) * 2 + Number(family !== "IPv4");
  const ordered = found.toSorted((left, right) => rank(left) - rank(right));
  const told = new Set(ordered.map(({ address }) => formatAddress({ host: address, port: listener.port })));
  return told.size === 0 ? undefined : [...told].slice(0, MAX_TOLD_ADDRESSES);
}
