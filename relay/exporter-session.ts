/**
 * One attached exporter on the relay: its tunnel, which outlives its connections, and the watch over the one it has now.
 * Above: tunnel-endpoint.ts makes it of a HELLO and hands it connections. Below: proto/tunnel.
 * Specification: docs/tunnel-protocol.md, "Resuming" and "Life".
 */

import { randomUUID } from "node:crypto";
import {
  CloseCode,
  type ExporterIdentity,
  encodeHello,
  type Hello,
  type LostOptions,
  type RequestHead,
  resumes,
  Tunnel,
  type TunnelLimits,
  type TunnelLink,
  type TunnelStream,
  type TunnelTransport,
} from "../proto/tunnel/index.ts";
import { afterTimeout } from "./after-timeout.ts";
import type { AttachedExporter, ExporterTunnel } from "./exporters.ts";
import { LIVENESS_LOOK_MS } from "./limits.ts";
import type { Logger } from "./logging.ts";

export interface SessionOptions {
  /** Its short name in logs. */
  readonly id: string;
  readonly hello: Hello & { readonly exporter: ExporterIdentity };
  /** Where the page dials from: a network address. */
  readonly from: string;
  /** This relay process. */
  readonly instance: string;
  readonly limits: Partial<TunnelLimits>;
  readonly pingIntervalMs: number;
  readonly deadMs: number;
  readonly log: Logger;
  /** Its page has gone, or has come back. */
  onMoved(): void;
  /** Its page has opened a stream to the relay itself. */
  onStream(stream: TunnelStream): void;
}

/** What a session needs of a WebSocket. */
export interface SessionConnection extends TunnelTransport {
  /** End it without another word to the peer. */
  terminate(): void;
}

/** How a page came back: for logs and counters. */
export interface Resumed {
  readonly awayMs: number;
  readonly messages: number;
  readonly bytes: number;
}

export class ExporterSession implements AttachedExporter, ExporterTunnel {
  readonly id: string;
  readonly identity: ExporterIdentity;
  readonly instance: string;
  readonly takeOver: boolean;
  readonly from: string;
  /** Milliseconds since 1970. */
  readonly attachedAt = Date.now();
  readonly #options: SessionOptions;
  /** Known to this relay and this page only: whoever says it is that page. */
  readonly #name = randomUUID();
  readonly #tunnel: Tunnel;
  #awaySince: number | undefined;
  /** Which of its page's connections the newest one is. */
  #dial = 0;
  #connection: SessionConnection | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(options: SessionOptions) {
    const { hello, from, limits } = options;
    this.#options = options;
    this.id = options.id;
    this.identity = hello.exporter;
    this.instance = hello.instance;
    this.takeOver = hello.takeOver ?? false;
    this.from = from;
    this.#tunnel = new Tunnel({
      role: "relay",
      schedule: setImmediate,
      after: afterTimeout,
      limits,
      onStream: (stream) => options.onStream(stream),
    });
    // However it ends: by the page, by the relay, by a mistake in its protocol.
    void this.#tunnel.closed.then(() => this.#stopWatching?.());
  }

  get tunnel(): ExporterTunnel {
    return this;
  }

  get awaySince(): number | undefined {
    return this.#awaySince;
  }

  get streams(): number {
    return this.#tunnel.stats.streams;
  }

  get keptBytes(): number {
    return this.#tunnel.stats.keptBytes;
  }

  /** Resolves when the tunnel is over; `reason` is what its streams were told. */
  get closed(): Tunnel["closed"] {
    return this.#tunnel.closed;
  }

  open(request: RequestHead, options?: { end?: boolean }): TunnelStream {
    return this.#tunnel.open(request, options);
  }

  close(code: number, reason: string): void {
    this.#tunnel.close(code, reason);
  }

  goAway(code: number, text: string): void {
    this.#tunnel.goAway(code, text);
  }

  /** The page has ended the tunnel with a close code of its own. */
  closedByPage(code: number, reason: string): void {
    this.#tunnel.closedByPeer(code, reason);
  }

  /** Whether this HELLO is of the page that this session is with, and older than the connection that it has: late on its way. */
  isOutdated({ instance, dial = 0 }: Hello): boolean {
    return instance === this.instance && dial <= this.#dial;
  }

  /** Whether this HELLO is of the page that this session is with, and can go on where both are. */
  resumes(hello: Hello): boolean {
    const { exporter, instance } = hello;
    return (
      instance === this.instance &&
      exporter?.uuid === this.identity.uuid &&
      exporter.passphraseHash === this.identity.passphraseHash &&
      resumes(this.#name, this.#tunnel, hello)
    );
  }

  /**
   * Answer the page's HELLO on a new connection and go on over it; an older connection is closed.
   *
   * @param received What the page has of this tunnel: 0 for a new one.
   */
  connect(
    connection: SessionConnection,
    hello: Pick<Hello, "windows" | "dial">,
    received: number,
  ): { link: TunnelLink; resumed: Resumed } {
    const { instance, limits } = this.#options;
    const old = this.#connection;
    this.#stopWatching?.();
    const awayMs = this.#awaySince === undefined ? 0 : Date.now() - this.#awaySince;
    this.#awaySince = undefined;
    this.#connection = connection;
    this.#dial = hello.dial ?? 0;
    // HELLO goes first: everything else counts from it.
    connection.send(
      encodeHello({ role: "relay", instance, tunnel: this.#name, received: this.#tunnel.received }, limits),
    );
    const link = this.#tunnel.connect(connection, { windows: hello.windows, received });
    // Its page dials anew because the old one is dead: no closing handshake will come.
    old?.terminate();
    this.#watch(link, connection);
    return { link, resumed: { awayMs, ...link.replayed } };
  }

  /** The connection is gone; the page may come back within the grace time. */
  lost(link: TunnelLink, connection: SessionConnection, options?: LostOptions): void {
    if (this.#connection !== connection || this.#tunnel.isOver) return;
    this.#stopWatching?.();
    this.#connection = undefined;
    this.#awaySince = Date.now();
    link.lost(options);
    this.#options.onMoved();
  }

  /** Ask for a sign of life now and then, and let go of a connection that gives none. */
  #watch(link: TunnelLink, connection: SessionConnection): void {
    const { pingIntervalMs, deadMs, log } = this.#options;
    let heard = this.#tunnel.received;
    let heardAt = performance.now();
    let pingedAt = heardAt;
    const timer = setInterval(
      () => {
        const { received } = this.#tunnel;
        const now = performance.now();
        if (received !== heard) heardAt = now;
        heard = received;
        if (now - heardAt >= deadMs) {
          const reason = `the page has not answered for ${deadMs / 1000} s (its tab is frozen or its computer asleep)`;
          log.warning(reason, { name: this.identity.name });
          this.lost(link, connection, { why: reason });
          connection.terminate();
        } else if (now - pingedAt >= pingIntervalMs) {
          pingedAt = now;
          this.#tunnel.ping();
        }
      },
      Math.min(LIVENESS_LOOK_MS, pingIntervalMs),
    );
    this.#stopWatching = () => clearInterval(timer);
  }
}

/** Whether a WebSocket's close code ends the tunnel: the peer has said something, and not only been cut off. */
export function endsTunnel(code: number): boolean {
  if (code === CloseCode.abandoned) return false;
  return code === CloseCode.stopped || code === CloseCode.tooBig || code >= 4000;
}
