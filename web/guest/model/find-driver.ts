/**
 * A driver instance by the names on the way to it.
 * Above: guest-actions.ts. Below: DriverSnapshot of web/messages.ts.
 */

import type { DriverSnapshot } from "../../messages.ts";

/** @throws Error with a sentence when it is not there. */
export function findDriver(drivers: readonly DriverSnapshot[], path: readonly string[]): DriverSnapshot {
  let level = drivers;
  let found: DriverSnapshot | undefined;
  for (const name of path) {
    found = level.find((driver) => driver.name === name);
    if (found === undefined) break;
    level = found.children;
  }
  if (found === undefined) throw new Error(`there is no driver ${path.join(".")} on this bench now.`);
  return found;
}
