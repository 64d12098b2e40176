/**
 * Exclusive access at the door of the services: refusals as the status that clients show as one clean line.
 * Above: services.ts, serve-grpc-stream.ts. Below: access.ts, Connect's interceptors.
 */

import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { CLIENT_HEADER } from "../../proto/client-header.ts";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { type Access, callerOf } from "./access.ts";

/** They take part in the decision, and ask for it themselves. */
const THEMSELVES: ReadonlySet<unknown> = new Set([
  ExporterService.method.getStatus,
  ExporterService.method.logStream,
]);

/** Refuses whatever a caller asks for while somebody else holds the board. */
export function accessGate(access: Access): Interceptor {
  return (next) => async (request) => {
    if (!THEMSELVES.has(request.method)) requireAccess(access, request.header.get(CLIENT_HEADER));
    return next(request);
  };
}

/** @throws ConnectError FAILED_PRECONDITION */
export function requireAccess(access: Access, header: string | null): void {
  const sentence = access.refusal(callerOf(header));
  if (sentence !== undefined) throw new ConnectError(sentence, Code.FailedPrecondition);
}

/**
 * @returns The sentence for a caller that reads a status more easily than an error.
 * @throws ConnectError FAILED_PRECONDITION
 */
export function requireStatus(access: Access, header: string | null): string | undefined {
  const refusal = access.statusRefusal(callerOf(header));
  if (refusal === undefined || refusal.asStatus) return refusal?.sentence;
  throw new ConnectError(refusal.sentence, Code.FailedPrecondition);
}

/**
 * @returns What ends the hold again.
 * @throws ConnectError FAILED_PRECONDITION
 */
export function requireHold(access: Access, header: string | null): () => void {
  const held = access.hold(callerOf(header));
  if (typeof held === "string") throw new ConnectError(held, Code.FailedPrecondition);
  return held;
}
