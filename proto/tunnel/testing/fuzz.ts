/**
 * What fuzz tests have in common: how often, from which seed, and how valid bytes are spoilt.
 * Above: fuzz tests of proto/tunnel and relay/. Below: fast-check.
 *
 *   JUMPTAB_FUZZ_RUNS=100     a hundred times as many runs as in the suite (`npm run fuzz` sets it)
 *   JUMPTAB_FUZZ_SEED=123     the runs of this seed again; a failure prints its own
 */

import fc from "fast-check";

export interface FuzzSettings {
  readonly numRuns: number;
  readonly seed: number;
}

/** @param runs In the suite, which has a few seconds for all of it. */
export function fuzzSettings(
  runs: number,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): FuzzSettings {
  const times = Number(environment.JUMPTAB_FUZZ_RUNS ?? 1);
  if (!(times > 0))
    throw new Error(`JUMPTAB_FUZZ_RUNS is '${environment.JUMPTAB_FUZZ_RUNS}': give a number above 0`);
  const { JUMPTAB_FUZZ_SEED: text } = environment;
  const seed = text === undefined ? Math.trunc(Math.random() * 2 ** 31) : Number(text);
  if (!Number.isSafeInteger(seed)) throw new Error(`JUMPTAB_FUZZ_SEED is '${text}': give a whole number`);
  return { numRuns: Math.ceil(runs * times), seed };
}

/** What a fuzz test may take: seconds on a machine with nothing else to do, a minute on a busy one. */
export function fuzzTimeoutMs(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): number {
  return 60_000 * Math.max(1, Number(environment.JUMPTAB_FUZZ_RUNS ?? 1));
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
