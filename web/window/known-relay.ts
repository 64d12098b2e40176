/**
 * What the relay of this page has answered last, for a start without it. Nothing secret: the bench that it opens with a key is kept where
 * benches are.
 * Above: web/main.ts. Below: localStorage, which some settings forbid: then a page waits for its relay. boot.ts knows the shape.
 */

import type { RelayBoot } from "../../proto/boot.ts";
import { isRelayBoot } from "./boot.ts";

const KEY = "jumptab-relay";

export class KnownRelay {
  readonly #storage: () => Storage;

  /** @param storage Called on each use: where it is forbidden, already looking at it throws. */
  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  /** A relay that runs its page by itself is not kept: what nobody looks at has to wait for it. */
  keep({ bench, ...boot }: RelayBoot): void {
    if (bench?.unattended) return;
    try {
      this.#storage().setItem(KEY, JSON.stringify(boot));
    } catch {
      // Forbidden, or full: the next start waits for the relay, as without us.
    }
  }

  get(): RelayBoot | undefined {
    try {
      const boot: unknown = JSON.parse(this.#storage().getItem(KEY) ?? "null");
      return isRelayBoot(boot) ? boot : undefined;
    } catch {
      return undefined; // Forbidden, or not written by this page: nothing is known.
    }
  }
}
