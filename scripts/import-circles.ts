/**
 * Circles in a graph of imports.
 * Above: check-imports.ts. Below: nothing.
 * Specification: Tarjan's strongly connected components; one circle is told of each.
 */

/**
 * @param imports File to the files that it imports.
 * @returns One circle of each knot, as the files on the way, beginning with the first by name.
 */
export function findCircles(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  return knots(imports)
    .map((knot) => shortestCircle(knot, imports))
    .sort((a, b) => (a[0] ?? "").localeCompare(b[0] ?? ""));
}

function knots(imports: ReadonlyMap<string, readonly string[]>): readonly ReadonlySet<string>[] {
  const found: ReadonlySet<string>[] = [];
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];

  const visit = (file: string): number => {
    order.set(file, order.size);
    let lowest = order.size - 1;
    open.push(file);
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) lowest = Math.min(lowest, visit(next));
      else if (open.includes(next)) lowest = Math.min(lowest, order.get(next) ?? lowest);
    }
    low.set(file, lowest);
    if (lowest === order.get(file)) {
      const knot = new Set(open.splice(open.indexOf(file)));
      if (knot.size > 1 || (imports.get(file) ?? []).includes(file)) found.push(knot);
    }
    return lowest;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}

/** Breadth first from the first file back to itself. */
function shortestCircle(
  knot: ReadonlySet<string>,
  imports: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const [start = ""] = [...knot].sort();
  const cameFrom = new Map<string, string>();
  const waiting = [start];
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    for (const next of imports.get(file) ?? []) {
      if (!knot.has(next)) continue;
      if (next === start) {
        const way = [file];
        for (let back = file; back !== start; ) {
          back = cameFrom.get(back) ?? start;
          way.unshift(back);
        }
        return way;
      }
      if (!cameFrom.has(next)) {
        cameFrom.set(next, file);
        waiting.push(next);
      }
    }
  }
  return [start];
}
