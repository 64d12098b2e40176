/**
 * One tunnel on the relay, with an exporter's page or with a client's: it outlives its connections, and watches over the one it has now.
 * Above: exporter-session.ts and client-session.ts, which their endpoints make of a HELLO and hand connections. Below: proto/tunnel.
 * Specification: docs/tunnel-protocol.md, "Resuming" and "Life".
 */

import { randomUUID } from "node:crypto";
import {
  CloseCode,
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
import { LIVENESS_LOOK_MS } from "./limits.ts";

export interface TunnelSessionOptions {
  readonly hello: Pick<Hello, "instance">;
  /** This relay process. */
  readonly instance: string;
  readonly limits: Partial<TunnelLimits>;
  /** Of the peer's windows no more than this is used; undefined: all. */
  readonly maxWindowBytes?: number;
  readonly pingIntervalMs: number;
  readonly deadMs: number;
  /** Its page has gone, and may come back. */
  onMoved(): void;
  /** Its page gives no sign of life; `onMoved` follows. */
  onSilent(reason: string): void;
  /** Its page has opened a stream. */
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

export class TunnelSession {
  /** The page load that it is with. */
  readonly instance: string;
  readonly #options: TunnelSessionOptions;
  /** Known to this relay and this page only: whoever says it is that page. */
  readonly #name = randomUUID();
  readonly #tunnel: Tunnel;
  #awaySince: number | undefined;
  /** Which of its page's connections the newest one is. */
  #dial = 0;
  #connection: SessionConnection | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(options: TunnelSessionOptions) {
    this.#options = options;
    this.instance = options.hello.instance;
    this.#tunnel = new Tunnel({
      role: "relay",
      schedule: setImmediate,
      after: afterTimeout,
      limits: options.limits,
      onStream: (stream) => options.onStream(stream),
    });
    // However it ends: by the page, by the relay, by a mistake in its protocol.
    void this.#tunnel.closed.then(() => this.#stopWatching?.());
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
    return hello.instance === this.instance && resumes(this.#name, this.#tunnel, hello);
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
    const { instance, limits, maxWindowBytes = Number.POSITIVE_INFINITY } = this.#options;
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
    const windows = {
      stream: Math.min(hello.windows.stream, maxWindowBytes),
      connection: Math.min(hello.windows.connection, maxWindowBytes),
    };
    const link = this.#tunnel.connect(connection, { windows, received });
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
    const { pingIntervalMs, deadMs } = this.#options;
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
          this.#options.onSilent(reason);
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
