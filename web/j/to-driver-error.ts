/**
 * Whatever a call through the exporter rejects with, as the DriverError that commands know.
 * Above: j-tree.ts. Below: Connect's codes, drivers/base/error.ts.
 * Specification: what Python's client makes of each status: NOT_FOUND and UNIMPLEMENTED are one to it.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import { messageOf } from "../../drivers/base/dom-error.ts";
import { DriverError, type DriverErrorCode } from "../../drivers/base/error.ts";

const CODES: ReadonlyMap<Code, DriverErrorCode> = new Map([
  [Code.InvalidArgument, "invalid-argument"],
  [Code.NotFound, "not-implemented"],
  [Code.Unimplemented, "not-implemented"],
  [Code.DeadlineExceeded, "timeout"],
  [Code.Unavailable, "connection"],
  [Code.Internal, "device-io"],
]);

export function toDriverError(reason: unknown): DriverError {
  if (reason instanceof DriverError) return reason;
  if (reason instanceof ConnectError) {
    return new DriverError(CODES.get(reason.code) ?? "other", reason.rawMessage, { cause: reason });
  }
  return new DriverError("other", messageOf(reason), { cause: reason });
}
