/**
 * What is remembered by the path of a driver, after drivers were renamed and moved: it goes with them.
 * Above: bench-library.ts (chosen devices), told-places.ts. Below: nothing.
 */

import type { MovedDriver } from "../ui/model.ts";

/** @param byPath By names from the root, joined with ".". @param moved In the order in which it was done. */
export function followMoves<T>(
  byPath: Readonly<Record<string, T>>,
  moved: readonly MovedDriver[],
): Readonly<Record<string, T>> {
  let entries = Object.entries(byPath);
  for (const move of moved) {
    const from = move.from.join(".");
    const to = move.to.join(".");
    entries = entries.flatMap(([path, value]): [string, T][] => {
      if (isWithin(path, from)) return [[`${to}${path.slice(from.length)}`, value]];
      // Of a driver that had this path once, and is gone: it is not the new one's.
      return isWithin(path, to) ? [] : [[path, value]];
    });
  }
  return Object.fromEntries(entries);
}

function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}.`);
}
