/**
 * Two tunnels back to back over connections that a test holds in its hand: nothing moves until it says so.
 * Above: tests of proto/tunnel, relay and web/tunnel. Below: tunnel.ts.
 */

import { DEFAULT_TUNNEL_LIMITS, type TunnelLimits } from "../limits.ts";
import { Tunnel, type TunnelLink, type TunnelOptions } from "../tunnel.ts";
import type { TunnelRole, TunnelStream, TunnelTransport } from "../types.ts";

class Wire implements TunnelTransport {
  readonly messages: Uint8Array[] = [];
  closed: { code: number; reason: string } | undefined;
  bufferedAmount = 0;
  bytesSent = 0;

  send(message: Uint8Array<ArrayBuffer>): void {
    // Like any transport, it has the bytes of the moment: the sender may use its memory again after the ACK.
    this.messages.push(message.slice());
    this.bytesSent += message.length;
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }
}

/** Timers that a test fires. */
export class Timers {
  readonly #due = new Set<{ at: number; run: () => void }>();
  now = 0;

  readonly after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.now + ms, run };
    this.#due.add(timer);
    return () => this.#due.delete(timer);
  };

  get size(): number {
    return this.#due.size;
  }

  advance(ms: number): void {
    this.now += ms;
    for (const timer of [...this.#due]) {
      if (timer.at > this.now) continue;
      this.#due.delete(timer);
      timer.run();
    }
  }
}

export interface PairOptions {
  readonly relay?: Partial<TunnelLimits>;
  readonly page?: Partial<TunnelLimits>;
  /** What the relay does with a stream of the page; none is expected. */
  readonly onRelayStream?: (stream: TunnelStream) => void;
}

export class TunnelPair {
  readonly relay: Tunnel;
  readonly page: Tunnel;
  readonly timers = new Timers();
  relayWire = new Wire();
  pageWire = new Wire();
  relayLink: TunnelLink;
  pageLink: TunnelLink;
  /** Streams that the page was asked to answer. */
  readonly accepted: TunnelStream[] = [];
  readonly #options: PairOptions;
  #flushes: (() => void)[] = [];

  constructor(options: PairOptions = {}) {
    this.#options = options;
    const create = (role: TunnelRole, rest: Pick<TunnelOptions, "onStream" | "onGoaway">): Tunnel =>
      new Tunnel({
        role,
        schedule: (flush) => {
          this.#flushes.push(flush);
        },
        after: this.timers.after,
        ...(options[role] === undefined ? {} : { limits: options[role] }),
        ...rest,
      });
    this.relay = create("relay", {
      onStream:
        options.onRelayStream ??
        (() => {
          throw new Error("this page opens no streams");
        }),
    });
    this.page = create("page", { onStream: (stream) => this.accepted.push(stream) });
    [this.relayLink, this.pageLink] = this.connect();
  }

  /** A new connection, from where both sides are. */
  connect(): [relay: TunnelLink, page: TunnelLink] {
    this.relayWire = new Wire();
    this.pageWire = new Wire();
    const { received } = this.relay;
    this.relayLink = this.relay.connect(this.relayWire, {
      received: this.page.received,
      windows: windowsOf(this.#options.page),
    });
    this.pageLink = this.page.connect(this.pageWire, { received, windows: windowsOf(this.#options.relay) });
    return [this.relayLink, this.pageLink];
  }

  /** Break the connection; what is on its way is gone. */
  cut(): void {
    this.relayWire.messages.length = 0;
    this.pageWire.messages.length = 0;
    this.relayLink.lost();
    this.pageLink.lost();
  }

  /** Run the flushes that are due. */
  flush(): void {
    const due = this.#flushes;
    this.#flushes = [];
    for (const flush of due) flush();
  }

  /** Hand over one message each way, if there is one; says whether anything moved. */
  step(): boolean {
    this.flush();
    const toPage = this.relayWire.messages.shift();
    const toRelay = this.pageWire.messages.shift();
    if (toPage !== undefined) this.pageLink.receive(toPage);
    if (toRelay !== undefined) this.relayLink.receive(toRelay);
    return toPage !== undefined || toRelay !== undefined || this.#flushes.length > 0;
  }

  /** Move messages until none is left. Promises that this settles run only after an await. */
  settle(): void {
    while (this.step()) {
      // until nothing moves
    }
  }

  /** Settle, and let consumers run, until both are quiet. */
  async quiet(rounds = 20): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      this.settle();
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    }
  }
}

function windowsOf(limits: Partial<TunnelLimits> = {}): { stream: number; connection: number } {
  const { streamWindowBytes, connectionWindowBytes } = { ...DEFAULT_TUNNEL_LIMITS, ...limits };
  return { stream: streamWindowBytes, connection: connectionWindowBytes };
}
