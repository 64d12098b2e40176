/**
 * What a link allows: the roles as lists of what may be called. A method that is in none of them is for who may control.
 * Above: door.ts (methods), router-service.ts (byte streams). Below: principal.ts, seat.ts, the services' descriptions.
 * Specification: docs/decisions/0010-links-roles-and-who-drives.md, "Two roles" and "The seat".
 */

import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { RouterService } from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import { BenchService } from "../../proto/gen/jumptab/v1/bench_pb.ts";
import type { DriverInstance } from "./driver-instance.ts";
import { pathText } from "./driver-instance.ts";
import { type Principal, spent } from "./principal.ts";
import type { Seat } from "./seat.ts";

/** A link that nobody has made their own yet opens no more than what the page needs to do that. */
const UNOPENED: ReadonlySet<DescMethod> = new Set([BenchService.method.redeem, BenchService.method.watch]);

/** `view`, whoever drives. */
const VIEW: ReadonlySet<DescMethod> = new Set([
  ExporterService.method.getReport,
  ExporterService.method.getStatus,
  ExporterService.method.logStream,
  BenchService.method.watch,
  BenchService.method.listen,
  BenchService.method.redeem,
  // Of serial consoles only, and never a byte the other way: `streamAccess`.
  RouterService.method.stream,
]);

/** `control`, also while somebody else drives. */
const WITHOUT_SEAT: ReadonlySet<DescMethod> = new Set([...VIEW, BenchService.method.seat]);

/** @throws ConnectError UNAUTHENTICATED, PERMISSION_DENIED or FAILED_PRECONDITION with a sentence. */
export function requirePermission(principal: Principal, method: DescMethod, seat: Seat): void {
  if (principal.kind === "passphrase") return;
  const { share, standing } = principal;
  // Who has opened a link asks again when the answer was lost; the link itself knows whether it is the same one.
  if (standing === "spent" && method !== BenchService.method.redeem) throw spent();
  if (standing === "unopened" && !UNOPENED.has(method)) {
    throw denied("this link is for one use: open it in a browser first, and its page shows the line for jmp");
  }
  if (share.role === "view" && !VIEW.has(method)) throw viewOnly();
  if (!WITHOUT_SEAT.has(method)) requireSeat(principal, seat);
}

/** How a client may have a driver's byte stream. `listen`: it hears, and its first byte ends the stream. */
export type StreamAccess = "both-ways" | "listen";

/** @throws ConnectError PERMISSION_DENIED or FAILED_PRECONDITION with a sentence. */
export function streamAccess(principal: Principal, instance: DriverInstance, seat: Seat): StreamAccess {
  if (principal.kind === "passphrase") return "both-ways";
  if (principal.share.role === "view") {
    requireListenable(instance);
    return "listen";
  }
  // A console may be opened to listen; whoever drives by then may type.
  if (!isListenable(instance)) requireSeat(principal, seat);
  return "both-ways";
}

/** A file for a driver call. @throws ConnectError PERMISSION_DENIED or FAILED_PRECONDITION with a sentence. */
export function requireFiles(principal: Principal, seat: Seat): void {
  if (principal.kind === "passphrase") return;
  if (principal.share.role === "view") throw viewOnly();
  requireSeat(principal, seat);
}

/** Bytes for a device. @throws ConnectError PERMISSION_DENIED or FAILED_PRECONDITION with a sentence. */
export function requireTyping(principal: Principal, seat: Seat): void {
  if (principal.kind === "passphrase") return;
  if (principal.share.role === "view") throw viewOnly();
  requireSeat(principal, seat);
}

/** @throws ConnectError PERMISSION_DENIED unless it is a console, which says all it says to whoever listens. */
export function requireListenable(instance: DriverInstance): void {
  if (isListenable(instance)) return;
  throw denied(
    `this link may listen to serial consoles only, and ${pathText(instance.path)} is none: ask the person at the board for one with the role control`,
  );
}

function isListenable({ driver }: DriverInstance): boolean {
  return driver.category === "serial";
}

function requireSeat(principal: Principal, seat: Seat): void {
  if (principal.kind === "passphrase") return;
  const refusal = seat.refusal(principal.share.id);
  if (refusal !== undefined) throw new ConnectError(refusal, Code.FailedPrecondition);
}

function viewOnly(): ConnectError {
  return denied(
    "this link may watch and listen, and not control: ask the person at the board for one with the role control",
  );
}

function denied(sentence: string): ConnectError {
  return new ConnectError(sentence, Code.PermissionDenied);
}
