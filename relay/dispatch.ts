/**
 * Which part of the relay a request is for, after the checks that protect all of them.
 * Above: relay.ts connects it to the port. Below: gateway.ts, boot.ts, page-end.ts, static-files.ts,
 * tunnel-endpoint.ts, client-tunnels.ts.
 */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { CLIENT_TUNNEL_PATH } from "../proto/client-tunnel.ts";
import { GrpcStatus } from "../proto/tunnel/index.ts";
import { isOwnHost, isOwnOrigin } from "./access.ts";
import { addressGroup } from "./address.ts";
import type { AddressLimits } from "./address-limits.ts";
import { answerRpcError } from "./answer-rpc-error.ts";
import { clientRequestProblem } from "./client-request.ts";
import type { ClientTunnels } from "./client-tunnels.ts";
import { corsHeaders, mayCall, preflightHeaders } from "./cors.ts";
import type { Gateway } from "./gateway.ts";
import { answer, answerJson, answerText, type HttpExchange } from "./http-exchange.ts";
import type { Logger } from "./logging.ts";
import type { ServedMetrics } from "./metrics.ts";
import { Rarely } from "./rarely.ts";
import { endWith, http1Refusal } from "./refuse-connection.ts";
import { isRpcPath, type RpcProtocol, rpcProtocolOf } from "./rpc-protocol.ts";
import { serveStatic } from "./static-files.ts";
import type { TunnelEndpoint } from "./tunnel-endpoint.ts";

export interface DispatchOptions {
  readonly gateway: Gateway;
  readonly tunnels: TunnelEndpoint;
  readonly clientTunnels: ClientTunnels;
  readonly limits: Pick<AddressLimits, "calls" | "pageRequests">;
  readonly log: Logger;
  /** Names that a Host header may carry beside loopback and addresses; lower case. */
  readonly hostNames: readonly string[];
  readonly noAuth: boolean;
  /** The built page. */
  readonly pageDirectory: string;
  readonly serveBoot: (exchange: HttpExchange) => void;
  readonly serveEnd: (exchange: HttpExchange) => void;
  readonly metrics: ServedMetrics;
  /** For /healthz. */
  readonly health: () => { readonly status: "ok" | "draining" };
}

const HOST_REFUSED =
  "This relay is not known by that name: use its address, or start it with --allow-host NAME.";
const ORIGIN_REFUSED = "Pages of another origin may not use this address of the relay.";

const TUNNEL_PATH = "/tunnel";
const CLIENT_PATH = `/${CLIENT_TUNNEL_PATH}`;
const UPGRADED = new Set([TUNNEL_PATH, CLIENT_PATH]);

