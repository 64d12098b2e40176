/**
 * Log lines that a stranger can cause: one a minute for each reason and address, and no more of those than can be held.
 * Above: port.ts, dispatch.ts. Below: limits.ts. The clock comes in by constructor.
 */

import { MAX_RARE_KEYS, RARE_LOG_INTERVAL_MS } from "./limits.ts";

export class Rarely {
  readonly #now: () => number;
  readonly #maxKeys: number;
  /** The one that was said longest ago comes first. */
  readonly #said = new Map<string, number>();

  constructor({ now = () => performance.now(), maxKeys = MAX_RARE_KEYS } = {}) {
    this.#now = now;
    this.#maxKeys = maxKeys;
  }

  /** Whether to say it now; asking means that it is said. */
  due(key: string): boolean {
    const now = this.#now();
    const last = this.#said.get(key);
    if (last !== undefined && now - last < RARE_LOG_INTERVAL_MS) return false;
    if (last === undefined && this.#said.size >= this.#maxKeys && !this.#forgetOldest(now)) return false;
    this.#said.delete(key);
    this.#said.set(key, now);
    return true;
  }

  /** @returns false when all that was said is of the last minute: then there are too many to name them one by one. */
  #forgetOldest(now: number): boolean {
    const [oldest] = this.#said;
    if (oldest === undefined) return true;
    const [key, at] = oldest;
    if (now - at < RARE_LOG_INTERVAL_MS) return false;
    this.#said.delete(key);
    return true;
  }
}
