/**
 * One request and its response, whatever HTTP carried them: what everything behind the port sees.
 * Above: dispatch.ts, gateway.ts, pages. Below: http1-exchange.ts and http2-exchange.ts implement it.
 */

import type { Readable } from "node:stream";
import type { HeaderList } from "../proto/tunnel/index.ts";

/** Takes a request's body. */
export interface BodySink {
  /** @returns undefined for "more, please", or a promise: nothing more comes before it resolves. It never rejects. */
  data(chunk: Uint8Array): Promise<void> | undefined;
  /** The client has sent its last byte. Not called when it went away before. */
  end(): void;
}

export interface HttpExchange {
  readonly version: 1 | 2;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Of the client, as limits count by it. */
  readonly address: string;
  /** The client and its connection, for the exporter (client-names.ts). */
  readonly client: string;
  /** Host, or `:authority`; empty when the client sent none. */
  readonly authority: string;
  /** Lower-case names, no pseudo headers. */
  readonly headers: HeaderList;
  header(name: string): string | undefined;
  /** The client went away before it had the whole response; `write` and the rest do nothing from then on. */
  readonly gone: boolean;
  /** Called at most once, when `gone` becomes true. One listener. */
  onGone(listener: () => void): void;
  /** Called once: all of the response has been handed over, or the client is gone. One listener. */
  onDone(listener: () => void): void;
  /** Start taking the body; at most once. Before that the client is held back; without it the body is thrown away with the answer. */
  receive(sink: BodySink): void;
  /** Whether `respond` has been called. */
  readonly responded: boolean;
  /** The head; with `end`, all of it. */
  respond(status: number, headers: HeaderList, options?: { end?: boolean; trailers?: boolean }): void;
  /** @returns false when the client is slow: await `drained()` before more. */
  write(bytes: Uint8Array): boolean;
  /** Resolves when there is room, or the client is gone. Never rejects. */
  drained(): Promise<void>;
  /** Trailers need `respond(…, { trailers: true })`, and HTTP/2. */
  end(trailers?: HeaderList): void;
  /** Cut it: the client is to notice that the response is not whole. */
  abort(): void;
}

/** Hand a request's body on, holding the client back while the sink has no room. */
export function feed(body: Readable, sink: BodySink): void {
  body.on("data", (chunk: Buffer) => {
    const room = sink.data(chunk);
    if (room === undefined) return;
    body.pause();
    void room.then(() => body.resume());
  });
}

/** The whole of a small answer. */
export function answer(
  exchange: HttpExchange,
  status: number,
  contentType: string,
  body: string,
  headers: HeaderList = [],
): void {
  const bytes = Buffer.from(body);
  const head: HeaderList = [
    ["content-type", contentType],
    ["content-length", String(bytes.length)],
    ["x-content-type-options", "nosniff"],
    ...headers,
  ];
  const empty = exchange.method === "HEAD" || bytes.length === 0;
  exchange.respond(status, head, { end: empty });
  if (empty) return;
  exchange.write(bytes);
  exchange.end();
}

/** One sentence for whoever opened the address. */
export function answerText(
  exchange: HttpExchange,
  status: number,
  sentence: string,
  headers: HeaderList = [],
): void {
  answer(exchange, status, "text/plain; charset=utf-8", `${sentence}\n`, headers);
}

export function answerJson(
  exchange: HttpExchange,
  status: number,
  value: unknown,
  headers: HeaderList = [],
): void {
  answer(exchange, status, "application/json", `${JSON.stringify(value)}\n`, [
    ["cache-control", "no-store"],
    ...headers,
  ]);
}
