/**
 * Connect's HTTP client over a tunnel: each call is a stream of its own, both ways, with trailers.
 * Above: lines.ts gives it to Connect's gRPC transport. Below: proto/tunnel.
 * Specification: docs/tunnel-protocol.md, "Clients"; gRPC over HTTP/2, "Requests".
 */

import { type Code, ConnectError } from "@connectrpc/connect";
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import { GrpcStatus, type RequestHead, StreamReset, type TunnelStream } from "../../../proto/tunnel/index.ts";

/** What the exporter hears of a call that its caller has ended. */
const LEFT = "the client went away";

/** @param open Throws a StreamReset where the tunnel is away, or takes no more. */
export function tunnelClient(open: (head: RequestHead) => TunnelStream): UniversalClientFn {
  return async ({ url, method, header, body, signal }) => {
    signal?.throwIfAborted();
    const { pathname, search } = new URL(url);
    try {
      const stream = open({ method, path: `${pathname}${search}`, h: [...header] });
      // What was written before is still meant: somebody types a line and leaves.
      const leave = (): void => stream.reset(GrpcStatus.cancelled, LEFT, { afterFlush: true });
      signal?.addEventListener("abort", leave, { once: true });
      void stream.closed.then(() => signal?.removeEventListener("abort", leave));
      void send(stream, body);
      const { status, h } = await stream.response;
      const trailer = new Headers();
      return { status, header: headersOf(h), body: receive(stream, trailer), trailer };
    } catch (error) {
      throw toConnectError(error);
    }
  };
}

/** The request, as fast as the tunnel takes it. Never rejects: what goes wrong ends the stream, and the response says so. */
async function send(stream: TunnelStream, body: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  try {
    for await (const chunk of body ?? []) {
      await stream.write(chunk);
      if (stream.signal.aborted) return;
    }
    stream.end();
  } catch (error) {
    stream.reset(GrpcStatus.cancelled, error instanceof Error ? error.message : LEFT);
  }
}

/** The response; whoever stops reading it has left. */
async function* receive(stream: TunnelStream, trailer: Headers): AsyncGenerator<Uint8Array, void, undefined> {
  let ended = false;
  try {
    for await (const chunk of stream.body) yield chunk;
    ended = true;
  } catch (error) {
    throw toConnectError(error);
  } finally {
    if (!ended) stream.reset(GrpcStatus.cancelled, LEFT);
  }
  for (const [name, value] of stream.trailers ?? []) trailer.append(name, value);
}

function headersOf(list: TunnelStream["request"]["h"]): Headers {
  const headers = new Headers();
  for (const [name, value] of list) headers.append(name, value);
  return headers;
}

/** The numbers of a reset are those of gRPC, and Connect's codes are too. */
function toConnectError(error: unknown): unknown {
  return error instanceof StreamReset
    ? new ConnectError(error.message, error.code as Code, undefined, undefined, error)
    : error;
}
