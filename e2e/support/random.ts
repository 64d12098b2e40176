/**
 * Random numbers that can be had again: the same seed gives the same sequence.
 * Above: chaos-link.ts, chaos/test.ts. Below: nothing. The generator is mulberry32: 32 bits of state, good enough to
 * choose where a line breaks, and short enough to be the suite's own.
 */

import { randomInt } from "node:crypto";

/** `JUMPTAB_CHAOS_SEED=123` repeats a run, `JUMPTAB_CHAOS_SEED=random` tries another. */
export const SEED_VARIABLE = "JUMPTAB_CHAOS_SEED";

export class Random {
  /** What `new Random(seed)` needs to give the same numbers again. */
  readonly seed: number;
  #state: number;

  /** @param seed Its lower 32 bits count. */
  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** @throws RangeError when there is nothing to choose from. */
  pick<T>(from: readonly T[]): T {
    const picked = from[this.between(0, from.length - 1)];
    if (picked === undefined) throw new RangeError("there is nothing to choose from");
    return picked;
  }

  /** Another sequence, that this seed gives too: what one consumer takes changes nothing for the other. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}

/** Of a run that nobody asked anything special of: the suite is the same each time. */
export const DEFAULT_SEED = 20_261_120;

/**
 * The seed of a run: the environment's, a new one for `random`, or the same as always.
 *
 * @throws Error when the environment's is none.
 */
export function chooseSeed(environment: NodeJS.ProcessEnv = process.env): number {
  const given = environment[SEED_VARIABLE];
  if (given === undefined || given === "") return DEFAULT_SEED;
  if (given === "random") return randomInt(2 ** 32);
  if (!/^\d{1,10}$/.test(given))
    throw new Error(`${SEED_VARIABLE} is a whole number, or random, not "${given}"`);
  return Number(given);
}
