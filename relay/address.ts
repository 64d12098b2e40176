/**
 * The address that limits count by. Pure.
 * Above: the exchanges, port.ts, tunnel-endpoint.ts. Below: nothing.
 * X-Forwarded-For is not looked at: anybody can write it. Behind a reverse proxy all clients have its address.
 */

/**
 * @param remoteAddress As Node tells it; undefined once the connection is gone.
 * @returns an IPv4 address, also when it came inside an IPv6 one, or the /64 network of an IPv6 address: one customer of a
 * provider has at least that much, and could count up in it for ever.
 */
export function addressGroup(remoteAddress: string | undefined): string {
  if (remoteAddress === undefined || remoteAddress === "") return "unknown";
  if (!remoteAddress.includes(":")) return remoteAddress;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remoteAddress)?.[1];
  if (mapped !== undefined) return mapped;
  const address = remoteAddress.replace(/%.*$/, "");
  const [head = "", tail] = address.split("::");
  const groups = groupsOf(head);
  if (tail !== undefined) {
    const after = groupsOf(tail);
    while (groups.length + after.length < GROUPS) groups.push("0");
    groups.push(...after);
  }
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}

/** RFC 4291 section 2.2: an address has eight groups of 16 bits. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

function groupsOf(text: string): string[] {
  if (text === "") return [];
  // An IPv4 address at the end stands for two groups, which are not of the network.
  return text.split(":").flatMap((group) => (group.includes(".") ? ["0", "0"] : [group]));
}
