/**
 * What the rules of binding are given, and what they decide: the same for every kind of device.
 * Above: assign-ports.ts and assign-usb-devices.ts, the rules; bound-devices.ts, which follows them. Below: nothing.
 */

import type { RememberedPort } from "./devices.ts";

/** One claim, as the rules see it. */
export interface Claim<Device, Request> {
  readonly request: Request;
  /** What a person chose; undefined when nobody did. */
  readonly remembered: RememberedPort | undefined;
  /** The device that this claim has already been given out, if it has. */
  readonly held: Device | undefined;
  /** Whether its driver waits for a device now. */
  readonly expecting: boolean;
}

export interface Assignment<Key, Device> {
  /** The device of each claim that gets one. */
  readonly devices: ReadonlyMap<Key, Device>;
  /** Claims that have none because nobody has said which one it is. */
  readonly undecided: ReadonlySet<Key>;
}
