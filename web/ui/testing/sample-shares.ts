/**
 * Links and people for unit tests.
 * Above: tests beside the elements. Below: web/messages.ts.
 */

import type { PersonSnapshot, SeatSnapshot, Share } from "../../messages.ts";

const HOUR_MS = 3_600_000;

/** Made at 0, open for an hour. */
export function sampleShare(name: string, values: Partial<Share> = {}): Share {
  return {
    id: name.toLowerCase(),
    name,
    role: "control",
    createdAt: 0,
    expiresAt: HOUR_MS,
    oneTime: false,
    secret: name.padEnd(22, "x"),
    hash: "0".repeat(64),
    spentHash: undefined,
    ended: undefined,
    ...values,
  };
}

/** On a page since 0, with the link of sampleShare. */
export function samplePerson(name: string, values: Partial<PersonSnapshot> = {}): PersonSnapshot {
  return {
    id: `connection of ${name}`,
    share: name.toLowerCase(),
    name,
    role: "control",
    via: "page",
    address: "192.0.2.7",
    since: 0,
    ...values,
  };
}

/** Nobody asks. */
export function sampleDrivenBy(name: string): SeatSnapshot {
  return { holder: { kind: "share", share: name.toLowerCase(), name, since: 0 }, requests: [] };
}
