/**
 * The relay's end of tunnels: a WebSocket and its HELLO become a new exporter, or the next connection of one that is there.
 * Above: dispatch.ts hands in upgrades. Below: tunnel-door.ts, exporter-session.ts, exporters.ts.
 * Specification: docs/tunnel-protocol.md, "Handshake", "Resuming" and "Life".
 */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  CloseCode,
  type ExporterIdentity,
  type Hello,
  TUNNEL_SUBPROTOCOL,
  type TunnelLimits,
  type TunnelStream,
} from "../proto/tunnel/index.ts";
import type { AddressLimits } from "./address-limits.ts";
import { ExporterIds } from "./correlation.ts";
import { ExporterSession } from "./exporter-session.ts";
import type { Exporters } from "./exporters.ts";
import { FailurePenalty } from "./failure-penalty.ts";
import { SHUTTING_DOWN } from "./gateway.ts";
import { HELLO_TIMEOUT_MS, PING_INTERVAL_MS, TUNNEL_DEAD_MS } from "./limits.ts";
import type { Logger } from "./logging.ts";
import { type RelayMetrics, refusalOfClose } from "./metrics.ts";
import { sameSecret } from "./secret.ts";
import type { Greeted, TunnelConnection } from "./tunnel-connection.ts";
import { TunnelDoor, type Visitor } from "./tunnel-door.ts";

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

export const DEFAULT_TIMING: TunnelTiming = {
  helloTimeoutMs: HELLO_TIMEOUT_MS,
  pingIntervalMs: PING_INTERVAL_MS,
  deadMs: TUNNEL_DEAD_MS,
};

export class TunnelEndpoint {
  readonly #options: TunnelEndpointOptions;
  readonly #timing: TunnelTiming;
  readonly #door: TunnelDoor;
  readonly #sessions = new Set<ExporterSession>();
  readonly #ids = new ExporterIds();
  readonly #failures = new FailurePenalty();
  #leaving = false;

  constructor(options: TunnelEndpointOptions) {
    this.#options = options;
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    this.#door = new TunnelDoor({
      subprotocol: TUNNEL_SUBPROTOCOL,
      places: options.addressLimits,
      helloTimeoutMs: this.#timing.helloTimeoutMs,
      log: options.log,
      onRefused: (code) => {
        const refusal = refusalOfClose(code);
        if (refusal !== undefined) options.metrics?.refused(refusal);
      },
      greet: (hello, connection, visitor) => this.#greet(hello, connection, visitor),
    });
  }

  /** WebSockets, and how many streams run in tunnels. */
  get stats(): { tunnels: number; streams: number } {
    let streams = 0;
    for (const session of this.#sessions) streams += session.streams;
    return { tunnels: this.#door.connections, streams };
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
    this.#door.upgrade(request, socket, head);
  }

  /** Tell pages that no more calls come, and let no new one in; those that are here go on, also over a new connection. */
  goAway(): void {
    this.#leaving = true;
    for (const session of this.#sessions) session.goAway(CloseCode.goingAway, SHUTTING_DOWN);
  }

  /** Close every tunnel; resolves when all WebSockets are gone. */
  async close(): Promise<void> {
    this.#leaving = true;
    for (const session of this.#sessions) session.close(CloseCode.goingAway, SHUTTING_DOWN);
    await this.#door.close();
  }

  /** What a HELLO leads to: the session that it resumes or begins, or undefined when its page was refused. */
  #greet(hello: Hello, connection: TunnelConnection, visitor: Visitor): Greeted | undefined {
    const { attachToken } = this.#options;
    if (attachToken !== undefined && !sameSecret(attachToken, hello.attachToken ?? "")) {
      this.#refuseToken(connection, visitor);
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
    return this.#attach({ ...hello, exporter }, connection, visitor);
  }

  /** The answer may be late, when there are many of one address; a right token never waits for it. */
  #refuseToken(connection: TunnelConnection, { from, address }: Visitor): void {
    connection.ignore();
    const { logAs, forget } = this.#failures.failed(address, () =>
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

  #resume(session: ExporterSession, hello: Hello, connection: TunnelConnection): Greeted {
    const { link, resumed } = session.connect(connection.transport, hello, hello.received);
    const { log, metrics } = this.#options;
    log.info("exporter back", { exporter: session.id, name: session.identity.name, ...resumed });
    metrics?.resumed(resumed);
    this.#options.exporters.moved();
    return { session, link };
  }

  #attach(
    hello: Hello & { exporter: ExporterIdentity },
    connection: TunnelConnection,
    { from, address }: Visitor,
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
      onSilent: (reason) => log.warning(reason, { name: session.identity.name }),
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
    const leave = places.enter(address, { replaces: exporters.isAttached(session.identity.uuid) });
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