export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #rarely = new Rarely();

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** Never throws: one request must not end the relay, whatever is in it. */
  request(exchange: HttpExchange): void {
    try {
      this.#route(exchange);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log.error("a request failed", { method: exchange.method, reason });
      exchange.abort();
    }
  }

  #route(exchange: HttpExchange): void {
    const { noAuth } = this.#options;
    const path = pathWithoutQuery(exchange.path);
    const protocol = exchange.method === "POST" ? rpcProtocolOf(exchange.header("content-type")) : undefined;
    // No browser sends this without asking first (a preflight, which is answered below): what protects against browsers
    // would only stop clients behind other names.
    if (protocol === "grpc" && exchange.version === 2) {
      this.#call(exchange, protocol);
      return;
    }
    if (!isOwnHost(exchange.authority, this.#options.hostNames)) {
      answerText(exchange, 421, HOST_REFUSED);
    } else if (!isRpcPath(path)) {
      this.#page(exchange, path);
    } else if (!mayCall(exchange, noAuth)) {
      this.#refuseCall(exchange, protocol);
    } else if (exchange.method === "OPTIONS") {
      exchange.respond(204, preflightHeaders(exchange), { end: true });
    } else if (protocol === "grpc") {
      answerText(exchange, 505, "gRPC needs HTTP/2; gRPC-Web and Connect work over HTTP/1.1.");
    } else if (protocol !== undefined) {
      this.#call(exchange, protocol);
    } else if (exchange.method === "POST") {
      answerText(
        exchange,
        415,
        "Send application/grpc-web, application/json or application/proto.",
        corsHeaders(exchange),
      );
    } else {
      answerText(exchange, 405, "Methods of services are called with POST.", [["allow", "POST, OPTIONS"]]);
    }
  }

  /** A stream in a client's tunnel. Never throws, as above. */
  clientStream(exchange: HttpExchange): void {
    try {
      const problem = clientRequestProblem(exchange);
      if (problem === undefined) this.#call(exchange, "grpc");
      else answerText(exchange, problem.status, problem.sentence, problem.headers);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log.error("a client's stream failed", { reason });
      exchange.abort();
    }
  }

  /** HTTP/1.1's `Upgrade`: one of the tunnels, or nothing. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const authority = request.headers.host ?? "";
    const path = pathWithoutQuery(request.url ?? "");
    if (!isOwnHost(authority, this.#options.hostNames)) {
      refuseUpgrade(socket, 421, HOST_REFUSED);
    } else if (!UPGRADED.has(path)) {
      refuseUpgrade(socket, 404, "Only /tunnel and /client can be upgraded.");
    } else if (!isOwnOrigin(request.headers.origin, authority)) {
      this.#warnOfOrigin(request);
      this.#options.metrics.refused("origin");
      refuseUpgrade(socket, 403, ORIGIN_REFUSED);
    } else if (path === CLIENT_PATH) {
      this.#options.clientTunnels.upgrade(request, socket, head);
    } else {
      this.#options.tunnels.upgrade(request, socket, head);
    }
  }

  /** A call goes to its exporter, unless its client's address has too many already. */
  #call(exchange: HttpExchange, protocol: RpcProtocol): void {
    const { gateway, limits } = this.#options;
    const leave = limits.calls.enter(exchange.address);
    if (leave === undefined) {
      this.#refuseOneMore(exchange, protocol);
      return;
    }
    exchange.onDone(leave);
    gateway.handle(exchange, protocol);
  }

  #refuseOneMore(exchange: HttpExchange, protocol: RpcProtocol): void {
    const { limits, log, metrics } = this.#options;
    metrics.refused("limit");
    const { address } = exchange;
    const { max } = limits.calls;
    if (this.#rarely.due(`calls of ${address}`)) {
      log.warning(
        "an address has too many calls, more are refused: --max-calls-per-address allows more (said once a minute)",
        { address, calls: max },
      );
    }
    const text = `${max} calls from your address are running, which is all it may have: wait for some of them`;
    answerRpcError(exchange, protocol, { code: GrpcStatus.resourceExhausted, text }, corsHeaders(exchange));
  }

  #page(exchange: HttpExchange, path: string): void {
    switch (path) {
      case "/api/boot":
        this.#own(exchange, this.#options.serveBoot);
        return;
      case "/api/end":
        this.#own(exchange, this.#options.serveEnd);
        return;
      case "/healthz": {
        const health = this.#options.health();
        answerJson(exchange, health.status === "ok" ? 200 : 503, health);
        return;
      }
      case "/metrics":
        this.#counted(exchange, () => this.#metrics(exchange));
        return;
      case TUNNEL_PATH:
      case CLIENT_PATH:
        this.#tunnelAsRequest(exchange);
        return;
      default:
        this.#counted(exchange, () => this.#file(exchange, path));
    }
  }

  /** For the relay's own page. */
  #own(exchange: HttpExchange, serve: (exchange: HttpExchange) => void): void {
    if (exchange.method !== "GET") answerText(exchange, 405, "Use GET.", [["allow", "GET"]]);
    else if (!isSameOriginRequest(exchange)) answerText(exchange, 403, ORIGIN_REFUSED);
    else serve(exchange);
  }

  #tunnelAsRequest(exchange: HttpExchange): void {
    if (exchange.version === 1) {
      const upgrade = [["upgrade", "websocket"]] as const;
      answerText(exchange, 426, "This is the tunnel: connect with a WebSocket.", upgrade);
    } else {
      // HTTP/2 has no upgrade (RFC 9113 section 8.6), and forbids the header that would name it.
      answerText(exchange, 501, "This is the tunnel: connect with a WebSocket, over HTTP/1.1.");
    }
  }

  /** What holds memory, or a file, until its client has taken it: so many at once for one address. */
  #counted(exchange: HttpExchange, serve: () => void): void {
    const { pageRequests } = this.#options.limits;
    const leave = pageRequests.enter(exchange.address);
    if (leave === undefined) {
      const text = `Your address is loading ${pageRequests.max} files of this relay, which is all it may: try again.`;
      answerText(exchange, 429, text, [["retry-after", "1"]]);
      return;
    }
    exchange.onDone(leave);
    serve();
  }

  #file(exchange: HttpExchange, path: string): void {
    const { log, pageDirectory } = this.#options;
    serveStatic(exchange, pageDirectory).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log.error("a file of the page could not be read", { path, reason });
      if (exchange.responded) exchange.abort();
      else answerText(exchange, 500, "The relay could not read this file of the page: its log says why.");
    });
  }

  #warnOfOrigin(request: IncomingMessage): void {
    const address = addressGroup(request.socket.remoteAddress);
    if (!this.#rarely.due(`origin of ${address}`)) return;
    const origin = String(request.headers.origin);
    this.#options.log.warning("a page of another origin was refused (said once a minute)", {
      origin,
      address,
    });
  }

  #metrics(exchange: HttpExchange): void {
    const { metrics, log } = this.#options;
    metrics
      .text()
      .then((text) => answer(exchange, 200, metrics.contentType, text, [["cache-control", "no-store"]]))
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        log.error("the metrics could not be served", { reason });
        exchange.abort();
      });
  }

  #refuseCall(exchange: HttpExchange, protocol: RpcProtocol | undefined): void {
    const text = "with --unsafe-no-auth, pages of other origins may not call: give the exporter a passphrase";
    answerRpcError(exchange, protocol ?? "connect-unary", { code: GrpcStatus.permissionDenied, text });
  }
}

/** Browsers say where a request comes from, in one of two ways; whoever says nothing is no browser. */
function isSameOriginRequest(exchange: HttpExchange): boolean {
  const site = exchange.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  return isOwnOrigin(exchange.header("origin"), exchange.authority);
}

function pathWithoutQuery(path: string): string {
  return path.split("?", 1)[0] ?? "";
}

function refuseUpgrade(socket: Duplex, status: number, sentence: string): void {
  endWith(socket, http1Refusal(status, sentence));
}
