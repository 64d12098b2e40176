/**
 * Clients that are pages: a WebSocket and its HELLO, with what opens an exporter, become a tunnel in which the page opens its calls.
 * Above: dispatch.ts hands in upgrades, relay.ts takes the calls. Below: tunnel-door.ts, client-session.ts, tunnel-exchange.ts.
 * Specification: docs/tunnel-protocol.md, "Clients".
 *
 * The HELLO's secret is checked here so that a wrong one is told at once; what it opens is looked up again for each call.
 */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { CLIENT_TUNNEL_SUBPROTOCOL } from "../proto/client-tunnel.ts";
import { CloseCode, type Hello, type TunnelLimits, type TunnelStream } from "../proto/tunnel/index.ts";
import type { AddressLimits } from "./address-limits.ts";
import { afterTimeout } from "./after-timeout.ts";
import type { ClientNames } from "./client-names.ts";
import { ClientSession } from "./client-session.ts";
import type { Exporters } from "./exporters.ts";
import type { FailurePenalty } from "./failure-penalty.ts";
import { INVALID_PASSPHRASE, SHUTTING_DOWN } from "./gateway.ts";
import {
  CLIENT_REPLAY_BYTES,
  CLIENT_RESET_BURST,
  CLIENT_RESETS_PER_SECOND,
  CLIENT_STREAM_WINDOW_BYTES,
  CLIENT_WINDOW_BYTES,
  MAX_CLIENT_STREAMS,
  MAX_CLIENT_TUNNELS,
} from "./limits.ts";
import type { Logger } from "./logging.ts";
import { type RelayMetrics, refusalOfClose } from "./metrics.ts";
import { ResetBudget } from "./reset-budget.ts";
import type { Greeted, TunnelConnection } from "./tunnel-connection.ts";
import { TunnelDoor, type Visitor } from "./tunnel-door.ts";
import { DEFAULT_TIMING, type TunnelTiming } from "./tunnel-endpoint.ts";
import { TunnelExchange } from "./tunnel-exchange.ts";

export interface ClientTunnelsOptions {
  readonly exporters: Pick<Exporters, "find">;
  readonly log: Logger;
  readonly metrics?: RelayMetrics;
  /** This relay process, in its HELLO. */
  readonly instance: string;
  readonly clients: ClientNames;
  /** Counts wrong passphrases, together with those of calls. */
  readonly failures: FailurePenalty;
  readonly addressLimits: Pick<AddressLimits, "clientTunnels" | "clientWebSockets" | "clientsUngreeted">;
  /** For how long from now what looks wrong may still be right: exporters of a relay that was restarted are on their way. */
  readonly returningMs: () => number;
  /** A client has opened a stream. */
  onExchange(exchange: TunnelExchange): void;
  // For tests that cannot wait so long, or fill so much.
  readonly timing?: Partial<ClientTunnelTiming>;
  readonly limits?: Partial<TunnelLimits>;
}

export interface ClientTunnelTiming extends TunnelTiming {
  /** Calls of a tunnel that are given up at once, and for each second after that. */
  readonly clientResetBurst: number;
  readonly clientResetsPerSecond: number;
}

const CLIENT_TIMING: ClientTunnelTiming = {
  ...DEFAULT_TIMING,
  clientResetBurst: CLIENT_RESET_BURST,
  clientResetsPerSecond: CLIENT_RESETS_PER_SECOND,
};

const LIMITS: Partial<TunnelLimits> = {
  streamWindowBytes: CLIENT_STREAM_WINDOW_BYTES,
  maxStreams: MAX_CLIENT_STREAMS,
  replayBytes: CLIENT_REPLAY_BYTES,
};

export class ClientTunnels {
  readonly #options: ClientTunnelsOptions;
  readonly #timing: ClientTunnelTiming;
  readonly #door: TunnelDoor;
  /** With what gives each one's place back. */
  readonly #sessions = new Map<ClientSession, () => void>();
  #leaving = false;

