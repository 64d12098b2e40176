/**
 * Files by URL through the relay: it asks the server, and the bytes come and go in a stream of the tunnel, as fast as both ends take them.
 * Above: create-http-transfer.ts. Below: a stream of the tunnel. Specification: docs/tunnel-protocol.md, "Files by URL".
 */

import type { ResourceOptions } from "../../drivers/base/resource.ts";
import { FETCH_OWN_PREFIX, FETCH_PATH, FETCH_REASON_HEADER, FETCH_URL_HEADER } from "../../proto/fetch.ts";
import {
  GrpcStatus,
  type HeaderList,
  type RequestHead,
  type TunnelStream,
} from "../../proto/tunnel/index.ts";
import type { HttpBody, HttpRequest } from "../exporter/http-transfer.ts";
import { brokenError, type Method, statusError } from "./transfer-errors.ts";

/** A stream of the tunnel to the relay itself. Throws when the relay is not there. */
export type OpenStream = (request: RequestHead) => TunnelStream;

export async function getByRelay(
  openStream: OpenStream,
  request: HttpRequest,
  { signal }: ResourceOptions,
): Promise<HttpBody> {
  const { url } = request;
  const stream = open(openStream, "GET", request, { signal });
  stream.end();
  const { h } = await success(stream, "GET", url, { signal });
  const length = headerOf(h, "content-length");
  return {
    readable: readableOf(stream, url, { signal }),
    size: length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined,
  };
}

/** What the server says of the file comes when it is closed; that it wants none, also before. */
export function putByRelay(
  openStream: OpenStream,
  request: HttpRequest,
  { signal }: ResourceOptions,
): WritableStream<Uint8Array> {
  const { url } = request;
  const stream = open(openStream, "PUT", request, { signal });
  const answered = success(stream, "PUT", url, { signal });
  return new WritableStream<Uint8Array>({
    start: (controller) => {
      answered.catch((error: unknown) => controller.error(error));
    },
    // It resolves, too, when the stream is over: then `answered` says how.
    write: (chunk) => stream.write(chunk),
    async close() {
      stream.end();
      await answered;
    },
    abort: () => stream.reset(GrpcStatus.cancelled, "the file is not complete"),
  });
}

function open(
  openStream: OpenStream,
  method: Method,
  { url, headers }: HttpRequest,
  { signal }: ResourceOptions,
): TunnelStream {
  signal.throwIfAborted();
  const forServer = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !name.startsWith(FETCH_OWN_PREFIX));
  let stream: TunnelStream;
  try {
    stream = openStream({ method, path: FETCH_PATH, h: [[FETCH_URL_HEADER, url], ...forServer] });
  } catch (error) {
    throw brokenError(method, url, error);
  }
  const over = new AbortController();
  signal.addEventListener("abort", () => stream.reset(GrpcStatus.cancelled, "the call has ended"), {
    once: true,
    signal: over.signal,
  });
  void stream.closed.then(() => over.abort());
  return stream;
}

/** The head of the answer. Rejects when it is not that of a file, or the call has ended. */
async function success(
  stream: TunnelStream,
  method: Method,
  url: string,
  { signal }: ResourceOptions,
): Promise<{ readonly h: HeaderList }> {
  try {
    const { status, h } = await stream.response;
    if (status < 200 || status > 299) {
      throw statusError(method, url, status, headerOf(h, FETCH_REASON_HEADER) ?? "");
    }
    return { h };
  } catch (error) {
    // A PUT's rest is not wanted any more.
    stream.reset(GrpcStatus.cancelled, "the answer is an error");
    throw signal.aborted ? signal.reason : brokenError(method, url, error);
  }
}

function readableOf(
  stream: TunnelStream,
  url: string,
  { signal }: ResourceOptions,
): ReadableStream<Uint8Array> {
  const chunks = stream.body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(signal.aborted ? signal.reason : brokenError("GET", url, error));
        }
      },
      cancel: () => stream.reset(GrpcStatus.cancelled, "the rest of the file is not wanted"),
    },
    { highWaterMark: 0 },
  );
}

function headerOf(headers: HeaderList, name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1];
}
