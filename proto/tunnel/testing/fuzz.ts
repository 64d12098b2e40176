/**
 * What fuzz and property tests have in common: how often, from which seed, and how valid bytes are spoilt.
 * Above: every test with an fc.assert (fuzz.test.ts beside this file looks at that). Below: fast-check.
 *
 * The suite is the same each time: its seed is DEFAULT_SEED. New inputs are for those who look for them:
 *
 *   JUMPTAB_FUZZ_SEED=random  a new seed for each property; a failure prints it
 *   JUMPTAB_FUZZ_SEED=123     the runs of this seed again
 *   JUMPTAB_FUZZ_RUNS=20      twenty times as many runs as in the suite, of a new seed if none is given (`npm run fuzz` sets both)
 */

import fc from "fast-check";

/** Any number does; it is changed only when somebody wants the suite to try other inputs. */
export const DEFAULT_SEED = 20_261_120;

/** How many runs fast-check itself makes of a property. */
const USUAL_RUNS = 100;

type Environment = Readonly<Record<string, string | undefined>>;

export interface FuzzSettings {
  readonly numRuns: number;
  readonly seed: number;
}

/**
 * The second argument of `fc.assert`.
 *
 * @param runs In the suite, which has a few seconds for all of it.
 * @throws Error when the environment asks for something that is none.
 */
export function fuzzSettings(runs = USUAL_RUNS, environment: Environment = process.env): FuzzSettings {
  return { numRuns: Math.ceil(runs * times(environment)), seed: chooseSeed(environment) };
}

/** What a fuzz test may take: seconds on a machine with nothing else to do, two minutes on a busy one. */
export function fuzzTimeoutMs(environment: Environment = process.env): number {
  return 120_000 * Math.max(1, times(environment));
}

function times({ JUMPTAB_FUZZ_RUNS: text = "1" }: Environment): number {
  const given = Number(text);
  if (!(given > 0) || given === Number.POSITIVE_INFINITY) {
    throw new Error(`JUMPTAB_FUZZ_RUNS is '${text}': give a number above 0`);
  }
  return given;
}

function chooseSeed({ JUMPTAB_FUZZ_SEED: text, JUMPTAB_FUZZ_RUNS: runs }: Environment): number {
  if (text === "random" || (text === undefined && runs !== undefined)) {
    return Math.trunc(Math.random() * 2 ** 31);
  }
  if (text === undefined) return DEFAULT_SEED;
  const seed = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(seed)) {
    throw new Error(`JUMPTAB_FUZZ_SEED is '${text}': give a whole number, or random`);
  }
  return seed;
}

/** Something that happens to bytes on their way. */
type Damage = (bytes: Uint8Array) => Uint8Array;

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff];

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([at, bit]) => replaced(at, 1, ([byte = 0]) => [byte ^ (1 << bit)])),
  fc.tuple(place, fc.constantFrom(...INTERESTING)).map(([at, byte]) => replaced(at, 1, () => [byte])),
  fc.tuple(place, fc.nat(64)).map(([at, length]) => replaced(at, length, () => [])),
  fc.tuple(place, fc.uint8Array({ maxLength: 16 })).map(([at, more]) => replaced(at, 0, () => more)),
  // The same once more.
  fc.tuple(place, fc.nat(32)).map(([at, length]) => replaced(at, length, (bytes) => [...bytes, ...bytes])),
  // The end is missing.
  place.map((at) => replaced(at, Number.POSITIVE_INFINITY, () => [])),
);

function replaced(place: number, length: number, by: (bytes: Uint8Array) => Iterable<number>): Damage {
  return (bytes) => {
    const at = Math.floor(place * (bytes.length + 1));
    const end = Math.min(bytes.length, at + length);
    return Uint8Array.from([
      ...bytes.subarray(0, at),
      ...by(bytes.subarray(at, end)),
      ...bytes.subarray(end),
    ]);
  };
}

/** Valid bytes with up to `most` things done to them. */
export function damaged(valid: fc.Arbitrary<Uint8Array>, { most = 4 } = {}): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(valid, fc.array(damage, { minLength: 1, maxLength: most }))
    .map(([bytes, damages]) => damages.reduce((soFar, damage) => damage(soFar), bytes));
}
