/**
 * A page for tests: the real tunnel over a real WebSocket, answering with functions that a test hands in.
 * Above: tests of relay/. Below: ws, proto/tunnel.
 */

import { hash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { WebSocket } from "ws";
import { CREDENTIALS_PATH, type Credential, type CredentialList } from "../../proto/credentials.ts";
import {
  DiallingEnd,
  decodeHello,
  type ExporterIdentity,
  encodeHello,
  GrpcStatus,
  type Hello,
  Tunnel,
  type TunnelClosed,
  type TunnelLink,
  type TunnelStream,
} from "../../proto/tunnel/index.ts";

export interface TestPageOptions {
  /** `ws://127.0.0.1:PORT/tunnel` */
  readonly url: string;
  readonly uuid?: string;
  readonly name?: string;
  /** null: none, as with `--unsafe-no-auth`. */
  readonly passphrase?: string | null;
  /** What else opens it: secrets, by the ids of their credentials. */
  readonly links?: Readonly<Record<string, string>>;
  /** The page load. */
  readonly instance?: string;
  readonly attachToken?: string;
  readonly takeOver?: boolean;
  readonly headers?: Record<string, string>;
  readonly answer?: (stream: TunnelStream) => void | Promise<void>;
  /** For TLS with a certificate made for the test. */
  readonly ca?: string | Buffer;
}

export class TestPage {
  /** The relay's first HELLO; rejects with the close code and reason when the relay refuses. */
  readonly attached: Promise<Hello>;
  readonly identity: ExporterIdentity;
  /** Streams that clients opened, in order. */
  readonly streams: TunnelStream[] = [];
  /** The newest connection. */
  webSocket: WebSocket;
  readonly #options: TestPageOptions;
  #keepTunnelOf: WebSocket | undefined;
  readonly #instance: string;
  readonly #end: DiallingEnd;
  readonly #attached = Promise.withResolvers<Hello>();
  readonly #closed = Promise.withResolvers<TunnelClosed>();
  readonly #wakers = new Set<() => void>();

  constructor(options: TestPageOptions) {
    const { passphrase = "secret" } = options;
    this.#options = options;
    this.#instance = options.instance ?? randomUUID();
    this.identity = {
      uuid: options.uuid ?? randomUUID(),
      name: options.name ?? "board",
      ...(passphrase === null ? {} : { passphraseHash: hash("sha256", passphrase, "hex") }),
      ...(options.links && { credentials: credentialsOf(options.links) }),
    };
    this.attached = this.#attached.promise;
    // A test that is about something else does not have to look at it.
    this.attached.catch(() => undefined);
    this.#end = new DiallingEnd(() => this.#createTunnel());
    this.webSocket = this.dial();
  }

  /** @throws Error before the relay's HELLO, and once the tunnel is over. */
  get tunnel(): Tunnel {
    const { tunnel } = this.#end;
    if (tunnel === undefined) throw new Error("this page has no tunnel");
    return tunnel;
  }

  /** Resolves when the first tunnel is over, or the relay has refused. */
  get closed(): Promise<TunnelClosed> {
    return this.#closed.promise;
  }

  /** The page's end of a call: the first, or a later one. The relay may have counted it before it is here. */
  async stream(index = 0): Promise<TunnelStream> {
    for (;;) {
      const stream = this.streams[index];
      if (stream !== undefined) return stream;
      await new Promise<void>((resolve) => this.#wakers.add(resolve));
    }
  }

  /** Connect, at first or again; the tunnel goes on where the relay lets it. */
  dial(): WebSocket {
    const { url, headers, ca, attachToken, takeOver } = this.#options;
    const webSocket = new WebSocket(url, ["jumptab-tunnel.v1"], {
      perMessageDeflate: false,
      ...(headers && { headers }),
      ...(ca !== undefined && { ca }),
    });
    this.webSocket = webSocket;
    const position = this.#end.dial();
    let link: TunnelLink | undefined;
    webSocket.on("open", () => {
      const hello = {
        role: "page",
        instance: this.#instance,
        exporter: this.identity,
        ...position,
        ...(attachToken !== undefined && { attachToken }),
        ...(takeOver !== undefined && { takeOver }),
      } as const;
      webSocket.send(encodeHello(hello));
    });
    webSocket.on("message", (data: Buffer) => {
      if (link !== undefined) {
        link.receive(data);
        return;
      }
      const hello = decodeHello(data, "relay");
      ({ link } = this.#end.connect(hello, position, webSocketTransport(webSocket)));
      this.#attached.resolve(hello);
    });
    webSocket.on("error", (error) => this.#attached.reject(error));
    webSocket.on("close", (code, reason) => {
      this.#attached.reject(new RefusedError(code, reason.toString()));
      if (code !== 1006 && this.webSocket === webSocket && this.#keepTunnelOf !== webSocket)
        this.#end.tunnel?.closedByPeer(code, reason.toString());
      if (link === undefined) this.#closed.resolve({ code, reason: reason.toString(), byUs: false });
      link?.lost();
    });
    return webSocket;
  }

  /** Replace the list of what opens it beside its passphrase; a text is the body as it is. */
  async putCredentials(
    links: Readonly<Record<string, string>> | string,
    { method = "PUT" } = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    const stream = this.tunnel.open({ method, path: CREDENTIALS_PATH, h: [] });
    const list: CredentialList | string =
      typeof links === "string" ? links : { credentials: credentialsOf(links) };
    void stream.write(Buffer.from(typeof list === "string" ? list : JSON.stringify(list)));
    stream.end();
    const { status } = await stream.response;
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream.body) chunks.push(chunk);
    return { status, text: Buffer.concat(chunks).toString() };
  }

  /** Break the connection without a word; resolves when it is gone. */
  async drop(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.webSocket.once("close", () => resolve()));
    this.webSocket.terminate();
    await gone;
  }

  /** Wait for the end of the newest connection; the tunnel goes on, whatever the connection's end says. */
  async lost(): Promise<void> {
    const { webSocket } = this;
    this.#keepTunnelOf = webSocket;
    if (webSocket.readyState !== WebSocket.CLOSED) await once(webSocket, "close");
  }

  /** Close as a page does that is left; resolves when the WebSocket is gone. */
  async close(code = 1001, reason = "the page was closed"): Promise<void> {
    const gone = new Promise<void>((resolve) => {
      if (this.webSocket.readyState === WebSocket.CLOSED) resolve();
      else this.webSocket.once("close", () => resolve());
    });
    const { tunnel } = this.#end;
    if (tunnel === undefined) this.webSocket.close(code, reason);
    else tunnel.close(code, reason);
    await gone;
  }

  #createTunnel(): Tunnel {
    const tunnel = new Tunnel({
      role: "page",
      schedule: setImmediate,
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      onStream: (stream) => {
        this.streams.push(stream);
        for (const wake of this.#wakers) wake();
        this.#wakers.clear();
        void (this.#options.answer ?? echo)(stream);
      },
    });
    void tunnel.closed.then(this.#closed.resolve);
    return tunnel;
  }
}

export function credentialsOf(links: Readonly<Record<string, string>>): readonly Credential[] {
  return Object.entries(links).map(([id, secret]) => ({ id, hash: hash("sha256", secret, "hex") }));
}

export class RefusedError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string) {
    super(`closed with ${code}: ${reason}`);
    this.code = code;
    this.reason = reason;
  }
}

function webSocketTransport(webSocket: WebSocket) {
  return {
    send: (message: Uint8Array<ArrayBuffer>) => webSocket.send(message),
    get bufferedAmount() {
      return webSocket.bufferedAmount;
    },
    close: (code: number, reason: string) => webSocket.close(code, reason),
  };
}

/** Answers a call with its own body and status OK. */
export async function echo(stream: TunnelStream): Promise<void> {
  stream.respond({ status: 200, h: [["content-type", "application/grpc"]] });
  try {
    for await (const chunk of stream.body) await stream.write(chunk);
    stream.end([["grpc-status", "0"]]);
  } catch {
    stream.reset(GrpcStatus.cancelled, "the client is gone");
  }
}
