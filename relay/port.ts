/**
 * One port for everything: HTTP/2 with prior knowledge, HTTP/1.1, and TLS with either inside.
 * Above: relay.ts. Below: node:net, node:tls, node:http, node:http2. Chooses a server for a connection, nothing else.
 */

import type { Server as Http1Server, IncomingMessage } from "node:http";
import type { ServerHttp2Session } from "node:http2";
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import { addressGroup } from "./address.ts";
import type { AddressLimits } from "./address-limits.ts";
import type { ClientNames } from "./client-names.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { createHttp1, HTTP1_TIMING, type Http1Timing } from "./http1-server.ts";
import { createHttp2, HTTP2_TIMING, type Http2, type Http2Timing } from "./http2-server.ts";
import {
  FIRST_BYTES_TIMEOUT_MS,
  HANDSHAKE_TIMEOUT_MS,
  HURRIED_GRACE_MS,
  MAX_CONNECTIONS,
  MAX_TOLD_REFUSALS,
  REFUSAL_LINGER_MS,
  TCP_KEEPALIVE_MS,
} from "./limits.ts";
import { formatAddress, type ListenerAddress } from "./listener-address.ts";
import type { Logger } from "./logging.ts";
import type { RelayMetrics } from "./metrics.ts";
import { Rarely } from "./rarely.ts";
import { endWith, http1Refusal, refuseConnection } from "./refuse-connection.ts";
import { type Protocol, sniff } from "./sniff.ts";
import type { TlsIdentity } from "./tls.ts";
import { StartError } from "./usage-error.ts";

export interface PortTiming extends Http1Timing, Http2Timing {
  readonly firstBytesTimeoutMs: number;
  readonly tlsHandshakeTimeoutMs: number;
}

const DEFAULT_TIMING: PortTiming = {
  ...HTTP1_TIMING,
  ...HTTP2_TIMING,
  firstBytesTimeoutMs: FIRST_BYTES_TIMEOUT_MS,
  tlsHandshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
};

export interface PortOptions {
  readonly listener: ListenerAddress;
  /** Absent: plaintext only. */
  readonly tls: TlsIdentity | undefined;
  /** With `tls`: take plaintext on the same port too. */
  readonly plaintextToo: boolean;
  readonly limits: Pick<AddressLimits, "clients" | "streams">;
  readonly clients: ClientNames;
  readonly log: Logger;
  readonly metrics?: Pick<RelayMetrics, "refused">;
  /** For tests that cannot wait so long. */
  readonly timing?: Partial<PortTiming>;
  onExchange(exchange: HttpExchange): void;
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const PLAINTEXT_REFUSED =
  "This relay speaks TLS on this port: use https:// in a browser, and leave --tls-grpc-insecure out for jmp.";

export class Port {
  readonly #options: PortOptions;
  readonly #timing: PortTiming;
  readonly #net: Server;
  readonly #http1: Http1Server;
  readonly #http2: Http2;
  readonly #tls: TlsServer | undefined;
  readonly #sockets = new Set<Socket>();
  /** Connections that have not said what they speak. */
  readonly #silent = new Set<Socket>();
  /** Connections that are being told that there is no room for them. */
  readonly #refused = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #rarely = new Rarely();
  #warnedOfTls = false;

