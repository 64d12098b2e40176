/**
 * RouterService.Stream: from a client's request to a driver's byte stream, whatever protocol carries the frames.
 * Above: services.ts (any protocol, by way of Connect) and serve-grpc-stream.ts (gRPC, without copies).
 * Below: dispatch.ts, router-stream.ts. Specification: RouterService of jumpstarter.v1.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import { requireInstance, requireMethod, requireReady } from "./dispatch.ts";
import { pathText } from "./driver-instance.ts";
import { carry, parseStreamTarget, type StreamFrame } from "./router-stream.ts";
import type { ServiceHost } from "./service-host.ts";
import { toConnectError } from "./to-connect-error.ts";

export interface RouterStreamRequest {
  /** The request metadata `request`. */
  readonly metadata: string | null;
  readonly frames: AsyncIterable<StreamFrame>;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** The stream is open: the client waits for the response headers. */
  onOpen(): void;
}

/** Frames for the client. Throws ConnectError only. */
export async function* openRouterStream(
  host: ServiceHost,
  { metadata, frames, signal: clientSignal, onOpen }: RouterStreamRequest,
): AsyncGenerator<StreamFrame, void, undefined> {
  const { signal, leave } = host.calls.join(clientSignal);
  let done: (() => void) | undefined;
  try {
    const target = streamTarget(metadata);
    requireReady(host.status);
    const instance = requireInstance(host.instances, target.uuid);
    const method = requireMethod(instance, target.method, "stream");
    done = host.streamStarted(instance);
    const stream = await method.open({ signal });
    onOpen();
    yield* carry(stream, frames, {
      signal,
      clock: host.clock,
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

function streamTarget(metadata: string | null): ReturnType<typeof parseStreamTarget> {
  try {
    return parseStreamTarget(metadata);
  } catch (error) {
    throw new ConnectError(error instanceof Error ? error.message : String(error), Code.InvalidArgument);
  }
}
