/**
 * A page and a relay over a network that loses, delays and cuts, all of it decided by a test: nothing happens by itself.
 * HELLO goes over it like any other message, and an old connection may still deliver when a newer one is there.
 * Above: resume.model.test.ts. Below: tunnel.ts, dialling-end.ts.
 */

import { DiallingEnd, type Position, resumes } from "../dialling-end.ts";
import { decodeHello, encodeHello } from "../handshake.ts";
import type { TunnelLimits } from "../limits.ts";
import { TunnelProtocolError } from "../protocol-error.ts";
import { Tunnel, type TunnelLink } from "../tunnel.ts";
import type { TunnelRole, TunnelStream, TunnelTransport } from "../types.ts";
import { Timers } from "./pair.ts";

type Side = "page" | "relay";

/** One WebSocket: what each side has sent on it and the other has not seen. */
class Connection {
  readonly toRelay: Uint8Array[] = [];
  readonly toPage: Uint8Array[] = [];
  /** Whether a side still holds its end. */
  readonly held = { page: true, relay: true };
  pageLink: TunnelLink | undefined;
  relayLink: TunnelLink | undefined;
  readonly position: Position;

  constructor(position: Position) {
    this.position = position;
  }
}

export class BadNetwork {
  readonly timers = new Timers();
  readonly connections: Connection[] = [];
  /** Streams that the page was asked to answer, by path. */
  readonly asked = new Map<string, TunnelStream>();
  relayTunnel: Tunnel | undefined;
  readonly #limits: Partial<TunnelLimits>;
  readonly #end: DiallingEnd;
  #tunnelNames = 0;
  #newestDial = 0;
  #flushes: (() => void)[] = [];
  /** How often a connection went on with an old tunnel, and how many messages were sent again. */
  resumed = 0;
  replayedMessages = 0;

  constructor(limits: Partial<TunnelLimits>) {
    this.#limits = limits;
    this.#end = new DiallingEnd(() =>
      this.#createTunnel("page", (stream) => this.asked.set(stream.request.path, stream)),
    );
  }

  /** The page opens a connection; it lets go of an older one, which may still deliver what was sent on it. */
  dial(): void {
    const old = this.connections.at(-1);
    if (old !== undefined) this.notice(old, "page");
    const connection = new Connection(this.#end.dial());
    this.connections.push(connection);
    const hello = { role: "page", instance: "page", ...connection.position } as const;
    connection.toRelay.push(encodeHello(hello, this.#limits));
  }

  /** A side finds out that a connection is gone. */
  notice(connection: Connection, side: Side): void {
    connection.held[side] = false;
    if (side === "page") connection.pageLink?.lost();
    else connection.relayLink?.lost();
  }

  /** What is under way is lost, and both sides find out. */
  cut(connection: Connection): void {
    connection.toPage.length = 0;
    connection.toRelay.length = 0;
    this.notice(connection, "page");
    this.notice(connection, "relay");
  }

  /** Hand over so many messages to one side, in order. */
  deliver(connection: Connection, to: Side, count: number): boolean {
    const queue = to === "relay" ? connection.toRelay : connection.toPage;
    for (const message of queue.splice(0, count)) {
      if (!connection.held[to]) continue;
      if (to === "relay") this.#relayReceives(connection, message);
      else this.#pageReceives(connection, message);
      return true;
    }
    return false;
  }

  flush(): void {
    const due = this.#flushes;
    this.#flushes = [];
    for (const flush of due) flush();
  }

  /** Everything is delivered on the newest connection, until nothing moves. */
  async heal(): Promise<void> {
    for (const connection of this.connections) this.cut(connection);
    this.dial();
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("it has just been made");
    for (let quiet = 0; quiet < 5; quiet += 1) {
      this.flush();
      for (const side of ["relay", "page"] as const) {
        while (this.deliver(connection, side, 1)) quiet = 0;
      }
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    }
  }

  #relayReceives(connection: Connection, message: Uint8Array): void {
    if (connection.relayLink !== undefined) {
      connection.relayLink.receive(message);
      return;
    }
    const hello = decodeHello(message, "page");
    if ((hello.dial ?? 0) < this.#newestDial) return; // the page has let go of it
    this.#newestDial = hello.dial ?? 0;
    let tunnel = this.relayTunnel;
    const goesOn = tunnel !== undefined && resumes(String(this.#tunnelNames), tunnel, hello);
    if (tunnel === undefined || !goesOn) {
      tunnel?.close(4410, "the page has begun anew");
      this.#tunnelNames += 1;
      tunnel = this.#createTunnel("relay", () => undefined);
      this.relayTunnel = tunnel;
    }
    const transport = this.#transport(connection, "relay");
    const { received } = tunnel;
    const answer = { role: "relay", instance: "relay", tunnel: String(this.#tunnelNames), received } as const;
    transport.send(encodeHello(answer, this.#limits));
    connection.relayLink = tunnel.connect(transport, { ...hello, received: goesOn ? hello.received : 0 });
    this.replayedMessages += connection.relayLink.replayed.messages;
  }

  #pageReceives(connection: Connection, message: Uint8Array): void {
    if (connection.pageLink !== undefined) {
      connection.pageLink.receive(message);
      return;
    }
    try {
      const transport = this.#transport(connection, "page");
      const { link, resumed } = this.#end.connect(
        decodeHello(message, "relay"),
        connection.position,
        transport,
      );
      connection.pageLink = link;
      if (resumed) this.resumed += 1;
      this.replayedMessages += link.replayed.messages;
    } catch (error) {
      if (!(error instanceof TunnelProtocolError)) throw error;
      // A close with a code: the relay ends the tunnel of that connection.
      this.cut(connection);
      this.relayTunnel?.closedByPeer(4400, error.message);
    }
  }

  #transport(connection: Connection, side: Side): TunnelTransport {
    const queue = side === "relay" ? connection.toPage : connection.toRelay;
    return {
      bufferedAmount: 0,
      send: (message) => {
        // The sender may use its memory again after the ACK, as it may with a real connection.
        if (connection.held[side]) queue.push(message.slice());
      },
      close: () => {
        connection.held[side] = false;
      },
    };
  }

  #createTunnel(role: TunnelRole, onStream: (stream: TunnelStream) => void): Tunnel {
    return new Tunnel({
      role,
      schedule: (flush) => this.#flushes.push(flush),
      after: this.timers.after,
      limits: this.#limits,
      onStream,
    });
  }
}
