/**
 * RouterService.Stream over plain gRPC, straight from and to the tunnel: payloads are neither copied nor parsed.
 * Above: serve.ts picks it. Below: router-service.ts, grpc-frames.ts. Everything else goes by way of Connect, which also
 * serves this method to gRPC-Web and Connect clients. Specification: gRPC over HTTP/2, "Responses".
 */

import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import type { HeaderList, RequestHead, TunnelStream } from "../../proto/tunnel/types.ts";
import { requireAccess } from "./access-gate.ts";
import { type Guest, headerOf } from "./door.ts";
import { encodeFrameHead, readFrames } from "./grpc-frames.ts";
import { openRouterStream } from "./router-service.ts";
import type { ServiceHost } from "./service-host.ts";
import { toConnectError } from "./to-connect-error.ts";

const PATH = "/jumpstarter.v1.RouterService/Stream";
const HEAD: HeaderList = [["content-type", "application/grpc+proto"]];

/** Whether this is the one method, in the one protocol, without the features that are Connect's business. */
export function isGrpcRouterStream({ method, path, h }: RequestHead): boolean {
  if (path !== PATH || method !== "POST") return false;
  let isGrpc = false;
  for (const [name, value] of h) {
    if (name === "content-type") isGrpc = value === "application/grpc" || value === "application/grpc+proto";
    else if (name === "grpc-encoding" && value !== "identity") return false;
    else if (name === "grpc-timeout") return false;
  }
  return isGrpc;
}

/** Never rejects. */
export async function serveGrpcRouterStream(
  stream: TunnelStream,
  host: ServiceHost,
  guest: Guest,
): Promise<void> {
  let responded = false;
  const { signal } = stream;
  try {
    requireAccess(host.access, guest);
    const frames = openRouterStream(host, {
      guest,
      metadata: headerOf(stream.request, "request"),
      frames: readFrames(stream.body),
      signal,
      onOpen: (headers) => {
        responded = true;
        stream.respond({ status: 200, h: [...HEAD, ...headers] });
      },
    });
    for await (const frame of frames) {
      // Both before the wait: a head without its payload would say more than is there.
      void stream.write(encodeFrameHead(frame));
      const room = stream.write(frame.payload);
      if (room !== undefined) await room;
      if (signal.aborted) break;
    }
    stream.end(trailers(undefined));
  } catch (error) {
    if (responded) stream.end(trailers(error));
    else stream.respond({ status: 200, h: [...HEAD, ...trailers(error)] }, { end: true });
  }
  // What the client may still be sending is thrown away, so that it can finish.
  await stream.body[Symbol.asyncIterator]().return?.();
}

function trailers(error: unknown): HeaderList {
  const headers = new Headers();
  setTrailerStatus(headers, error === undefined ? undefined : toConnectError(error));
  return [...headers];
}
