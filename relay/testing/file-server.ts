/**
 * An HTTP server for transfers by URL: answers with functions that a test hands in, by path, and keeps what it was sent.
 * Above: tests of relay/fetch/ and relay/hostile/. Below: node:http, node:https.
 */

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SelfSigned } from "./self-signed.ts";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface Asked {
  readonly method: string;
  /** As it came: path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface FileServer extends AsyncDisposable {
  /** `http://HOST:PORT` */
  readonly origin: string;
  readonly port: number;
  /** In order. */
  readonly asked: readonly Asked[];
}

/** @param answers By path without query; others are answered with 404. */
export async function startFileServer(
  answers: Readonly<Record<string, Answer>>,
  { tls, host = "127.0.0.1", port: wanted = 0 }: { tls?: SelfSigned; host?: string; port?: number } = {},
): Promise<FileServer> {
  const asked: Asked[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? "";
    asked.push({ method: request.method ?? "", path, headers: request.headers });
    const answer = answers[path.split("?", 1)[0] ?? ""];
    if (answer === undefined) response.writeHead(404).end("nothing here");
    else void answer(request, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(wanted, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${tls === undefined ? "http" : "https"}://${host}:${port}`,
    port,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Answers with these bytes and their length. */
export function file(bytes: Uint8Array, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(200, { "content-length": bytes.length, ...headers }).end(bytes);
  };
}

export function redirect(location: string | undefined, status = 302): Answer {
  return (_request, response) => {
    response.writeHead(status, location === undefined ? {} : { location }).end("elsewhere");
  };
}
