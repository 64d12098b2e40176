/**
 * The HTTP/1.1 server behind the port, with its limits. It never listens itself.
 * Above: port.ts. Below: node:http, http1-exchange.ts.
 */

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import type { ClientNames } from "./client-names.ts";
import { Http1Exchange } from "./http1-exchange.ts";
import {
  HALF_CLOSED_MS,
  HANDSHAKE_TIMEOUT_MS,
  HTTP1_IDLE_MS,
  MAX_HEADER_BYTES,
  MAX_HEADERS,
  UNREAD_REQUEST_MS,
} from "./limits.ts";
import { endWith, http1Refusal } from "./refuse-connection.ts";

export interface Http1Timing {
  /** For the headers of a request, from its first byte; for the first request, from the connection on. */
  readonly headersTimeoutMs: number;
  /** Between two requests. */
  readonly http1IdleMs: number;
  /** For the answer to a client that has closed its side. */
  readonly halfClosedMs: number;
  /** For the rest of a request that has been answered. */
  readonly unreadRequestMs: number;
}

export const HTTP1_TIMING: Http1Timing = {
  headersTimeoutMs: HANDSHAKE_TIMEOUT_MS,
  http1IdleMs: HTTP1_IDLE_MS,
  halfClosedMs: HALF_CLOSED_MS,
  unreadRequestMs: UNREAD_REQUEST_MS,
};

export interface Http1Handlers {
  readonly clients: ClientNames;
  onExchange(exchange: Http1Exchange): void;
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export function createHttp1(timing: Http1Timing, handlers: Http1Handlers): Server {
  const { headersTimeoutMs, http1IdleMs } = timing;
  /** The answer that a connection is in the middle of, for errors that come meanwhile. */
  const answers = new WeakMap<Duplex, ServerResponse>();
  const onRequest: RequestListener = (request, response) => {
    answers.set(request.socket, response);
    const { socket } = request;
    const client = handlers.clients.of(socket, () => socket.remoteAddress);
    const { unreadRequestMs } = timing;
    handlers.onExchange(new Http1Exchange(request, response, { unreadRequestMs, client }));
  };
  const options: ServerOptions = {
    // A body may stream for hours; headers may not.
    headersTimeout: headersTimeoutMs,
    requestTimeout: 0,
    connectionsCheckingInterval: headersTimeoutMs / 2,
    keepAliveTimeout: http1IdleMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
    // Any other offer is one that a server may pass over (RFC 9110 section 7.8).
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === "websocket",
  };
  const server = createServer(options, onRequest);
  server.maxHeadersCount = MAX_HEADERS;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => undefined);
    handlers.onUpgrade(request, socket, head);
  });
  allowHalfClosed(server, timing.halfClosedMs);
  const refused = new WeakSet<Duplex>();
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // Node reports what comes after the first mistake as mistakes, too.
    if (refused.has(socket)) return;
    refused.add(socket);
    // In the middle of an answer there is no place for another one.
    const inAnswer =
      answers.get(socket)?.headersSent === true && answers.get(socket)?.writableFinished === false;
    if (!socket.writable || inAnswer || error.code === "ECONNRESET") socket.destroy();
    else endWith(socket, refusalFor(error, headersTimeoutMs));
  });
  // It never listens itself, and Node starts to look for late headers only then.
  server.emit("listening");
  return server;
}

/**
 * A client may close its side right after its request, and still read. One that went away looks the same, so it is given
 * a short time only.
 */
function allowHalfClosed(server: Server, halfClosedMs: number): void {
  // In Node for ten years, and not in its types.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("connection", (socket) => {
    socket.once("end", () => {
      const cut = setTimeout(() => socket.destroy(), halfClosedMs);
      socket.once("close", () => clearTimeout(cut));
    });
  });
}

function refusalFor({ code }: NodeJS.ErrnoException, headersTimeoutMs: number): string {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return http1Refusal(
        431,
        `The request has more than ${MAX_HEADER_BYTES / 1024} KiB of headers, or more than ${MAX_HEADERS} of them: send less.`,
      );
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return http1Refusal(408, `The request's headers did not come within ${headersTimeoutMs / 1000} s.`);
    default:
      return http1Refusal(400, "The relay does not understand this: it is no whole HTTP/1.1 request.");
  }
}
