/**
 * RouterService.Stream: from a client's request to a driver's byte stream, or to a file that goes with its next call, whatever
 * protocol carries the frames.
 * Above: services.ts (any protocol, by way of Connect) and serve-grpc-stream.ts (gRPC, without copies).
 * Below: dispatch.ts, router-stream.ts, resource-table.ts. Specification: RouterService of jumpstarter.v1.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import type { HeaderList } from "../../proto/tunnel/types.ts";
import { requireInstance, requireMethod, requireReady } from "./dispatch.ts";
import type { Guest } from "./door.ts";
import { type DriverInstance, pathText } from "./driver-instance.ts";
import { checkTyping, hearOnly } from "./guarded-stream.ts";
import { requireFiles, requireTyping, streamAccess } from "./permissions.ts";
import { carry, parseStreamTarget, type StreamFrame } from "./router-stream.ts";
import type { ServiceHost } from "./service-host.ts";
import { toConnectError } from "./to-connect-error.ts";

export interface RouterStreamRequest {
  readonly guest: Guest;
  /** The request metadata `request`. */
  readonly metadata: string | null;
  readonly frames: AsyncIterable<StreamFrame>;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** The stream is open: the client waits for the response headers, these among them. */
  onOpen(headers: HeaderList): void;
}

/** Frames for the client. Throws ConnectError only. */
export async function* openRouterStream(
  host: ServiceHost,
  { guest: { principal }, metadata, frames, signal: clientSignal, onOpen }: RouterStreamRequest,
): AsyncGenerator<StreamFrame, void, undefined> {
  const { signal, leave } = host.calls.join(clientSignal);
  let done: (() => void) | undefined;
  try {
    const target = streamTarget(metadata);
    requireReady(host.status);
    const instance = requireInstance(host.instances, target.uuid);
    const { seat } = host.sharing;
    if (target.kind === "resource") {
      requireFiles(principal, seat);
      done = host.streamStarted(instance);
      yield* openFile(host, instance, { encoding: target.encoding, frames, signal, onOpen });
      return;
    }
    const access = streamAccess(principal, instance, seat);
    const method = requireMethod(instance, target.method, "stream");
    const mayType = (): void => requireTyping(principal, seat);
    if (access === "listen") {
      const leaveListeners = host.sharing.listeners.enter();
      const uncount = host.streamStarted(instance);
      done = () => {
        leaveListeners();
        uncount();
      };
      yield* hearOnly(method, frames, { signal, onOpen: () => onOpen([]), mayType });
      return;
    }
    done = host.streamStarted(instance);
    const stream = await method.open({ signal });
    onOpen([]);
    yield* carry(stream, principal.kind === "passphrase" ? frames : checkTyping(frames, mayType), {
      signal,
      clock: host.clock,
      isMeant: () => host.sharing.isOpen(principal),
      onUndelivered: () =>
        host.log.append({
          severity: "WARNING",
          source: "system",
          message:
            "a client left, and the device did not take all that the client had sent: the rest is dropped",
          driver: pathText(instance.path),
          driverType: instance.driver.category,
        }),
    });
  } catch (error) {
    throw toConnectError(error);
  } finally {
    done?.();
    leave();
  }
}

interface FileRequest extends Omit<RouterStreamRequest, "metadata" | "guest"> {
  readonly encoding: string | null;
}

/** A stream with the client's file, which goes with its next call. The handle for that is in the response headers. */
async function* openFile(
  { resources, clock }: ServiceHost,
  { uuid: driver }: DriverInstance,
  { encoding, frames, signal, onOpen }: FileRequest,
): AsyncGenerator<StreamFrame, void, undefined> {
  if (resources.refusal !== undefined) throw new ConnectError(resources.refusal, Code.ResourceExhausted);
  const stream = resources.openStream(driver, { frames, clock });
  try {
    const { uuid } = stream;
    const handle = JSON.stringify({ kind: "client_stream", uuid, x_jmp_content_encoding: encoding });
    // Clients whose encoding is not taken over would do it themselves, and fail at it: so it always is, and a call whose driver asks for
    // one that we do not have says so.
    const accepted: HeaderList = encoding === null ? [] : [["x_jmp_accept_encoding", encoding]];
    onOpen([["resource", handle], ...accepted]);
    yield* stream.serve(signal);
  } finally {
    stream.close();
  }
}

function streamTarget(metadata: string | null): ReturnType<typeof parseStreamTarget> {
  try {
    return parseStreamTarget(metadata);
  } catch (error) {
    throw new ConnectError(error instanceof Error ? error.message : String(error), Code.InvalidArgument);
  }
}
