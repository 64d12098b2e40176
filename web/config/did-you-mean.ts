/**
 * The name that somebody probably meant.
 * Above: the checks of keys, refs and driver types. Below: nothing.
 * Specification: Damerau-Levenshtein distance (optimal string alignment): a swap of neighbours is one mistake.
 */

/** One mistake in every three characters is still the same word; more is another one. */
const CHARACTERS_PER_MISTAKE = 3;

/** ` (did you mean "x"?)`, or nothing when no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const meant = nearest(name, candidates);
  return meant === undefined ? "" : ` (did you mean "${meant}"?)`;
}

export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = normalized(name);
  let best: { candidate: string; mistakes: number } | undefined;
  for (const candidate of candidates) {
    const other = normalized(candidate);
    const allowed = Math.floor(Math.max(wanted.length, other.length) / CHARACTERS_PER_MISTAKE);
    if (Math.abs(wanted.length - other.length) > allowed) continue;
    const mistakes = distance(wanted, other);
    if (mistakes <= allowed && (best === undefined || mistakes < best.mistakes))
      best = { candidate, mistakes };
  }
  return best?.candidate;
}

/** `baud_rate`, `baudRate` and `baudrate` are one word. */
function normalized(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
