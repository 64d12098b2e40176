/**
 * The relay's end of tunnels: a WebSocket and its HELLO become a new exporter, or the next connection of one that is there.
 * Above: dispatch.ts hands in upgrades. Below: ws, exporter-session.ts, exporters.ts.
 * Specification: docs/tunnel-protocol.md, "Handshake", "Resuming" and "Life".
 */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import {
  CloseCode,
  closeReason,
  decodeHello,
  type ExporterIdentity,
  type Hello,
  MAX_MESSAGE_BYTES,
  TUNNEL_SUBPROTOCOL,
  type TunnelLimits,
  type TunnelLink,
  TunnelProtocolError,
  type TunnelStream,
} from "../proto/tunnel/index.ts";
import { addressGroup } from "./address.ts";
import type { AddressLimits } from "./address-limits.ts";
import { ExporterIds } from "./correlation.ts";
import { ExporterSession, endsTunnel, type SessionConnection } from "./exporter-session.ts";
import type { Exporters } from "./exporters.ts";
import { FailurePenalty } from "./failure-penalty.ts";
import { SHUTTING_DOWN } from "./gateway.ts";
import {
  HELLO_TIMEOUT_MS,
  LEAVING_GRACE_MS,
  MAX_HELLO_BYTES,
  MAX_UNGREETED_TUNNELS,
  PING_INTERVAL_MS,
  SHUTDOWN_GRACE_MS,
  TUNNEL_DEAD_MS,
} from "./limits.ts";
import type { Logger } from "./logging.ts";
import { type RelayMetrics, refusalOfClose } from "./metrics.ts";
import { sameSecret } from "./secret.ts";
import { visitTunnel } from "./tunnel-visit.ts";

export interface TunnelEndpointOptions {
  readonly exporters: Exporters;
  readonly log: Logger;
  readonly metrics?: RelayMetrics;
  /** This relay process, in its HELLO. */
  readonly instance: string;
  readonly attachToken: string | undefined;
  readonly limits?: Partial<TunnelLimits>;
  readonly addressLimits: Pick<AddressLimits, "tunnels" | "ungreeted" | "exporters">;
  /** A page has opened a stream to the relay itself. */
  onStream(stream: TunnelStream, exporter: ExporterSession): void;
  /** For tests that cannot wait so long. */
  readonly timing?: Partial<TunnelTiming>;
}

export interface TunnelTiming {
  readonly helloTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly deadMs: number;
}

const DEFAULT_TIMING: TunnelTiming = {
  helloTimeoutMs: HELLO_TIMEOUT_MS,
  pingIntervalMs: PING_INTERVAL_MS,
  deadMs: TUNNEL_DEAD_MS,
};

export class TunnelEndpoint {
  readonly #options: TunnelEndpointOptions;
  readonly #timing: TunnelTiming;
  readonly #connections = new Set<Connection>();
  readonly #sessions = new Set<ExporterSession>();
  readonly #ids = new ExporterIds();
  readonly #server: WebSocketServer;
  readonly #failures = new FailurePenalty();
  #leaving = false;
  #closed = false;

