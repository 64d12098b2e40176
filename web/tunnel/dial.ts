/**
 * One WebSocket to the relay, from dialling to its end: HELLO, then the tunnel's messages, and a watch over its silence.
 * Above: relay-connection.ts. Below: proto/tunnel, silence.ts, a WebSocket.
 * Specification: docs/tunnel-protocol.md, "Handshake", "Resuming" and "Life".
 */

import type { Clock } from "../../drivers/base/clock.ts";
import {
  CloseCode,
  closeReason,
  type Dialled,
  type DiallingEnd,
  decodeHello,
  encodeHello,
  type Hello,
  type Position,
  TUNNEL_SUBPROTOCOL,
  type TunnelClosed,
  TunnelProtocolError,
  type TunnelTransport,
} from "../../proto/tunnel/index.ts";
import { Silence } from "./silence.ts";

export interface DialOptions {
  readonly url: string;
  /** Of the WebSocket; TUNNEL_SUBPROTOCOL, where nothing else is said. */
  readonly subprotocol?: string | undefined;
  /** This page in its HELLO; the tunnel's position is added. */
  readonly hello: Omit<Hello, "v" | "windows" | "role" | keyof Position>;
  readonly end: DiallingEnd;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  createSocket(url: string, protocol: string): WebSocket;
  /** The relay has taken the page. */
  onAttached(dialled: Dialled): void;
}

/** How a WebSocket ended. */
export interface DialEnd extends TunnelClosed {
  /** Whether the relay had taken the page on it. */
  readonly attached: boolean;
}

export class Dial {
  readonly #options: DialOptions;
  readonly #socket: WebSocket;
  readonly #over = new AbortController();
  readonly #end = Promise.withResolvers<TunnelClosed>();
  #dialled: Dialled | undefined;
  #silence: Silence | undefined;

  /** @throws Error when the browser refuses the address. */
  constructor(options: DialOptions) {
    this.#options = options;
    this.#socket = options.createSocket(options.url, options.subprotocol ?? TUNNEL_SUBPROTOCOL);
    this.#listen();
  }

  /** Resolves when this connection is over. The tunnel may outlive it. */
  async ended(): Promise<DialEnd> {
    const end = await this.#end.promise;
    this.#over.abort();
    const { tunnel, link } = this.#dialled ?? {};
    // The relay ends a tunnel with a word; a connection that only breaks does not.
    if (!end.byUs && saysSomething(end.code)) tunnel?.closedByPeer(end.code, end.reason);
    link?.lost();
    return { ...end, attached: tunnel !== undefined };
  }

  /** The network has changed: see whether this connection still lives. */
  doubt(): void {
    this.#silence?.doubt();
  }

  /** Give this connection up, whatever state it is in. */
  close(code: number, reason: string): void {
    this.#socket.close(code, closeReason(reason));
    this.#end.resolve({ code, reason, byUs: true });
  }

  #listen(): void {
    const { end, hello, clock, connectTimeoutMs } = this.#options;
    const socket = this.#socket;
    const { signal } = this.#over;
    socket.binaryType = "arraybuffer";
    const position = end.dial();
    socket.addEventListener("open", () => socket.send(encodeHello({ role: "page", ...hello, ...position })), {
      signal,
    });
    socket.addEventListener(
      "message",
      ({ data }) => this.#receive(new Uint8Array(data as ArrayBuffer), position),
      { signal },
    );
    socket.addEventListener("close", ({ code, reason }) => this.#end.resolve({ code, reason, byUs: false }), {
      signal,
    });
    clock.sleep(connectTimeoutMs, { signal }).then(
      () => this.#dialled === undefined && this.#giveUp("the relay does not answer"),
      () => undefined, // the connection ended first
    );
  }

  #receive(message: Uint8Array, position: Position): void {
    if (this.#dialled !== undefined) {
      this.#dialled.link.receive(message);
      return;
    }
    try {
      const hello = decodeHello(message, "relay");
      this.#attach(this.#options.end.connect(hello, position, this.#transport()));
    } catch (error) {
      if (!(error instanceof TunnelProtocolError)) throw error;
      this.close(CloseCode.protocolError, error.message);
    }
  }

  #attach(dialled: Dialled): void {
    const { clock, onAttached } = this.#options;
    const { tunnel } = dialled;
    this.#dialled = dialled;
    void tunnel.closed.then(this.#end.resolve);
    this.#silence = new Silence({ clock, heard: () => tunnel.received, ping: () => tunnel.ping() });
    this.#silence.tooLong({ signal: this.#over.signal }).then(
      (sentence) => this.#giveUp(sentence),
      () => undefined, // the connection ended first
    );
    onAttached(dialled);
  }

  /** This connection is of no use; the tunnel goes on with the next one. */
  #giveUp(sentence: string): void {
    this.#socket.close(CloseCode.abandoned, closeReason(sentence));
    this.#end.resolve({ code: CloseCode.lost, reason: sentence, byUs: true });
  }

  #transport(): TunnelTransport {
    const socket = this.#socket;
    return {
      send: (message) => socket.send(message),
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      // A browser lets a page close with 1000 and 3000 to 4999 only; 1001 is for itself to say.
      close: (code, reason) =>
        socket.close(code === CloseCode.goingAway ? CloseCode.stopped : code, closeReason(reason)),
    };
  }
}

/** Whether a close code comes from the relay itself, and not from a connection that broke. */
function saysSomething(code: number): boolean {
  return code === CloseCode.goingAway || code === CloseCode.tooBig || code >= 4000;
}
