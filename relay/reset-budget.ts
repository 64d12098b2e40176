/**
 * How often a peer may give up what it has begun: so many at once, and so many for each second after that. Pure; the clock comes in.
 * Above: client-tunnels.ts, for streams that a client opens and resets; node:http2 counts so for HTTP/2. Below: nothing.
 */

export interface ResetBudgetOptions {
  readonly burst: number;
  readonly perSecond: number;
  /** Milliseconds; only differences count. */
  readonly now?: () => number;
}

export class ResetBudget {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  constructor({ burst, perSecond, now = () => performance.now() }: ResetBudgetOptions) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#now = now;
    this.#left = burst;
    this.#at = now();
  }

  /** One more. @returns false when that is one too many. */
  spend(): boolean {
    const now = this.#now();
    const grown = ((now - this.#at) * this.#perSecond) / 1000;
    this.#left = Math.min(this.#burst, this.#left + grown) - 1;
    this.#at = now;
    return this.#left >= 0;
  }
}
