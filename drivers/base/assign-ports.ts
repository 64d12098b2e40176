/**
 * Who gets which port: the rules of binding, as one pure function.
 * Above: serial-devices.ts. Below: assignment.ts.
 *
 * 1. Who holds a port (has asked for it, and may have it open) keeps it while its wish still fits.
 * 2. A request by USB ids takes the first free port with these ids.
 * 3. A choice made by hand takes the first free port with the ids that are remembered of it. It takes one away
 *    from who got it under rule 4, since a person's word counts more than a guess.
 * 4. A request for any port, with no choice made, gets one only if there is no doubt: exactly one port is free, and
 *    exactly one such request is without a port.
 *
 * Only rules 1 to 3 look at the order of claims, and only between identical adapters, which nothing can tell apart.
 */

import type { Assignment, Claim } from "./assignment.ts";
import type { RememberedPort, SerialRequest } from "./devices.ts";

type SerialClaim<Port> = Claim<Port, SerialRequest>;

/** `claims` are in the order they were made, `ports` (with their ids) in the browser's. */
export function assignPorts<Key, Port>(
  claims: ReadonlyMap<Key, SerialClaim<Port>>,
  ports: ReadonlyMap<Port, RememberedPort>,
): Assignment<Key, Port> {
  const free = new Map(ports);
  const assigned = new Map<Key, Port>();
  const give = (key: Key, port: Port) => {
    free.delete(port);
    assigned.set(key, port);
  };
  const entries = [...claims].map(([key, claim]) => ({ key, claim, wanted: wantedIds(claim) }));
  const byIds = [
    ...entries.filter(({ claim }) => claim.request.kind === "usb"),
    ...entries.filter(({ claim }) => claim.request.kind === "any"),
  ];

  for (const { key, claim, wanted } of byIds) {
    const ids = claim.held === undefined ? undefined : free.get(claim.held);
    if (claim.held !== undefined && ids !== undefined && wanted !== undefined && sameIds(wanted, ids)) {
      give(key, claim.held);
    }
  }
  for (const { key, wanted } of byIds) {
    if (wanted === undefined || assigned.has(key)) continue;
    const match = [...free].find(([, ids]) => sameIds(wanted, ids));
    if (match !== undefined) give(key, match[0]);
  }

  const unchosen = entries.filter(({ wanted }) => wanted === undefined);
  for (const { key, claim } of unchosen) {
    if (claim.held !== undefined && free.has(claim.held)) give(key, claim.held);
  }
  const waiting = unchosen.filter(({ key }) => !assigned.has(key));
  const [first, second] = free.keys();
  if (waiting.length === 1 && waiting[0] !== undefined && first !== undefined && second === undefined) {
    give(waiting[0].key, first);
  }
  const undecided = waiting.filter(({ key }) => !assigned.has(key));
  return { devices: assigned, undecided: new Set(undecided.map(({ key }) => key)) };
}

/** The ids that a claim insists on: its own, else those of the choice made by hand; undefined: any port would do. */
export function wantedIds<Port>({ request, remembered }: SerialClaim<Port>): RememberedPort | undefined {
  if (request.kind === "any") return remembered;
  return { usbVendorId: request.vendorId, usbProductId: request.productId };
}

function sameIds(a: RememberedPort, b: RememberedPort): boolean {
  return a.usbVendorId === b.usbVendorId && a.usbProductId === b.usbProductId;
}