  constructor(options: TunnelEndpointOptions) {
    this.#options = options;
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    const serverOptions = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handleProtocols: (protocols: Set<string>) =>
        protocols.has(TUNNEL_SUBPROTOCOL) ? TUNNEL_SUBPROTOCOL : false,
      // A page that does not answer our close frame is cut then.
      closeTimeout: SHUTDOWN_GRACE_MS,
    };
    // Its types do not know closeTimeout yet.
    this.#server = new WebSocketServer(serverOptions);
  }

  /** WebSockets, and how many streams run in tunnels. */
  get stats(): { tunnels: number; streams: number } {
    let streams = 0;
    for (const session of this.#sessions) streams += session.streams;
    return { tunnels: this.#connections.size, streams };
  }

  /** Exporters whose page is away, and what is kept for pages that have not acknowledged it. */
  get waiting(): { exporters: number; replayBytes: number } {
    let exporters = 0;
    let replayBytes = 0;
    for (const session of this.#sessions) {
      if (session.awaySince !== undefined) exporters += 1;
      replayBytes += session.keptBytes;
    }
    return { exporters, replayBytes };
  }

  /** The request has been found to be allowed. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const from = request.socket.remoteAddress ?? "an unknown address";
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const { helloTimeoutMs } = this.#timing;
      const address = addressGroup(request.socket.remoteAddress);
      const visit = visitTunnel(this.#options.addressLimits, address);
      const connection = new Connection(webSocket, {
        helloTimeoutMs,
        log: this.#options.log,
        onClose: (code) => {
          const refusal = refusalOfClose(code);
          if (refusal !== undefined && !this.#closed) this.#options.metrics?.refused(refusal);
        },
        greet: (hello) => {
          visit.greeted();
          return this.#greet(hello, connection, from);
        },
      });
      if (webSocket.protocol !== TUNNEL_SUBPROTOCOL) {
        connection.close(CloseCode.protocolError, `ask for the subprotocol ${TUNNEL_SUBPROTOCOL}`);
      } else if (this.#closed) {
        connection.close(CloseCode.goingAway, SHUTTING_DOWN);
      } else if (visit.refusal !== undefined) {
        connection.close(CloseCode.limit, visit.refusal);
      } else if (this.#ungreeted >= MAX_UNGREETED_TUNNELS) {
        connection.close(CloseCode.limit, "too many pages are connecting at once: try again in a moment");
      }
      this.#connections.add(connection);
      webSocket.once("close", () => {
        visit.gone();
        this.#connections.delete(connection);
      });
    });
  }

  /** Tell pages that no more calls come, and let no new one in; those that are here go on, also over a new connection. */
  goAway(): void {
    this.#leaving = true;
    for (const session of this.#sessions) session.goAway(CloseCode.goingAway, SHUTTING_DOWN);
  }

  /** Close every tunnel; resolves when all WebSockets are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#leaving = true;
    for (const session of this.#sessions) session.close(CloseCode.goingAway, SHUTTING_DOWN);
    const gone = [...this.#connections].map((connection) => {
      connection.close(CloseCode.goingAway, SHUTTING_DOWN);
      return connection.gone;
    });
    await Promise.all(gone);
  }

  get #ungreeted(): number {
    let count = 0;
    for (const connection of this.#connections) if (connection.isStranger) count += 1;
    return count;
  }

  /** What a HELLO leads to: the session that it resumes or begins, or undefined when its page was refused. */
  #greet(hello: Hello, connection: Connection, from: string): Greeted | undefined {
    const { attachToken } = this.#options;
    if (attachToken !== undefined && !sameSecret(attachToken, hello.attachToken ?? "")) {
      this.#refuseToken(connection, from);
      return undefined;
    }
    const { exporter } = hello;
    if (exporter === undefined) {
      connection.close(CloseCode.protocolError, "HELLO does not say which exporter the page is");
      return undefined;
    }
    for (const session of this.#sessions) {
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
    return this.#attach({ ...hello, exporter }, connection, from);
  }

  /** The answer may be late, when there are many of one address; a right token never waits for it. */
  #refuseToken(connection: Connection, from: string): void {
    connection.ignore();
    const { logAs, forget } = this.#failures.failed(addressGroup(from), () =>
      connection.close(
        CloseCode.unauthorized,
        "the attach token is missing or wrong: open the address that the relay printed",
      ),
    );
    void connection.gone.then(forget);
    if (logAs === undefined) return;
    this.#options.log.warning("a page was refused: its attach token is missing or wrong", {
      address: from,
      ...(logAs > 1 && { times: logAs }),
    });
  }

  #resume(session: ExporterSession, hello: Hello, connection: Connection): Greeted {
    const { link, resumed } = session.connect(connection.transport, hello, hello.received);
    const { log, metrics } = this.#options;
    log.info("exporter back", { exporter: session.id, name: session.identity.name, ...resumed });
    metrics?.resumed(resumed);
    this.#options.exporters.moved();
    return { session, link };
  }

  #attach(
    hello: Hello & { exporter: ExporterIdentity },
    connection: Connection,
    from: string,
  ): Greeted | undefined {
    const { exporters, log, instance, limits = {} } = this.#options;
    const { pingIntervalMs, deadMs } = this.#timing;
    const id = this.#ids.next();
    const session = new ExporterSession({
      id,
      hello,
      from,
      instance,
      limits,
      pingIntervalMs,
      deadMs,
      log,
      onMoved: () => {
        log.info("exporter away", {
          exporter: id,
          name: session.identity.name,
          keptBytes: session.keptBytes,
        });
        exporters.moved();
      },
      onStream: (stream) => this.#options.onStream(stream, session),
    });
    const refusal = exporters.refusal(session);
    if (refusal !== undefined) {
      log.warning("an exporter was refused", { name: hello.exporter.name, reason: refusal.reason });
      connection.close(refusal.code, refusal.reason);
      return undefined;
    }
    const places = this.#options.addressLimits.exporters;
    const leave = places.enter(addressGroup(from), { replaces: exporters.isAttached(session.identity.uuid) });
    if (leave === undefined) {
      const reason = `your address has ${places.max} exporters, which is all it may have: stop one`;
      log.warning("an exporter was refused: --max-exporters-per-address allows more", {
        name: hello.exporter.name,
        address: from,
        exporters: places.max,
      });
      connection.close(CloseCode.limit, reason);
      return undefined;
    }
    this.#sessions.add(session);
    // HELLO goes first: a call that waits for this exporter opens its stream inside attach().
    const { link } = session.connect(connection.transport, hello, 0);
    const { name, uuid } = session.identity;
    log.info("exporter attached", { exporter: id, name, uuid, from });
    exporters.attach(session);
    void session.closed.then(({ code, reason }) => {
      leave();
      this.#sessions.delete(session);
      exporters.detach(session, { unfinished: code !== CloseCode.stopped });
      log.info("exporter detached", { exporter: id, name, uuid, code, reason });
    });
    return { session, link };
  }
}

