/**
 * Where a driver goes when it is moved by one step.
 * Above: editor.ts. Below: web/config/outline.ts.
 */

import { findDriver, type Outline } from "../../config/outline.ts";

export type Direction = "up" | "down" | "out" | "in";

export interface MoveTarget {
  readonly parent: readonly string[];
  /** Among the children that are there without it; absent: behind them. */
  readonly index?: number;
}

/** Undefined where there is no such place. */
export function moveTarget(
  outline: Outline,
  path: readonly string[],
  direction: Direction,
): MoveTarget | undefined {
  const parent = path.slice(0, -1);
  const siblings = childrenOf(outline, parent);
  const index = siblings.findIndex(({ name }) => name === path.at(-1));
  if (index === -1) return undefined;
  switch (direction) {
    case "up":
      return index === 0 ? undefined : { parent, index: index - 1 };
    case "down":
      return index === siblings.length - 1 ? undefined : { parent, index: index + 1 };
    case "out": {
      if (parent.length === 0) return undefined;
      const above = parent.slice(0, -1);
      return {
        parent: above,
        index: childrenOf(outline, above).findIndex(({ name }) => name === parent.at(-1)) + 1,
      };
    }
    case "in": {
      const before = siblings[index - 1];
      return before === undefined || before.kind === "alias" ? undefined : { parent: before.path };
    }
  }
}

function childrenOf(outline: Outline, path: readonly string[]): Outline["drivers"] {
  return path.length === 0 ? outline.drivers : (findDriver(outline, path)?.children ?? []);
}