  constructor(options: ClientTunnelsOptions) {
    this.#options = options;
    this.#timing = { ...CLIENT_TIMING, ...options.timing };
    const { clientWebSockets: tunnels, clientsUngreeted: ungreeted } = options.addressLimits;
    this.#door = new TunnelDoor({
      subprotocol: CLIENT_TUNNEL_SUBPROTOCOL,
      places: { tunnels, ungreeted },
      helloTimeoutMs: this.#timing.helloTimeoutMs,
      log: options.log,
      onRefused: (code) => {
        const reason = code === CloseCode.unauthorized ? "passphrase" : refusalOfClose(code);
        if (reason !== undefined) options.metrics?.refused(reason);
      },
      greet: (hello, connection, visitor) => this.#greet(hello, connection, visitor),
    });
  }

  /** WebSockets, and how many streams run in these tunnels. */
  get stats(): { clientTunnels: number; clientStreams: number } {
    let clientStreams = 0;
    for (const session of this.#sessions.keys()) clientStreams += session.streams;
    return { clientTunnels: this.#door.connections, clientStreams };
  }

  /** What is kept for pages that have not acknowledged it. */
  get replayBytes(): number {
    let bytes = 0;
    for (const session of this.#sessions.keys()) bytes += session.keptBytes;
    return bytes;
  }

  /** The request has been found to be allowed. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#door.upgrade(request, socket, head);
  }

  /** Tell clients to open no more calls, and let no new one in; those that are here go on, also over a new connection. */
  goAway(): void {
    this.#leaving = true;
    for (const session of this.#sessions.keys()) session.goAway(CloseCode.goingAway, SHUTTING_DOWN);
  }

  /** Close every tunnel; resolves when all WebSockets are gone. */
  async close(): Promise<void> {
    this.#leaving = true;
    for (const session of this.#sessions.keys()) session.close(CloseCode.goingAway, SHUTTING_DOWN);
    await this.#door.close();
  }

  #greet(hello: Hello, connection: TunnelConnection, visitor: Visitor): Greeted | undefined {
    if (hello.exporter !== undefined) {
      connection.close(CloseCode.protocolError, "a client's HELLO names no exporter: exporters dial /tunnel");
      return undefined;
    }
    // As the bytes of a header would come: exporters.ts hashes those.
    const presented =
      hello.passphrase === undefined ? undefined : Buffer.from(hello.passphrase).toString("latin1");
    if (this.#options.exporters.find(presented).kind !== "unauthenticated") {
      return this.#enter(hello, presented, connection, visitor);
    }
    const returningMs = this.#options.returningMs();
    if (returningMs > 0) this.#askAgain(returningMs, { hello, presented, connection, visitor });
    else this.#refuse(connection, visitor);
    return undefined;
  }

  /** The relay has just been started, and does not know yet whom it is about to know again. */
  #askAgain(
    ms: number,
    {
      hello,
      presented,
      connection,
      visitor,
    }: {
      hello: Hello;
      presented: string | undefined;
      connection: TunnelConnection;
      visitor: Visitor;
    },
  ): void {
    const stop = afterTimeout(ms, () => {
      if (!connection.isStranger) return;
      if (this.#options.exporters.find(presented).kind === "unauthenticated") {
        this.#refuse(connection, visitor);
        return;
      }
      const greeted = this.#enter(hello, presented, connection, visitor);
      if (greeted !== undefined) connection.welcome(greeted);
    });
    void connection.gone.then(stop);
  }

  /** The answer may be late, when there are many of one address; a right passphrase never waits for it. */
  #refuse(connection: TunnelConnection, { address }: Visitor): void {
    connection.ignore();
    const { logAs, forget } = this.#options.failures.failed(address, () =>
      connection.close(CloseCode.unauthorized, INVALID_PASSPHRASE),
    );
    void connection.gone.then(forget);
    if (logAs === undefined) return;
    this.#options.log.warning(`authentication failed: ${INVALID_PASSPHRASE} of a client's tunnel`, {
      address,
      ...(logAs > 1 && { times: logAs }),
    });
  }

  /** What it presents is right: it goes on with its tunnel, or begins one. */
  #enter(
    hello: Hello,
    presented: string | undefined,
    connection: TunnelConnection,
    visitor: Visitor,
  ): Greeted | undefined {
    for (const session of this.#sessions.keys()) {
      if (!session.isOf(hello, presented)) continue;
      if (session.isOutdated(hello)) {
        connection.close(CloseCode.replaced, "a newer connection of this page is there already");
        return undefined;
      }
      if (session.resumes(hello)) return this.#resume(session, hello, connection);
    }
    if (this.#leaving) {
      connection.close(CloseCode.goingAway, SHUTTING_DOWN);
      return undefined;
    }
    return this.#begin(hello, presented, connection, visitor);
  }

  #resume(session: ClientSession, hello: Hello, connection: TunnelConnection): Greeted {
    const { link, resumed } = session.connect(connection.transport, hello, hello.received);
    this.#options.log.info("client tunnel back", { client: session.client.name, ...resumed });
    this.#options.metrics?.resumed(resumed);
    return { session, link };
  }

  #begin(
    hello: Hello,
    presented: string | undefined,
    connection: TunnelConnection,
    { address, authority }: Visitor,
  ): Greeted | undefined {
    const { log, instance, limits, clients, addressLimits } = this.#options;
    const { pingIntervalMs, deadMs } = this.#timing;
    const { clientTunnels: places } = addressLimits;
    const isFull = (): boolean => this.#sessions.size >= MAX_CLIENT_TUNNELS;
    if (isFull()) this.#makeRoom(() => true);
    const full = isFull();
    const leave = full ? undefined : this.#placeOf(address);
    if (leave === undefined) {
      const reason = full
        ? `${MAX_CLIENT_TUNNELS} pages of clients are connected, which is all there may be: try again later`
        : `your address has ${places.max} pages of clients, which is all it may have: close one`;
      log.warning("a client's tunnel was refused: there are too many", {
        address,
        tunnels: this.#sessions.size,
      });
      connection.close(CloseCode.limit, reason);
      return undefined;
    }
    // Nothing but this tunnel has the name, and it has it for as long as it lives.
    const client = clients.of(connection, () => address);
    const { clientResetBurst, clientResetsPerSecond } = this.#timing;
    const resets = new ResetBudget({ burst: clientResetBurst, perSecond: clientResetsPerSecond });
    const onReset = (): void => {
      if (!resets.spend()) session.close(CloseCode.limit, "too many calls are given up at once: slow down");
    };
    const session = new ClientSession({
      hello,
      presented,
      client,
      instance,
      limits: { ...LIMITS, ...limits },
      maxWindowBytes: CLIENT_WINDOW_BYTES,
      pingIntervalMs,
      deadMs,
      onMoved: () => log.info("client tunnel away", { client: client.name, keptBytes: session.keptBytes }),
      onSilent: (reason) => log.warning(reason, { client: client.name }),
      onStream: (stream: TunnelStream) =>
        this.#options.onExchange(new TunnelExchange(stream, { client, authority, presented, onReset })),
    });
    this.#sessions.set(session, leave);
    const { link } = session.connect(connection.transport, hello, 0);
    log.info("client tunnel open", { client: client.name });
    void session.closed.then(({ code, reason }) => {
      this.#forget(session);
      log.info("client tunnel closed", { client: client.name, code, reason });
    });
    return { session, link };
  }

  #placeOf(address: string): (() => void) | undefined {
    const { clientTunnels: places } = this.#options.addressLimits;
    const leave = places.enter(address);
    if (leave !== undefined) return leave;
    this.#makeRoom((session) => session.client.address === address);
    return places.enter(address);
  }

  /** One that opens nothing gives its place up: it came while no exporter was there to tell, or its link is known no more. */
  #makeRoom(among: (session: ClientSession) => boolean): void {
    for (const session of this.#sessions.keys()) {
      if (!among(session) || this.#options.exporters.find(session.presented).kind !== "unauthenticated")
        continue;
      this.#forget(session);
      session.close(CloseCode.unauthorized, INVALID_PASSPHRASE);
      return;
    }
  }

  #forget(session: ClientSession): void {
    this.#sessions.get(session)?.();
    this.#sessions.delete(session);
  }
}