  constructor(options: PortOptions) {
    const { limits, clients, log, tls, onExchange, onUpgrade } = options;
    const timing = { ...DEFAULT_TIMING, ...options.timing };
    this.#options = options;
    this.#timing = timing;
    this.#http1 = createHttp1(timing, { clients, onExchange, onUpgrade });
    this.#http2 = createHttp2({ timing, limits, clients, log, onExchange });
    this.#http2.server.on("session", (session) => {
      this.#sessions.add(session);
      session.once("close", () => this.#sessions.delete(session));
    });
    this.#tls = tls === undefined ? undefined : this.#createTls(tls);
    const net = {
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEPALIVE_MS,
      // For HTTP/1.1, where a client may close its side and still read; for the others it is switched off.
      allowHalfOpen: true,
    };
    this.#net = createNetServer(net, (socket) => this.#accept(socket));
    this.#net.maxConnections = MAX_CONNECTIONS;
    this.#net.on("drop", () => {
      options.metrics?.refused("limit");
      if (!this.#rarely.due("connections")) return;
      log.warning(`connections are refused: ${MAX_CONNECTIONS} are open (said once a minute)`);
    });
  }

  get stats(): { sockets: number; http2Sessions: number } {
    return { sockets: this.#sockets.size, http2Sessions: this.#sessions.size };
  }

  /** @throws StartError with the cure when the port cannot be had. */
  async listen(): Promise<ListenerAddress> {
    const { host, port } = this.#options.listener;
    await new Promise<void>((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, { host, port }));
      this.#net.once("error", onError);
      this.#net.listen({ host, port }, () => {
        this.#net.off("error", onError);
        this.#net.on("error", (error) =>
          this.#options.log.error("the port failed", { reason: error.message }),
        );
        resolve();
      });
    });
    const { port: actual } = this.#net.address() as AddressInfo;
    return { host, port: actual };
  }

  /** Tell HTTP/2 clients to go elsewhere with their next call (GOAWAY). What runs goes on, and new connections are let in. */
  goAway(): void {
    for (const session of this.#sessions) session.close();
  }

  /** No new connections from here on. HTTP/2 clients are told; what runs goes on. */
  stopAccepting(): void {
    this.#net.close();
    for (const socket of this.#silent) socket.destroy();
    this.goAway();
    this.#http1.closeIdleConnections();
  }

  /** Resolves when every connection is gone: by itself, or cut after `graceMs`, or HURRIED_GRACE_MS after the signal. */
  async drain(graceMs: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (this.#sockets.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const cutAll = (): void => {
        for (const socket of this.#sockets) socket.destroy();
      };
      const cut = setTimeout(cutAll, signal?.aborted === true ? HURRIED_GRACE_MS : graceMs);
      signal?.addEventListener("abort", () => setTimeout(cutAll, HURRIED_GRACE_MS).unref(), { once: true });
      this.#onLastSocket = resolve;
      this.#http1.closeIdleConnections();
      await promise;
      clearTimeout(cut);
    }
    this.#http1.close();
    this.#http2.server.close();
    this.#tls?.close();
  }

  #onLastSocket: (() => void) | undefined;

  #accept(socket: Socket): void {
    const address = addressGroup(socket.remoteAddress);
    const leave = this.#options.limits.clients.enter(address);
    this.#sockets.add(socket);
    socket.once("close", () => {
      leave?.();
      this.#sockets.delete(socket);
      this.#silent.delete(socket);
      if (this.#sockets.size === 0) this.#onLastSocket?.();
    });
    if (leave === undefined) {
      this.#refuseOneMore(socket, address);
      return;
    }
    this.#silent.add(socket);
    sniff(socket, {
      timeoutMs: this.#timing.firstBytesTimeoutMs,
      onProtocol: (protocol) => {
        this.#silent.delete(socket);
        this.#hand(socket, protocol);
      },
    });
  }

  /** The address has all the connections that it may have. Some are told; telling all would be what the limit is against. */
  #refuseOneMore(socket: Socket, address: string): void {
    const { max } = this.#options.limits.clients;
    this.#options.metrics?.refused("limit");
    if (this.#rarely.due(`clients of ${address}`)) {
      this.#options.log.warning(
        "an address has too many connections, more are refused: --max-clients-per-address allows more (said once a minute)",
        { address, connections: max },
      );
    }
    if (this.#refused.size >= MAX_TOLD_REFUSALS) {
      socket.destroy();
      return;
    }
    this.#refused.add(socket);
    socket.once("close", () => this.#refused.delete(socket));
    sniff(socket, {
      timeoutMs: REFUSAL_LINGER_MS,
      onProtocol: (protocol) =>
        refuseConnection(
          socket,
          protocol,
          `Your address has ${max} connections to this relay, which is all it may have: close some.`,
        ),
    });
  }

  #hand(socket: Socket, kind: Protocol): void {
    if (kind !== "http1") socket.allowHalfOpen = false;
    if (kind === "tls") {
      if (this.#tls === undefined) this.#refuseTls(socket);
      else this.#tls.emit("connection", socket);
    } else if (this.#tls !== undefined && !this.#options.plaintextToo) {
      refusePlaintext(socket, kind);
    } else if (kind === "http2") {
      this.#http2.take(socket);
    } else {
      this.#http1.emit("connection", socket);
      socket.resume();
    }
  }

  #refuseTls(socket: Socket): void {
    socket.destroy();
    if (this.#warnedOfTls) return;
    this.#warnedOfTls = true;
    this.#options.log.warning(
      "a client spoke TLS, and this relay has no certificate: start jmp with --tls-grpc-insecure, " +
        "or the relay with --tls-cert and --tls-key (said once)",
    );
  }

  #createTls({ cert, key }: TlsIdentity): TlsServer {
    const server = createTlsServer(
      { cert, key, ALPNProtocols: ["h2", "http/1.1"], handshakeTimeout: this.#timing.tlsHandshakeTimeoutMs },
      (socket) => {
        // A gRPC client always asks for h2; whoever asks for nothing speaks HTTP/1.1.
        if (socket.alpnProtocol === "h2") this.#http2.take(socket);
        else this.#http1.emit("connection", socket);
      },
    );
    server.on("tlsClientError", (error, socket) => {
      this.#options.log.debug("a TLS handshake failed", { reason: error.message });
      socket.destroy();
    });
    return server;
  }
}

function refusePlaintext(socket: Socket, kind: "http1" | "http2"): void {
  if (kind === "http1") endWith(socket, http1Refusal(400, PLAINTEXT_REFUSED));
  else socket.destroy();
}

function listenError(error: NodeJS.ErrnoException, address: ListenerAddress): StartError {
  const where = formatAddress(address);
  const options = { cause: error };
  switch (error.code) {
    case "EADDRINUSE":
      return new StartError(
        `port ${address.port} on ${address.host} is in use by another program, perhaps another relay: ` +
          "stop it, or choose another port with --tls-grpc-listener",
        options,
      );
    case "EACCES":
      return new StartError(
        `this user may not listen on ${where}: choose a port above 1023 with --tls-grpc-listener`,
        options,
      );
    case "EADDRNOTAVAIL":
      return new StartError(
        `${address.host} is no address of this machine: choose another with --tls-grpc-listener`,
        options,
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new StartError(
        `the name ${address.host} is not known on this machine: give an address with --tls-grpc-listener`,
        options,
      );
    default:
      return new StartError(`cannot listen on ${where}: ${error.message}`, options);
  }
}
