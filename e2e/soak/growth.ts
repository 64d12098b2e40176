/**
 * Whether something grows, from samples over time. Pure.
 * Above: soak.ts. Below: nothing.
 */

/** Fewer say nothing: each third has two at least. */
const LEAST_SAMPLES = 6;

/**
 * How much higher the lowest sample of the last third is than the lowest of the first. Memory goes up and down with each
 * collection; what stays in use is what it falls back to. A third is long enough that each has some collections.
 *
 * @throws RangeError for fewer than six samples.
 */
export function growth(samples: readonly number[]): number {
  if (samples.length < LEAST_SAMPLES)
    throw new RangeError(`${samples.length} samples are too few to say whether something grows`);
  const third = Math.floor(samples.length / 3);
  return Math.min(...samples.slice(-third)) - Math.min(...samples.slice(0, third));
}
