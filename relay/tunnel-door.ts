/**
 * Where WebSockets of one kind come in: upgraded, counted for their address and in all, and closed together at the end.
 * Above: tunnel-endpoint.ts for pages that are exporters, client-tunnels.ts for those that are clients. Below: ws, tunnel-connection.ts.
 * Specification: docs/tunnel-protocol.md, "Transport" and "Handshake".
 */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { CloseCode, type Hello, MAX_MESSAGE_BYTES } from "../proto/tunnel/index.ts";
import { addressGroup } from "./address.ts";
import type { AddressLimits } from "./address-limits.ts";
import { SHUTTING_DOWN } from "./gateway.ts";
import { MAX_UNGREETED_TUNNELS, SHUTDOWN_GRACE_MS } from "./limits.ts";
import type { Logger } from "./logging.ts";
import { type Greeted, TunnelConnection } from "./tunnel-connection.ts";
import { visitTunnel } from "./tunnel-visit.ts";

/** Where a WebSocket comes from. */
export interface Visitor {
  /** Its network address, for people. */
  readonly from: string;
  /** As limits count by it. */
  readonly address: string;
  /** The Host that it asked for. */
  readonly authority: string;
}

export interface TunnelDoorOptions {
  readonly subprotocol: string;
  readonly places: Pick<AddressLimits, "tunnels" | "ungreeted">;
  readonly helloTimeoutMs: number;
  readonly log: Logger;
  /** This side has closed one that never was a session's. */
  onRefused(code: number): void;
  /** What a HELLO leads to. Undefined: its connection was closed, will be, or is welcomed later. */
  greet(hello: Hello, connection: TunnelConnection, visitor: Visitor): Greeted | undefined;
}

export class TunnelDoor {
  readonly #options: TunnelDoorOptions;
  readonly #connections = new Set<TunnelConnection>();
  readonly #server: WebSocketServer;
  #closed = false;

  constructor(options: TunnelDoorOptions) {
    this.#options = options;
    const { subprotocol } = options;
    const serverOptions = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handleProtocols: (protocols: Set<string>) => (protocols.has(subprotocol) ? subprotocol : false),
      // A page that does not answer our close frame is cut then.
      closeTimeout: SHUTDOWN_GRACE_MS,
    };
    // Its types do not know closeTimeout yet.
    this.#server = new WebSocketServer(serverOptions);
  }

  /** Open WebSockets. */
  get connections(): number {
    return this.#connections.size;
  }

  /** The request has been found to be allowed. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { subprotocol, places, helloTimeoutMs, log } = this.#options;
    const visitor: Visitor = {
      from: request.socket.remoteAddress ?? "an unknown address",
      address: addressGroup(request.socket.remoteAddress),
      authority: request.headers.host ?? "",
    };
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const visit = visitTunnel(places, visitor.address);
      const connection = new TunnelConnection(webSocket, {
        helloTimeoutMs,
        log,
        onClose: (code) => {
          if (!this.#closed) this.#options.onRefused(code);
        },
        greet: (hello) => {
          visit.greeted();
          return this.#options.greet(hello, connection, visitor);
        },
      });
      if (webSocket.protocol !== subprotocol) {
        connection.close(CloseCode.protocolError, `ask for the subprotocol ${subprotocol}`);
      } else if (this.#closed) {
        connection.close(CloseCode.goingAway, SHUTTING_DOWN);
      } else if (visit.refusal !== undefined) {
        connection.close(CloseCode.limit, visit.refusal);
      } else if (this.#strangers >= MAX_UNGREETED_TUNNELS) {
        connection.close(CloseCode.limit, "too many pages are connecting at once: try again in a moment");
      }
      this.#connections.add(connection);
      webSocket.once("close", () => {
        visit.gone();
        this.#connections.delete(connection);
      });
    });
  }

  /** Close every WebSocket; resolves when all are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const gone = [...this.#connections].map((connection) => {
      connection.close(CloseCode.goingAway, SHUTTING_DOWN);
      return connection.gone;
    });
    await Promise.all(gone);
  }

  get #strangers(): number {
    let count = 0;
    for (const connection of this.#connections) if (connection.isStranger) count += 1;
    return count;
  }
}
