/**
 * The resource handles in the arguments of a driver call, wherever they are.
 * Above: transfers.ts. Below: drivers/base. Specification: Jumpstarter's resource handles.
 */

import * as v from "valibot";
import type { JsonValue } from "../../drivers/base/json.ts";
import { type ResourceHandle, resourceArgument } from "../../drivers/base/resource.ts";

/** Those that are of the right shape: what else looks like one is the driver's to refuse. */
export function handlesIn(args: readonly JsonValue[]): ResourceHandle[] {
  const found: ResourceHandle[] = [];
  for (const arg of args) collect(arg, found);
  return found;
}

/** As deep as the messages that it comes in: protobuf bounds those. */
function collect(value: JsonValue, found: ResourceHandle[]): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found);
    return;
  }
  if ("kind" in value) {
    const handle = v.safeParse(resourceArgument, value);
    if (handle.success) {
      found.push(handle.output);
      return;
    }
  }
  for (const item of Object.values(value)) collect(item, found);
}
