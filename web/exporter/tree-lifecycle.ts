/**
 * Resetting and stopping the drivers of a tree, one after the other, each within its time.
 * Above: exporter.ts. Below: driver-instance.ts, within.ts.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import { type DriverInstance, pathText } from "./driver-instance.ts";
import type { LogRing } from "./log-ring.ts";
import { within } from "./within.ts";

/** 10 s: how long a driver may take to reset or to stop before the others go on without it. */
export const DRIVER_LIFECYCLE_MS = 10_000;

export interface TreeLifecycleOptions {
  readonly clock: Clock;
  readonly log: LogRing;
}

/** Back to the state of a fresh session. A driver that fails is said, and the others go on. Never rejects. */
export async function resetDrivers(
  instances: readonly DriverInstance[],
  options: TreeLifecycleOptions,
): Promise<void> {
  for (const instance of instances) {
    await attempt(instance, "reset", async () => instance.driver.reset?.(), options);
  }
}

/** Take them down. A driver that fails is said, and the others go on. Never rejects. */
export async function stopDrivers(
  instances: readonly DriverInstance[],
  options: TreeLifecycleOptions,
): Promise<void> {
  for (const instance of instances) {
    await attempt(instance, "stop", async () => instance.driver[Symbol.asyncDispose](), options);
  }
}

async function attempt(
  instance: DriverInstance,
  what: "reset" | "stop",
  work: () => Promise<void>,
  { clock, log }: TreeLifecycleOptions,
): Promise<void> {
  try {
    await within(clock, DRIVER_LIFECYCLE_MS, work());
  } catch (error) {
    log.append({
      severity: "ERROR",
      source: "system",
      message: `${pathText(instance.path)} did not ${what}: ${messageOf(error)}`,
    });
  }
}
