/**
 * A gRPC client of bare bytes for tests: node:http2 and nothing that hides what the relay sends.
 * Above: tests of relay/. Below: node:http2.
 */

import { once } from "node:events";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";

export interface CallResult {
  readonly head: IncomingHttpHeaders;
  /** Undefined when the head was all there was. */
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly body: Buffer;
  /** From trailers or head. */
  readonly status: number;
  readonly message: string;
  /** HTTP/2 error code the stream ended with; 0 is none. */
  readonly rstCode: number;
}

export class GrpcClient {
  readonly session: ClientHttp2Session;

  constructor(origin: string, options: SecureClientSessionOptions = {}) {
    this.session = connect(origin, options);
    this.session.on("error", () => undefined);
  }

  start(
    path = "/jumpstarter.v1.ExporterService/GetReport",
    headers: Record<string, string> = { "x-jumpstarter-passphrase": "secret" },
  ): ClientHttp2Stream {
    const stream = this.session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    stream.on("error", () => undefined);
    return stream;
  }

  /** Send a body and take the whole answer. */
  async call(
    options: { path?: string; headers?: Record<string, string>; body?: Uint8Array } = {},
  ): Promise<CallResult> {
    const stream = this.start(options.path, options.headers);
    stream.end(options.body ?? Buffer.alloc(5));
    return result(stream);
  }

  async close(): Promise<void> {
    if (this.session.destroyed) return;
    const closed = once(this.session, "close");
    this.session.close();
    await closed;
  }
}

/** The whole answer of a stream, however it ends. */
export async function result(stream: ClientHttp2Stream): Promise<CallResult> {
  let head: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders | undefined;
  const chunks: Buffer[] = [];
  stream.on("response", (headers) => {
    head = headers;
  });
  stream.on("trailers", (headers) => {
    trailers = headers;
  });
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  if (!stream.destroyed) await new Promise<void>((resolve) => stream.once("close", () => resolve()));
  const last = trailers ?? head;
  return {
    head,
    trailers,
    body: Buffer.concat(chunks),
    status: Number(last["grpc-status"] ?? Number.NaN),
    message: decodeURIComponent(String(last["grpc-message"] ?? "")),
    rstCode: stream.rstCode ?? constants.NGHTTP2_NO_ERROR,
  };
}
