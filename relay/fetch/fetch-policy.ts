/**
 * Where the relay goes for a page: the public internet, and what its operator has named. Asked for each address, at each redirect.
 * Above: transfer.ts. Below: address-rules.ts, fetch-rule.ts. Knows no sockets.
 */

import type { LookupAddress } from "node:dns";
import { networkInterfaces } from "node:os";
import { FIRST_OPEN_FETCH_PORT } from "../limits.ts";
import { specialAddress, unmapped } from "./address-rules.ts";
import { type FetchFailure, notAllowed } from "./fetch-failure.ts";
import type { FetchRule } from "./fetch-rule.ts";
import type { FetchTarget } from "./fetch-target.ts";

export interface FetchPolicyOptions {
  /** What the operator has named. */
  readonly allow: readonly FetchRule[];
  /** Addresses of this computer, which may be public ones: what listens on them may be meant for this computer alone. */
  readonly ownAddresses?: () => readonly string[];
}

export class FetchPolicy {
  readonly #allow: readonly FetchRule[];
  readonly #ownAddresses: () => readonly string[];

  constructor({ allow, ownAddresses = addressesOfThisComputer }: FetchPolicyOptions) {
    this.#allow = allow;
    this.#ownAddresses = ownAddresses;
  }

  /**
   * Those of a URL's addresses that may be connected to.
   *
   * @throws FetchFailure when that is none: what lets the relay go there.
   */
  allowed(target: FetchTarget, addresses: readonly LookupAddress[]): readonly LookupAddress[] {
    let refusal: FetchFailure | undefined;
    const allowed = addresses.filter(({ address }) => {
      const refused = this.#refusal(target, address);
      refusal ??= refused;
      return refused === undefined;
    });
    if (allowed.length === 0) throw refusal ?? notAllowed(`${target.shown} leads to no address`);
    return allowed;
  }

  #refusal({ host, port, shown }: FetchTarget, address: string): FetchFailure | undefined {
    if (this.#allow.some((rule) => rule.matches({ host, port, address }))) return undefined;
    const name = host.includes(":") ? `[${host}]` : host;
    const special =
      specialAddress(address) ??
      (this.#ownAddresses().includes(unmapped(address))
        ? "an address of the relay's own computer"
        : undefined);
    if (special !== undefined) {
      return notAllowed(
        `${shown} leads to ${special}, where the relay does not go by itself: start it with --allow-fetch ${name}`,
      );
    }
    if (port < FIRST_OPEN_FETCH_PORT && port !== 80 && port !== 443) {
      return notAllowed(
        `${shown} names port ${port}, where the relay does not go by itself: start it with --allow-fetch ${name}:${port}`,
      );
    }
    return undefined;
  }
}

function addressesOfThisComputer(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each = []) => each.map(({ address }) => address));
}
