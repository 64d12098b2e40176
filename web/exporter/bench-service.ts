/**
 * BenchService: what people are shown of a bench that is shared with them, and how they make it theirs and drive it.
 * Above: services.ts puts it into the router, beside Jumpstarter's own. Below: sharing.ts, bench-feed.ts, listener.ts.
 * Specification: proto/jumptab/v1/bench.proto. Who may call what is asked at the door, before anything here.
 */

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import {
  type BenchService,
  ListenResponseSchema,
  RedeemResponseSchema,
  SeatAction,
  type SeatRequest,
  SeatResponseSchema,
  WatchResponseSchema,
} from "../../proto/gen/jumptab/v1/bench_pb.ts";
import { requireInstance, requireMethod, requireReady } from "./dispatch.ts";
import { guestOf } from "./door.ts";
import { flushHeaders } from "./flush-headers.ts";
import { listen } from "./listener.ts";
import { requireListenable } from "./permissions.ts";
import type { Principal } from "./principal.ts";
import type { ServiceHost } from "./service-host.ts";
import type { Sharing } from "./sharing.ts";
import { toConnectError } from "./to-connect-error.ts";

export function createBenchService(host: ServiceHost): ServiceImpl<typeof BenchService> {
  const { sharing } = host;
  return {
    async *watch(_, context) {
      flushHeaders(context);
      const { principal } = guestOf(context.values);
      for await (const benchJson of sharing.feed.watch(principal, context)) {
        yield create(WatchResponseSchema, { benchJson });
      }
    },

    async *listen({ uuid, method: name }, context) {
      const { signal, leave } = host.calls.join(context.signal);
      let done: (() => void) | undefined;
      try {
        requireReady(host.status);
        const instance = requireInstance(host.instances, uuid);
        requireListenable(instance);
        const method = requireMethod(instance, name, "stream");
        const leaveListeners = sharing.listeners.enter();
        const uncount = host.streamStarted(instance);
        done = () => {
          leaveListeners();
          uncount();
        };
        const heard = await listen(method, { signal });
        flushHeaders(context);
        for await (const { payload, skipped } of heard) {
          yield create(ListenResponseSchema, { payload, skipped: BigInt(skipped) });
        }
        // The session's end ends the device's words too; who listens hears why.
        if (signal.aborted) throw signal.reason;
      } catch (error) {
        throw toConnectError(error);
      } finally {
        done?.();
        leave();
      }
    },

    async redeem({ secretHash }, { values }) {
      await sharing.redeem(guestOf(values), secretHash);
      return create(RedeemResponseSchema);
    },

    seat(request, { values }) {
      try {
        act(sharing, guestOf(values).principal, request);
      } catch (error) {
        if (error instanceof ConnectError) throw error;
        throw new ConnectError(
          error instanceof Error ? error.message : String(error),
          Code.FailedPrecondition,
        );
      }
      return create(SeatResponseSchema);
    },
  };
}

/** With the bench's own passphrase somebody acts for the person at the board, who never needs to ask. */
function act(sharing: Sharing, principal: Principal, { action, share }: SeatRequest): void {
  const { seat } = sharing;
  const by = sharing.sitter(principal);
  switch (action) {
    case SeatAction.TAKE:
      seat.take(by);
      break;
    case SeatAction.ASK:
      if (by === "board") seat.take(by);
      else seat.ask(by);
      break;
    case SeatAction.WITHDRAW:
      if (by !== "board") seat.withdraw(by.id);
      break;
    case SeatAction.GRANT:
      seat.grant(by, share);
      break;
    case SeatAction.REFUSE:
      seat.refuse(by, share);
      break;
    case SeatAction.LEAVE:
      seat.leave(by);
      break;
    default:
      throw new ConnectError(
        "a request about the seat says what to do: its action is missing",
        Code.InvalidArgument,
      );
  }
}
