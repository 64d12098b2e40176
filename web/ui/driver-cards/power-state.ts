/**
 * What a power driver tells of itself, as far as it does.
 * Above: power-card.ts. Below: DriverSnapshot's state and the items of `read`, both JSON of any shape.
 */

import type { JsonObject, JsonValue } from "../../../drivers/base/json.ts";

export interface PowerState {
  /** Undefined when the driver does not say. */
  readonly on: boolean | undefined;
  readonly voltage: number | undefined;
  readonly current: number | undefined;
}

export function powerState(state: JsonObject): PowerState {
  const { on, voltage, current } = state;
  return {
    on: typeof on === "boolean" ? on : undefined,
    voltage: typeof voltage === "number" ? voltage : undefined,
    current: typeof current === "number" ? current : undefined,
  };
}

/** The newest of some readings; undefined when there is none. */
export function lastReading(
  items: readonly JsonValue[],
): Pick<PowerState, "voltage" | "current"> | undefined {
  const last = items.at(-1);
  if (typeof last !== "object" || last === null || Array.isArray(last)) return undefined;
  const { voltage, current } = powerState(last as JsonObject);
  return voltage === undefined && current === undefined ? undefined : { voltage, current };
}
