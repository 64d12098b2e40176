/**
 * Which cards the page draws for a tree of drivers: each device once, however many names it has.
 * Above: bench.ts. Below: DriverSnapshot of web/messages.ts.
 */

import type { DriverSnapshot } from "../../messages.ts";
import { shellPath } from "../share-line/command-line.ts";

/** A card, or a group of them under one heading. */
export type Arranged =
  | {
      readonly kind: "card";
      readonly driver: DriverSnapshot;
      /** Other paths to the same instance (`ref`), as a client types them. */
      readonly aliases: readonly string[];
    }
  | {
      readonly kind: "group";
      readonly driver: DriverSnapshot;
      readonly aliases: readonly string[];
      readonly items: readonly Arranged[];
    };

export function arrangeDrivers(drivers: readonly DriverSnapshot[]): readonly Arranged[] {
  const drawn = new Set<string>();
  const aliases = new Map<string, string[]>();
  walk(drivers, (driver) => {
    if (driver.refOf === undefined) drawn.add(key(driver.path));
  });
  walk(drivers, ({ path, refOf }) => {
    if (refOf === undefined || !drawn.has(key(refOf))) return;
    const others = aliases.get(key(refOf)) ?? [];
    others.push(shellPath(path));
    aliases.set(key(refOf), others);
  });
  return arrange(drivers);

  function arrange(level: readonly DriverSnapshot[]): readonly Arranged[] {
    return level.flatMap((driver): readonly Arranged[] => {
      // An alias of something that is drawn is a word on that card, not a second card.
      if (driver.refOf !== undefined && drawn.has(key(driver.refOf))) return [];
      const others = aliases.get(key(driver.path)) ?? [];
      const items = arrange(driver.children);
      return driver.category === "composite" || items.length > 0
        ? [{ kind: "group", driver, aliases: others, items }]
        : [{ kind: "card", driver, aliases: others }];
    });
  }
}

/** Below an alias the tree repeats itself: its children are drawn below the original. */
function walk(drivers: readonly DriverSnapshot[], each: (driver: DriverSnapshot) => void): void {
  for (const driver of drivers) {
    each(driver);
    if (driver.refOf === undefined) walk(driver.children, each);
  }
}

/** Names may contain dots and spaces, but no NUL. */
function key(path: readonly string[]): string {
  return path.join("\0");
}
