/**
 * Medians, spreads and straight lines. Pure.
 * Above: report.ts, relay-memory.ts. Below: nothing.
 */

/** What several rounds say together. */
export interface Summary {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** @throws RangeError for no values at all. */
export function summarize(values: readonly number[]): Summary {
  const ranked = [...values].sort((a, b) => a - b);
  const middle = ranked.length >> 1;
  const lowest = ranked[0];
  const highest = ranked.at(-1);
  const upper = ranked[middle];
  if (lowest === undefined || highest === undefined || upper === undefined) {
    throw new RangeError("there is no median of nothing");
  }
  const lower = ranked.length % 2 === 0 ? (ranked[middle - 1] ?? upper) : upper;
  return { median: (lower + upper) / 2, lowest, highest };
}

/** Round by round: what disturbs a round disturbs both sides of it, so this is steadier than a ratio of medians. */
export function ratios(numerators: readonly number[], denominators: readonly number[]): number[] {
  if (numerators.length !== denominators.length) throw new RangeError("both sides need the same rounds");
  return numerators.map((numerator, round) => numerator / (denominators[round] ?? Number.NaN));
}

/**
 * Nearest rank: the smallest of the values that at least this share of them does not exceed.
 *
 * @param share From 0 to 1.
 * @throws RangeError for no values at all.
 */
export function percentile(values: readonly number[], share: number): number {
  const ranked = [...values].sort((a, b) => a - b);
  const value = ranked[Math.max(0, Math.ceil(ranked.length * share) - 1)];
  if (value === undefined) throw new RangeError("there is no percentile of nothing");
  return value;
}

/**
 * How much one more of something adds: the slope of the straight line with the least squares.
 *
 * @param points How many there were, and what was measured then.
 * @throws RangeError unless there are two different counts.
 */
export function slope(points: readonly (readonly [count: number, value: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const meanCount = mean(([count]) => count);
  const meanValue = mean(([, value]) => value);
  const spread = mean(([count]) => (count - meanCount) ** 2);
  if (!(spread > 0)) throw new RangeError("a line needs two different counts");
  return mean(([count, value]) => (count - meanCount) * (value - meanValue)) / spread;
}
