/**
 * A client's end of a resource stream, as Python's clients use it: open, send or receive, and call with the handle meanwhile.
 * Above: tests of files. Below: Connect's client. Specification: Jumpstarter's `client_stream` resources.
 */

import { type ConnectError, createClient, type Transport } from "@connectrpc/connect";
import type { JsonValue } from "../../../drivers/base/json.ts";
import { joinBytes } from "../../../drivers/testing/test-resources.ts";
import { ExporterService } from "../../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { FrameType, RouterService } from "../../../proto/gen/jumpstarter/v1/router_pb.ts";
import type { StreamFrame } from "../router-stream.ts";
import { decodeValue, encodeValue } from "../value.ts";

/** What Python's clients put in a frame. */
export const CLIENT_CHUNK_BYTES = 64 * 1024;

export interface Received {
  readonly bytes: Uint8Array;
  /** The exporter has ended its direction: the file is whole. */
  readonly goaway: boolean;
  /** How the stream ended; undefined is OK. */
  readonly error: ConnectError | undefined;
}

export interface FileClientOptions {
  readonly encoding?: string | null | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** The deadline of the stream. */
  readonly timeoutMs?: number | undefined;
}

export class FileClient {
  readonly headers: Headers;
  /** As the client passes it to a call. */
  readonly handle: JsonValue;
  /** Resolves when the stream has ended, in whatever way. */
  readonly received: Promise<Received>;
  readonly #requests: Requests;
  readonly #abort: AbortController;

  private constructor(parts: {
    headers: Headers;
    received: Promise<Received>;
    requests: Requests;
    abort: AbortController;
  }) {
    this.headers = parts.headers;
    this.handle = JSON.parse(parts.headers.get("resource") ?? "null") as JsonValue;
    this.received = parts.received;
    this.#requests = parts.requests;
    this.#abort = parts.abort;
  }

  /** Rejects when the exporter opens no stream. */
  static open(
    transport: Transport,
    driver: string,
    { encoding = null, headers = {}, timeoutMs }: FileClientOptions = {},
  ): Promise<FileClient> {
    const { promise: opened, resolve, reject } = Promise.withResolvers<FileClient>();
    const requests = new Requests();
    const abort = new AbortController();
    const request = JSON.stringify({ kind: "resource", uuid: driver, x_jmp_content_encoding: encoding });
    const responses = createClient(RouterService, transport).stream(requests, {
      headers: { ...headers, request },
      signal: abort.signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      onHeader: (header) => resolve(new FileClient({ headers: header, received, requests, abort })),
    });
    const received = receive(responses);
    void received.then(({ error }) => reject(error ?? new Error("the stream ended without headers")));
    return opened;
  }

  /** Resolves when the frame has been taken towards the exporter. */
  send(bytes: Uint8Array): Promise<void> {
    return this.#requests.push({ payload: bytes, frameType: FrameType.DATA });
  }

  /** The end of the file: GOAWAY, then the half-close. */
  async end(): Promise<void> {
    await this.#requests.push({ payload: new Uint8Array(0), frameType: FrameType.GOAWAY });
    this.#requests.end();
  }

  /** The half-close alone. */
  halfClose(): void {
    this.#requests.end();
  }

  async sendFile(bytes: Uint8Array, chunkBytes = CLIENT_CHUNK_BYTES): Promise<void> {
    for (let at = 0; at < bytes.length; at += chunkBytes)
      await this.send(bytes.subarray(at, at + chunkBytes));
    await this.end();
  }

  /** The client is killed. */
  vanish(): void {
    this.#abort.abort();
  }
}

/** A driver call, as clients make it. Rejects with a ConnectError. */
export async function driverCall(
  transport: Transport,
  uuid: string,
  method: string,
  args: readonly JsonValue[],
  options: { signal?: AbortSignal; headers?: Record<string, string> } = {},
): Promise<JsonValue> {
  const { result } = await createClient(ExporterService, transport).driverCall(
    { uuid, method, args: args.map(encodeValue) },
    options,
  );
  return result === undefined ? null : decodeValue(result);
}

async function receive(
  responses: AsyncIterable<{ payload: Uint8Array; frameType: FrameType }>,
): Promise<Received> {
  const chunks: Uint8Array[] = [];
  let goaway = false;
  let error: ConnectError | undefined;
  try {
    for await (const { payload, frameType } of responses) {
      if (frameType === FrameType.GOAWAY) goaway = true;
      else chunks.push(payload);
    }
  } catch (cause) {
    error = cause as ConnectError;
  }
  return { bytes: joinBytes(chunks), goaway, error };
}

/** What is pushed, when it is asked for. */
class Requests implements AsyncIterable<StreamFrame> {
  readonly #waiting: { readonly request: StreamFrame; taken(): void }[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  push(request: StreamFrame): Promise<void> {
    return new Promise((taken) => {
      this.#waiting.push({ request, taken });
      this.#wake?.();
    });
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamFrame> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next.request;
        next.taken();
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
