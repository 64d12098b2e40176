/**
 * A client that is a page, for tests: the real tunnel over a real WebSocket, opening calls of gRPC.
 * Above: tests of relay/. Below: ws, proto/tunnel.
 */

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { WebSocket } from "ws";
import { CLIENT_TUNNEL_SUBPROTOCOL } from "../../proto/client-tunnel.ts";
import {
  DiallingEnd,
  decodeHello,
  encodeHello,
  type HeaderList,
  type Hello,
  type RequestHead,
  StreamReset,
  Tunnel,
  type TunnelClosed,
  type TunnelLimits,
  type TunnelLink,
  type TunnelStream,
} from "../../proto/tunnel/index.ts";
import { RefusedError } from "./test-page.ts";

export interface TestClientOptions {
  /** null: none in its HELLO. */
  readonly passphrase?: string | null;
  /** The page load. */
  readonly instance?: string;
  readonly headers?: Record<string, string>;
  readonly localAddress?: string;
  readonly limits?: Partial<TunnelLimits>;
  /** For what no such page says. */
  readonly hello?: Partial<Hello>;
}

/** How a call ended. */
export interface ClientCallResult {
  /** Of HTTP; undefined when it was reset before its head. */
  readonly httpStatus: number | undefined;
  readonly h: HeaderList;
  readonly body: Buffer;
  /** gRPC's, from trailers or head; of a reset its code. */
  readonly status: number;
  readonly message: string;
}

const METHOD = "/jumpstarter.v1.ExporterService/GetReport";
const GRPC: HeaderList = [["content-type", "application/grpc"]];

export class TestClient {
  /** The relay's first HELLO; rejects with the close code and reason when the relay refuses. */
  readonly connected: Promise<Hello>;
  /** Resolves when the relay wants no more streams. */
  readonly goneAway: Promise<void>;
  /** The newest connection. */
  webSocket: WebSocket;
  readonly #url: string;
  readonly #options: TestClientOptions;
  readonly #instance: string;
  readonly #end: DiallingEnd;
  readonly #goneAway = Promise.withResolvers<void>();
  readonly #connected = Promise.withResolvers<Hello>();
  readonly #closed = Promise.withResolvers<TunnelClosed>();

  constructor({ port }: { readonly port: number }, options: TestClientOptions = {}) {
    this.#url = `ws://127.0.0.1:${port}/client`;
    this.#options = options;
    this.#instance = options.instance ?? randomUUID();
    this.connected = this.#connected.promise;
    this.goneAway = this.#goneAway.promise;
    this.connected.catch(() => undefined);
    this.#end = new DiallingEnd(() => this.#createTunnel());
    this.webSocket = this.dial();
  }

  /** @throws Error before the relay's HELLO, and once the tunnel is over. */
  get tunnel(): Tunnel {
    const { tunnel } = this.#end;
    if (tunnel === undefined) throw new Error("this client has no tunnel");
    return tunnel;
  }

  /** Resolves when the first tunnel is over. */
  get closed(): Promise<TunnelClosed> {
    return this.#closed.promise;
  }

  /** Connect, at first or again; the tunnel goes on where the relay lets it. */
  dial(): WebSocket {
    const { passphrase = "secret", headers, localAddress, limits } = this.#options;
    const webSocket = new WebSocket(this.#url, [CLIENT_TUNNEL_SUBPROTOCOL], {
      perMessageDeflate: false,
      ...(headers && { headers }),
      ...(localAddress !== undefined && { localAddress }),
    });
    this.webSocket = webSocket;
    const position = this.#end.dial();
    let link: TunnelLink | undefined;
    webSocket.on("open", () => {
      const hello = {
        role: "page",
        instance: this.#instance,
        ...position,
        ...(passphrase !== null && { passphrase }),
        ...this.#options.hello,
      } as const;
      webSocket.send(encodeHello(hello, limits));
    });
    webSocket.on("message", (data: Buffer) => {
      if (link !== undefined) {
        link.receive(data);
        return;
      }
      const hello = decodeHello(data, "relay");
      const transport = {
        send: (message: Uint8Array<ArrayBuffer>) => webSocket.send(message),
        get bufferedAmount() {
          return webSocket.bufferedAmount;
        },
        close: (code: number, reason: string) => webSocket.close(code, reason),
      };
      ({ link } = this.#end.connect(hello, position, transport));
      this.#connected.resolve(hello);
    });
    webSocket.on("error", (error) => this.#connected.reject(error));
    webSocket.on("close", (code, reason) => {
      this.#connected.reject(new RefusedError(code, reason.toString()));
      if (code !== 1006 && this.webSocket === webSocket) {
        this.#end.tunnel?.closedByPeer(code, reason.toString());
      }
      link?.lost();
    });
    return webSocket;
  }

  /** Begin a call. */
  start(path = METHOD, headers: HeaderList = [], head: Partial<RequestHead> = {}): TunnelStream {
    return this.tunnel.open({ method: "POST", path, h: [...GRPC, ...headers], ...head });
  }

  /** Send a body and take the whole answer. */
  async call(
    options: { path?: string; headers?: HeaderList; head?: Partial<RequestHead>; body?: Uint8Array } = {},
  ): Promise<ClientCallResult> {
    const stream = this.start(options.path, options.headers, options.head);
    void stream.write(options.body ?? Buffer.alloc(5));
    stream.end();
    return clientResult(stream);
  }

  /** Break the connection without a word; resolves when it is gone. */
  async drop(): Promise<void> {
    const gone = once(this.webSocket, "close");
    this.webSocket.terminate();
    await gone;
  }

  /** Close as a page does that is left; resolves when the WebSocket is gone. */
  async close(code = 1001, reason = "the page was closed"): Promise<void> {
    if (this.webSocket.readyState === WebSocket.CLOSED) return;
    const gone = once(this.webSocket, "close");
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
      ...(this.#options.limits && { limits: this.#options.limits }),
      onStream: (stream) => stream.reset(12, "a client answers no streams"),
      onGoaway: () => this.#goneAway.resolve(),
    });
    void tunnel.closed.then(this.#closed.resolve);
    return tunnel;
  }
}

/** The whole answer of a stream, however it ends. */
export async function clientResult(stream: TunnelStream): Promise<ClientCallResult> {
  const chunks: Uint8Array[] = [];
  let httpStatus: number | undefined;
  let h: HeaderList = [];
  try {
    ({ status: httpStatus, h } = await stream.response);
    for await (const chunk of stream.body) chunks.push(chunk);
  } catch (error) {
    if (!(error instanceof StreamReset)) throw error;
    return { httpStatus, h, body: Buffer.concat(chunks), status: error.code, message: error.message };
  }
  const last = new Map([...h, ...(stream.trailers ?? [])]);
  return {
    httpStatus,
    h,
    body: Buffer.concat(chunks),
    status: Number(last.get("grpc-status") ?? Number.NaN),
    message: decodeURIComponent(last.get("grpc-message") ?? ""),
  };
}
