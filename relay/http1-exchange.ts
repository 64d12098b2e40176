/**
 * An HTTP/1.1 request and response as an HttpExchange.
 * Above: http-exchange.ts. Below: node:http.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { HeaderList } from "../proto/tunnel/index.ts";
import type { ClientName } from "./client-names.ts";
import { headerListFromRaw, headerValue, nodeHeaders } from "./headers.ts";
import { type BodySink, feed, type HttpExchange } from "./http-exchange.ts";
import { RESPONSE_HIGH_WATER_BYTES } from "./limits.ts";

export class Http1Exchange implements HttpExchange {
  readonly version = 1;
  readonly method: string;
  readonly path: string;
  readonly address: string;
  readonly client: string;
  readonly authority: string;
  readonly headers: HeaderList;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #unreadRequestMs: number;
  #gone = false;
  #onGone: (() => void) | undefined;
  #onDone: (() => void) | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    { unreadRequestMs, client }: { unreadRequestMs: number; client: ClientName },
  ) {
    this.#unreadRequestMs = unreadRequestMs;
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? "";
    this.path = request.url ?? "";
    this.address = client.address;
    this.client = client.name;
    this.authority = request.headers.host ?? "";
    this.headers = headerListFromRaw(request.rawHeaders);
    response.sendDate = false;
    // Errors of either half end in "close" of the response.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    response.once("close", () => {
      if (response.writableFinished) return;
      this.#gone = true;
      this.#onGone?.();
      this.#done();
    });
  }

  header(name: string): string | undefined {
    return headerValue(this.headers, name);
  }

  get gone(): boolean {
    return this.#gone;
  }

  get responded(): boolean {
    return this.#response.headersSent;
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  onDone(listener: () => void): void {
    this.#onDone = listener;
  }

  receive(sink: BodySink): void {
    const request = this.#request;
    feed(request, sink);
    request.once("end", () => {
      if (!this.#gone) sink.end();
    });
  }

  respond(status: number, headers: HeaderList, { end = false } = {}): void {
    if (this.#gone || this.#response.headersSent) return;
    this.#response.writeHead(status, nodeHeaders(headers));
    if (end) this.end();
    else this.#response.flushHeaders();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#gone || this.#response.writableEnded) return true;
    this.#response.write(bytes);
    return this.#response.writableLength <= RESPONSE_HIGH_WATER_BYTES;
  }

  drained(): Promise<void> {
    const response = this.#response;
    if (this.#gone || response.destroyed || !response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        response.off("drain", done);
        response.off("close", done);
        resolve();
      };
      response.on("drain", done);
      response.on("close", done);
    });
  }

  end(_trailers?: HeaderList): void {
    if (this.#gone || this.#response.writableEnded) return;
    this.#response.end();
    this.#done();
    this.#throwAwayRequest();
  }

  abort(): void {
    this.#request.socket.destroy();
  }

  #done(): void {
    this.#onDone?.();
    this.#onDone = undefined;
  }

  /** What the client still sends is read and thrown away, so that the connection can be used again; but not for ever. */
  #throwAwayRequest(): void {
    const request = this.#request;
    request.resume();
    if (request.complete) return;
    const cut = setTimeout(() => request.socket.destroy(), this.#unreadRequestMs);
    const stop = (): void => clearTimeout(cut);
    request.once("end", stop);
    request.once("close", stop);
  }
}
