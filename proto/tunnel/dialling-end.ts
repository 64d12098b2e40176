/**
 * The dialling side's memory between connections: which tunnel there is, and whether a new connection goes on with it.
 * Above: web/tunnel/. Below: tunnel.ts. Its counterpart is `resumes()`, below, which the relay asks.
 * Specification: docs/tunnel-protocol.md, "Resuming".
 *
 * The relay names a tunnel when it is new. Only a name that both know joins two connections: a relay that was restarted, or
 * that began anew in a connection whose HELLO was lost on its way back, has another name, and nothing is mixed up.
 */

import { TunnelProtocolError } from "./protocol-error.ts";
import type { Tunnel, TunnelLink } from "./tunnel.ts";
import { CloseCode, type Hello, type TunnelTransport } from "./types.ts";

/** What clients in flight hear when the relay knows nothing of their tunnel. */
export const FORGOTTEN =
  "the relay was restarted, or has given this connection up: what was running has ended";

/** Where a page is, in its HELLO. */
export type Position = Pick<Hello, "tunnel" | "received"> & { readonly dial: number };

/** What the relay tells clients in flight when it comes back to a page that has stopped waiting. */
export const GIVEN_UP = "the page has stopped waiting for this connection in the meantime";

export interface Dialled {
  readonly tunnel: Tunnel;
  readonly link: TunnelLink;
  /** Whether it is the tunnel of before, with all its streams. */
  readonly resumed: boolean;
}

export class DiallingEnd {
  readonly #createTunnel: () => Tunnel;
  readonly #nextDial: () => number;
  #tunnel: Tunnel | undefined;
  #name: string | undefined;

  /** @param nextDial Counts the connections of this instance; one that dials for several ends counts them together. */
  constructor(createTunnel: () => Tunnel, nextDial: () => number = counter()) {
    this.#createTunnel = createTunnel;
    this.#nextDial = nextDial;
  }

  /** The tunnel that a next connection may go on with. */
  get tunnel(): Tunnel | undefined {
    return this.#tunnel?.isOver === false ? this.#tunnel : undefined;
  }

  /** For this side's HELLO on the next connection. */
  dial(): Position {
    const dial = this.#nextDial();
    const { tunnel } = this;
    if (tunnel === undefined || this.#name === undefined) return { dial, received: 0 };
    return { dial, tunnel: this.#name, received: tunnel.received };
  }

  /**
   * The relay has answered HELLO on a new connection.
   *
   * @param asked What `dial()` said for this connection's HELLO.
   * @throws TunnelProtocolError when the answer names no tunnel, or one that this side has given up since it asked. The
   * connection is of no use then: only a new HELLO can say so.
   */
  connect(hello: Hello, asked: Pick<Position, "tunnel">, transport: TunnelTransport): Dialled {
    if (hello.tunnel === undefined) throw new TunnelProtocolError("the relay's HELLO names no tunnel");
    const { tunnel } = this;
    if (hello.tunnel === asked.tunnel) {
      if (tunnel === undefined || hello.tunnel !== this.#name) throw new TunnelProtocolError(GIVEN_UP);
      if (!tunnel.canResume(hello.received)) {
        throw new TunnelProtocolError(`the relay's HELLO resumes from ${hello.received}, which was not sent`);
      }
      return { tunnel, link: tunnel.connect(transport, hello), resumed: true };
    }
    tunnel?.close(CloseCode.goingAway, FORGOTTEN);
    const fresh = this.#createTunnel();
    this.#tunnel = fresh;
    this.#name = hello.tunnel;
    return { tunnel: fresh, link: fresh.connect(transport, { ...hello, received: 0 }), resumed: false };
  }
}

/** Counts from 1. */
export function counter(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return count;
  };
}

/** On the relay: whether a page's HELLO goes on with the tunnel of this name. */
export function resumes(name: string, tunnel: Tunnel, hello: Pick<Hello, "tunnel" | "received">): boolean {
  return hello.tunnel === name && tunnel.canResume(hello.received);
}
