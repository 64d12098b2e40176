/**
 * Names to addresses, once for each connection: what was checked is what is connected to. Few at once, since each holds a thread.
 * Above: transfer.ts. Below: the system's resolver, which knows /etc/hosts and local names too.
 */

import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { MAX_FETCH_LOOKUPS } from "../limits.ts";
import { abortable } from "./abortable.ts";

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

export const systemResolve: Resolve = (host) => lookup(host, { all: true });

export class Lookups {
  readonly #resolve: Resolve;
  #running = 0;
  /** Bounded by the transfers that there may be. */
  readonly #waiting = new Set<() => void>();

  constructor(resolve: Resolve = systemResolve) {
    this.#resolve = resolve;
  }

  /** Rejects with the signal's reason when it is aborted first; the resolver cannot be stopped, and keeps its place until it is done. */
  async addressesOf(host: string, { signal }: { signal: AbortSignal }): Promise<readonly LookupAddress[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family }];
    if (this.#running >= MAX_FETCH_LOOKUPS) await this.#turn({ signal });
    else this.#running += 1;
    return await abortable(this.#ask(host), { signal });
  }

  /** Resolves when one that ran has handed its place on. */
  async #turn(options: { signal: AbortSignal }): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    try {
      await abortable(promise, options);
    } catch (error) {
      // The place may have been handed over in the same moment.
      if (!this.#waiting.delete(resolve)) this.#leave();
      throw error;
    }
  }

  async #ask(host: string): Promise<readonly LookupAddress[]> {
    try {
      return await this.#resolve(host);
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
