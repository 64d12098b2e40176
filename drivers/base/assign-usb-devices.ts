/**
 * Who gets which USB device: the rules of binding, as one pure function.
 * Above: usb-devices.ts. Below: assignment.ts.
 *
 * 1. Who holds a device (has asked for it, and may have it open) keeps it while its wish still fits.
 * 2. A choice made by hand takes the free device that fits what is remembered of it: the same ids and serial number, else the same serial
 *    number with other ids (a boot loader). It takes one away from who got it under rule 3, since a person's word counts more than a guess.
 * 3. Who has no choice made gets a device only if there is no doubt: exactly one free device fits, and it fits nobody else without a choice.
 *
 * Who waits for a device that is about to come goes before others under rules 2 and 3: a board that was told to restart into its boot loader
 * is the one that comes.
 */

import type { Assignment, Claim } from "./assignment.ts";
import type { RememberedPort, UsbFilter, UsbRequest } from "./devices.ts";

type UsbClaim<Device> = Claim<Device, UsbRequest>;

/** What tells devices apart. */
export interface UsbFacts {
  readonly vendorId: number;
  readonly productId: number;
  readonly serialNumber: string | undefined;
  /** Class, subclass and protocol of the device and of all its interfaces. */
  readonly classes: readonly (readonly [number, number, number])[];
}

/** `claims` are in the order they were made, `devices` in the browser's. */
export function assignUsbDevices<Key, Device>(
  claims: ReadonlyMap<Key, UsbClaim<Device>>,
  devices: ReadonlyMap<Device, UsbFacts>,
): Assignment<Key, Device> {
  const free = new Map(devices);
  const assigned = new Map<Key, Device>();
  const give = (key: Key, device: Device): void => {
    free.delete(device);
    assigned.set(key, device);
  };
  const entries = [...claims];
  const waitingFirst = [
    ...entries.filter(([, { expecting }]) => expecting),
    ...entries.filter(([, { expecting }]) => !expecting),
  ];
  const chosen = waitingFirst.filter(([, { remembered }]) => remembered !== undefined);
  const unchosen = entries.filter(([, { remembered }]) => remembered === undefined);

  keepHeld(chosen, free, give);
  for (const [key, claim] of chosen) {
    if (assigned.has(key)) continue;
    const fitting = [...free].filter(([, facts]) => isWanted(claim, facts));
    const best = fitting.find(([, facts]) => sameIds(claim.remembered, facts)) ?? fitting[0];
    if (best !== undefined) give(key, best[0]);
  }

  keepHeld(unchosen, free, give);
  const open = unchosen.filter(([key]) => !assigned.has(key));
  guess(
    open.filter(([, { expecting }]) => expecting),
    free,
    give,
  );
  const rest = open.filter(([key]) => !assigned.has(key));
  guess(rest, free, give);
  const undecided = rest.filter(
    ([key, { request }]) => !assigned.has(key) && [...free.values()].some((facts) => fits(request, facts)),
  );
  return { devices: assigned, undecided: new Set(undecided.map(([key]) => key)) };
}

type Give<Key, Device> = (key: Key, device: Device) => void;
type Claims<Key, Device> = readonly (readonly [Key, UsbClaim<Device>])[];

function keepHeld<Key, Device>(
  claims: Claims<Key, Device>,
  free: ReadonlyMap<Device, UsbFacts>,
  give: Give<Key, Device>,
): void {
  for (const [key, claim] of claims) {
    const facts = claim.held === undefined ? undefined : free.get(claim.held);
    if (claim.held !== undefined && facts !== undefined && isWanted(claim, facts)) give(key, claim.held);
  }
}

function guess<Key, Device>(
  claims: Claims<Key, Device>,
  free: ReadonlyMap<Device, UsbFacts>,
  give: Give<Key, Device>,
): void {
  const candidates = [...free];
  const sure = claims.flatMap(([key, { request }]) => {
    const [only, another] = candidates.filter(([, facts]) => fits(request, facts));
    if (only === undefined || another !== undefined) return [];
    const rivals = claims.filter(([, rival]) => fits(rival.request, only[1]));
    return rivals.length === 1 ? [[key, only[0]] as const] : [];
  });
  for (const [key, device] of sure) give(key, device);
}

/** Whether the device is what was chosen, or anything that fits where nothing was. */
function isWanted<Device>({ request, remembered }: UsbClaim<Device>, facts: UsbFacts): boolean {
  if (!fits(request, facts)) return false;
  if (remembered === undefined) return true;
  const { usbSerialNumber } = remembered;
  return usbSerialNumber === undefined ? sameIds(remembered, facts) : usbSerialNumber === facts.serialNumber;
}

function sameIds(remembered: RememberedPort | undefined, { vendorId, productId }: UsbFacts): boolean {
  return remembered?.usbVendorId === vendorId && remembered.usbProductId === productId;
}

/** @see https://wicg.github.io/webusb/#dfn-match-a-device-filter */
function fits({ filters }: UsbRequest, facts: UsbFacts): boolean {
  return filters.some(
    (filter) =>
      filter.vendorId === facts.vendorId &&
      (filter.productId === undefined || filter.productId === facts.productId) &&
      facts.classes.some((found) => classFits(filter, found)),
  );
}

function classFits(
  { classCode, subclassCode, protocolCode }: UsbFilter,
  [itsClass, itsSubclass, itsProtocol]: readonly [number, number, number],
): boolean {
  return (
    (classCode === undefined || classCode === itsClass) &&
    (subclassCode === undefined || subclassCode === itsSubclass) &&
    (protocolCode === undefined || protocolCode === itsProtocol)
  );
}
