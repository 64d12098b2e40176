/**
 * Exclusive access at the door of the services: refusals as the status that clients show as one clean line.
 * Above: services.ts, serve-grpc-stream.ts. Below: access.ts, Connect's interceptors.
 */

import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { BenchService } from "../../proto/gen/jumptab/v1/bench_pb.ts";
import type { Access } from "./access.ts";
import { type Guest, guestOf } from "./door.ts";
import { roleOf } from "./principal.ts";

/** They take part in the decision, and ask for it themselves. */
const THEMSELVES: ReadonlySet<unknown> = new Set([
  ExporterService.method.getStatus,
  ExporterService.method.logStream,
]);

/** Refuses whatever a caller asks for while somebody else holds the board. */
export function accessGate(access: Access): Interceptor {
  return (next) => async (request) => {
    const { method, contextValues } = request;
    // To watch, and to settle who drives, takes nothing from whoever holds the board.
    const harmless = THEMSELVES.has(method) || method.parent === BenchService;
    if (!harmless)
      requireAccess(access, guestOf(contextValues), { reads: method === ExporterService.method.getReport });
    return next(request);
  };
}

/**
 * @param options `reads`: it only asks what there is.
 * @throws ConnectError FAILED_PRECONDITION
 */
export function requireAccess(access: Access, guest: Guest, { reads = false } = {}): void {
  if (roleOf(guest.principal) === "view" || (reads && guest.page)) return;
  const sentence = access.refusal(guest.caller);
  if (sentence !== undefined) throw new ConnectError(sentence, Code.FailedPrecondition);
}

/**
 * @returns The sentence for a caller that reads a status more easily than an error.
 * @throws ConnectError FAILED_PRECONDITION
 */
export function requireStatus(access: Access, guest: Guest): string | undefined {
  if (onlyReads(guest)) return undefined;
  const refusal = access.statusRefusal(guest.caller);
  if (refusal === undefined || refusal.asStatus) return refusal?.sentence;
  throw new ConnectError(refusal.sentence, Code.FailedPrecondition);
}

/**
 * @returns What ends the hold again.
 * @throws ConnectError FAILED_PRECONDITION
 */
export function requireHold(access: Access, guest: Guest): () => void {
  if (onlyReads(guest)) return () => undefined;
  const held = access.hold(guest.caller);
  if (typeof held === "string") throw new ConnectError(held, Code.FailedPrecondition);
  return held;
}

/** Status and log: who may only watch, and a colleague's page, have no shell open, and keep nobody from having one. */
function onlyReads({ principal, page }: Guest): boolean {
  return page || roleOf(principal) === "view";
}
