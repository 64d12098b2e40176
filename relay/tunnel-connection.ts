/**
 * One WebSocket of a tunnel, from its upgrade to its end: the time that HELLO has, and what it means for the session when it goes.
 * Above: tunnel-door.ts makes it, the endpoints welcome or close it. Below: ws, tunnel-session.ts.
 * Specification: docs/tunnel-protocol.md, "Handshake" and "Close codes".
 */

import type { WebSocket } from "ws";
import {
  CloseCode,
  closeReason,
  decodeHello,
  type Hello,
  type TunnelLink,
  TunnelProtocolError,
} from "../proto/tunnel/index.ts";
import { LEAVING_GRACE_MS, MAX_HELLO_BYTES } from "./limits.ts";
import type { Logger } from "./logging.ts";
import { endsTunnel, type SessionConnection, type TunnelSession } from "./tunnel-session.ts";

/** What a HELLO has led to. */
export interface Greeted {
  readonly session: TunnelSession;
  readonly link: TunnelLink;
}

export interface ConnectionOptions {
  readonly helloTimeoutMs: number;
  readonly log: Logger;
  /** This side closes it, and it never was a session's. */
  onClose(code: number): void;
  /** HELLO has come. Undefined: it was closed, will be, or is welcomed later. */
  greet(hello: Hello): Greeted | undefined;
}

export class TunnelConnection {
  /** Resolves when the WebSocket is closed. */
  readonly gone: Promise<void>;
  readonly transport: SessionConnection;
  readonly #webSocket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #helloTimer: NodeJS.Timeout;
  #heardHello = false;
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

  /** It is nobody's yet, and may still be somebody's: one that is being refused takes nobody's place. */
  get isStranger(): boolean {
    return this.#greeted === undefined && !this.#closing;
  }

  /** It belongs to this session from here on. */
  welcome(greeted: Greeted): void {
    this.#greeted = greeted;
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
    else if (this.#heardHello) this.#refuse("a message came before the answer to HELLO");
    else this.#greet(data);
  }

  #greet(data: Buffer): void {
    clearTimeout(this.#helloTimer);
    this.#heardHello = true;
    if (data.length > MAX_HELLO_BYTES) {
      this.#refuse(`HELLO has ${data.length} bytes, ${MAX_HELLO_BYTES} are allowed`);
      return;
    }
    try {
      const greeted = this.#options.greet(decodeHello(data, "page"));
      if (greeted !== undefined) this.welcome(greeted);
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
