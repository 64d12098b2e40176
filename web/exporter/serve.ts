/**
 * Answers tunnel streams with the exporter's services: a stream becomes a Connect request, its response goes back.
 * Above: exporter.ts. Below: door.ts, services.ts, proto/tunnel types. Specification: gRPC over HTTP/2 ("Responses").
 */

import { Code, type ConnectError, type ConnectRouter, createContextValues } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { GrpcStatus, type HeaderList, type TunnelStream } from "../../proto/tunnel/types.ts";
import { type Guest, headerOf, withGuest } from "./door.ts";
import { kFlushHeaders } from "./flush-headers.ts";
import { isGrpcRouterStream, serveGrpcRouterStream } from "./serve-grpc-stream.ts";
import type { ServiceHost } from "./service-host.ts";
import { toConnectError } from "./to-connect-error.ts";

export type StreamHandler = (stream: TunnelStream) => Promise<void>;

/** @returns A handler that never rejects: whatever happens, the stream ends with trailers or a reset. */
export function createStreamHandler(router: ConnectRouter, host: ServiceHost): StreamHandler {
  const byPath = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return async (stream) => {
    const query = stream.request.path.indexOf("?");
    const handler = byPath.get(query < 0 ? stream.request.path : stream.request.path.slice(0, query));
    let guest: Guest;
    try {
      guest = host.sharing.door.enter(stream, handler?.method);
    } catch (error) {
      turnAway(stream, toConnectError(error));
      return;
    }
    try {
      if (handler === undefined) refuse(stream);
      else if (isGrpcRouterStream(stream.request)) await serveGrpcRouterStream(stream, host, guest);
      else await answer(stream, handler, guest);
    } catch (error) {
      const { rawMessage, code } = toConnectError(error);
      stream.reset(code === Code.Unknown ? GrpcStatus.internal : code, rawMessage);
    }
  };
}

async function answer(stream: TunnelStream, handler: UniversalHandler, guest: Guest): Promise<void> {
  const { method, path, h } = stream.request;
  let flushed = false;
  const flush = (headers: Headers): void => {
    if (flushed) return;
    flushed = true;
    stream.respond({ status: 200, h: headerList(headers) });
  };
  const response = await handler({
    httpVersion: "2.0",
    url: `https://exporter${path}`,
    method,
    header: new Headers(h as [string, string][]),
    body: stream.body,
    signal: stream.signal,
    contextValues: withGuest(createContextValues().set(kFlushHeaders, flush), guest),
  });
  if (!flushed) {
    stream.respond({
      status: response.status,
      h: response.header === undefined ? [] : headerList(response.header),
    });
  }
  if (response.body !== undefined) {
    for await (const chunk of response.body) {
      const room = stream.write(chunk);
      if (room !== undefined) await room;
      // The handler hears of it by its signal; leaving the loop lets it clean up.
      if (stream.signal.aborted) break;
    }
  }
  stream.end(response.trailer === undefined ? undefined : headerList(response.trailer));
  // What the client may still be sending is thrown away, so that it can finish.
  await stream.body[Symbol.asyncIterator]().return?.();
}

/** Said in the head of an answer where the protocol has a place for it there, so that a page reads more than the sentence. */
function turnAway(stream: TunnelStream, error: ConnectError): void {
  const { code, rawMessage } = error;
  const contentType = headerOf(stream.request, "content-type") ?? "";
  if (!contentType.startsWith("application/grpc")) {
    stream.reset(code, rawMessage);
    return;
  }
  const status = new Headers();
  setTrailerStatus(status, error);
  stream.respond({ status: 200, h: [["content-type", contentType], ...headerList(status)] }, { end: true });
  stream.body[Symbol.asyncIterator]().return?.();
}

/** Characters of an unknown path that are told back to the client. */
const MAX_QUOTED_CHARACTERS = 128;

function refuse(stream: TunnelStream): void {
  const message = `method ${stream.request.path.slice(0, MAX_QUOTED_CHARACTERS)} is unknown to this exporter`;
  const grpcHead: HeaderList = [
    ["content-type", "application/grpc"],
    ["grpc-status", String(GrpcStatus.unimplemented)],
    ["grpc-message", encodeURIComponent(message)],
  ];
  stream.respond({ status: 200, h: grpcHead }, { end: true });
  stream.body[Symbol.asyncIterator]().return?.();
}

function headerList(headers: Headers): HeaderList {
  return [...headers];
}
