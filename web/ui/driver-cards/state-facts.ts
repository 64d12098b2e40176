/**
 * What a driver tells of itself, as a card writes it that has no place of its own for each.
 * Above: file-card.ts. Below: `state` of DriverSnapshot: names as programs write them, values of any kind.
 */

import type { JsonObject } from "../../../drivers/base/json.ts";
import { bytes } from "../shared/format.ts";

/** `flash: 4.0 MiB` for `flashBytes: 4194304`; lists and maps are too much for one line. */
export function stateFacts(state: JsonObject): readonly string[] {
  return Object.entries(state).flatMap(([name, value]) => {
    if (typeof value === "boolean") return [`${words(name)}: ${value ? "yes" : "no"}`];
    if (typeof value === "string") return value === "" ? [] : [`${words(name)}: ${value}`];
    if (typeof value !== "number") return [];
    return name.endsWith("Bytes")
      ? [`${words(name.slice(0, -"Bytes".length))}: ${bytes(value)}`]
      : [`${words(name)}: ${value}`];
  });
}

/** `boot mode` for `bootMode`. */
function words(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
}
