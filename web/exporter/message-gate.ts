/**
 * The door's second look: whether somebody may call a method is asked again when the message of the call is there, so that a call that was
 * begun while the seat was free, and is finished when another one drives, does not pass.
 * Above: services.ts. Below: door.ts, permissions.ts, Connect's interceptors.
 * Specification: docs/decisions/0010-links-roles-and-who-drives.md, "One door".
 */

import type { Interceptor } from "@connectrpc/connect";
import { guestOf } from "./door.ts";
import { requirePermission } from "./permissions.ts";
import type { Seat } from "./seat.ts";

export function messageGate(seat: Seat): Interceptor {
  return (next) => (request) => {
    const { principal } = guestOf(request.contextValues);
    if (principal.kind === "passphrase") return next(request);
    const look = (): void => requirePermission(principal, request.method, seat);
    if (request.stream) return next({ ...request, message: looked(request.message, look) });
    look();
    return next(request);
  };
}

async function* looked<T>(messages: AsyncIterable<T>, look: () => void): AsyncGenerator<T, void, undefined> {
  for await (const message of messages) {
    look();
    yield message;
  }
}