interface Greeted {
  readonly session: ExporterSession;
  readonly link: TunnelLink;
}

interface ConnectionOptions {
  readonly helloTimeoutMs: number;
  readonly log: Logger;
  /** This side closes it, and no exporter was attached over it. */
  onClose(code: number): void;
  greet(hello: Hello): Greeted | undefined;
}

/** One WebSocket, from its upgrade to its end. */
class Connection {
  /** Resolves when the WebSocket is closed. */
  readonly gone: Promise<void>;
  readonly transport: SessionConnection;
  readonly #webSocket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #helloTimer: NodeJS.Timeout;
  #greeted: Greeted | undefined;
  #closing = false;
  #closed = false;

  constructor(webSocket: WebSocket, options: ConnectionOptions) {
    this.#webSocket = webSocket;
    this.#options = options;
    this.transport = {
      send: (message) => webSocket.send(message),
      get bufferedAmount() {
        return webSocket.bufferedAmount;
      },
      close: (code, reason) => this.close(code, reason),
      terminate: () => webSocket.terminate(),
    };
    this.gone = new Promise((resolve) => webSocket.once("close", () => resolve()));
    const { helloTimeoutMs } = options;
    this.#helloTimer = setTimeout(() => {
      const seconds = helloTimeoutMs / 1000;
      this.close(CloseCode.helloTimeout, `HELLO did not come within ${seconds} s: reload the page`);
    }, helloTimeoutMs);
    webSocket.on("message", (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    webSocket.once("close", (code, reason) => this.#lost(code, reason.toString()));
    // ws has closed with the right code by then; "close" follows.
    webSocket.on("error", (error) =>
      options.log.debug("a tunnel's WebSocket failed", { reason: error.message }),
    );
  }

  /** It has not said HELLO, and may still do so: one that is being refused takes nobody's place. */
  get isStranger(): boolean {
    return this.#greeted === undefined && !this.#closing;
  }

  /** Drop what comes from here on; it will be closed. */
  ignore(): void {
    this.#closing = true;
    clearTimeout(this.#helloTimer);
  }

  close(code: number, reason: string): void {
    if (!this.#closed && this.#greeted === undefined) this.#options.onClose(code);
    this.#closed = true;
    this.ignore();
    this.#webSocket.close(code, closeReason(reason));
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#closing) return;
    if (!isBinary) this.#refuse("messages of the tunnel are binary");
    else if (this.#greeted !== undefined) this.#greeted.link.receive(data);
    else this.#greet(data);
  }

  #greet(data: Buffer): void {
    clearTimeout(this.#helloTimer);
    if (data.length > MAX_HELLO_BYTES) {
      this.#refuse(`HELLO has ${data.length} bytes, ${MAX_HELLO_BYTES} are allowed`);
      return;
    }
    try {
      this.#greeted = this.#options.greet(decodeHello(data, "page"));
    } catch (error) {
      if (!(error instanceof TunnelProtocolError)) throw error;
      this.#refuse(error.message);
    }
  }

  #refuse(sentence: string): void {
    const { session } = this.#greeted ?? {};
    if (session === undefined) this.close(CloseCode.protocolError, sentence);
    else session.close(CloseCode.protocolError, sentence);
  }

  #lost(code: number, reason: string): void {
    clearTimeout(this.#helloTimer);
    if (this.#greeted === undefined) return;
    const { session, link } = this.#greeted;
    if (endsTunnel(code) && !this.#closing) {
      session.closedByPage(code, `the page has ended its connection${reason === "" ? "" : `: ${reason}`}`);
    } else if (code === CloseCode.goingAway) {
      // The browser says so for a page that is closed or reloaded, and for one that it has thawed: that one dials at once.
      session.lost(link, this.transport, {
        why: "the page was closed or reloaded",
        graceMs: LEAVING_GRACE_MS,
      });
    } else {
      session.lost(link, this.transport);
    }
  }
}
