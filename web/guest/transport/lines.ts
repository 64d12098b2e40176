/**
 * The two ways to the bench, and which of them a call takes: the tunnel, which goes both ways and outlives its connections, and
 * gRPC-Web, which is there at once and also where no WebSocket comes through.
 * Above: model/. Below: tunnel-client.ts, web/tunnel (dials, and dials again), connect-web.
 *
 * A call takes the tunnel while it is connected. Without it, what needs no bidirectional stream goes over gRPC-Web, and what does waits
 * until the first dial has ended in one way or the other.
 */

import { Code, ConnectError, type Interceptor, type Transport } from "@connectrpc/connect";
import { createTransport } from "@connectrpc/connect/protocol-grpc";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import type { Clock } from "../../../drivers/base/clock.ts";
import { CLIENT_TUNNEL_SUBPROTOCOL } from "../../../proto/client-tunnel.ts";
import { counter } from "../../../proto/tunnel/index.ts";
import type { TunnelState } from "../../messages.ts";
import { relayAnswers } from "../../tunnel/relay-answers.ts";
import { RelayConnection } from "../../tunnel/relay-connection.ts";
import { tunnelClient } from "./tunnel-client.ts";

/** Header in which the relay looks for the secret of a gRPC-Web call. */
const PASSPHRASE_HEADER = "x-jumpstarter-passphrase";

/**
 * 4 streams over gRPC-Web at once where the page came without TLS: a browser opens six connections to such a server for all of its
 * tabs, and calls need one too.
 */
export const MAX_WEB_STREAMS = 4;

/** 8 MiB: the longest message that is taken. Snapshots and log lines have kilobytes, pieces of files 64 KiB. */
const READ_MAX_BYTES = 8 * 1024 * 1024;

/** 4 MiB: what the exporter takes. */
const WRITE_MAX_BYTES = 4 * 1024 * 1024;

/** Why there is no bidirectional stream, for who wanted one. */
export const NO_WEB_SOCKET =
  "No WebSocket comes through between this browser and the relay, often because of a proxy: typing and sending files need one.";

export interface LinesOptions {
  /** Where the page was opened, with a slash at its end. */
  readonly baseUrl: string;
  /** `ws:` or `wss:`. */
  readonly tunnelUrl: string;
  readonly secret: string;
  readonly clock: Clock;
  readonly schedule: (run: () => void) => void;
  readonly random: () => number;
  /** Random, for the life of the page. */
  readonly instance: string;
  readonly fetch: typeof globalThis.fetch;
  createSocket(url: string, protocol: string): WebSocket;
  onState(state: TunnelState): void;
}

/** Which of the two a call takes. */
export type Line = "tunnel" | "web";

export class Lines {
  readonly #options: LinesOptions;
  readonly #connection: RelayConnection;
  readonly #transports: Readonly<Record<Line, Transport>>;
  /** The first dial has ended in one way or the other. */
  readonly #dialled = Promise.withResolvers<void>();
  #state: TunnelState;
  #webStreams = 0;
  /** For all calls. */
  readonly transport: Transport;

  constructor(options: LinesOptions) {
    this.#options = options;
    const { baseUrl, secret, fetch, clock, onState } = options;
    this.#state = { kind: "connecting", since: clock.now() };
    const authenticated: Interceptor = (next) => (request) => {
      request.header.set(PASSPHRASE_HEADER, secret);
      return next(request);
    };
    this.#connection = new RelayConnection({
      ...options,
      url: options.tunnelUrl,
      exporter: undefined,
      attachToken: undefined,
      client: { passphrase: secret, subprotocol: CLIENT_TUNNEL_SUBPROTOCOL },
      nextDial: counter(),
      takeOver: false,
      answers: (url, { signal }) => relayAnswers(fetch, url, { signal }),
      // Nobody calls a client.
      onStream: (stream) => stream.reset(12, "this page answers no calls"),
      onState: (state) => {
        this.#state = state;
        if (state.kind !== "connecting") this.#dialled.resolve();
        onState(state);
      },
    });
    this.#transports = {
      tunnel: createTransport({
        // The relay goes by the path alone.
        baseUrl: "https://bench/",
        httpClient: tunnelClient((head) => this.#connection.open(head)),
        useBinaryFormat: true,
        interceptors: [],
        acceptCompression: [],
        sendCompression: null,
        compressMinBytes: Number.MAX_SAFE_INTEGER,
        readMaxBytes: READ_MAX_BYTES,
        writeMaxBytes: WRITE_MAX_BYTES,
      }),
      web: createGrpcWebTransport({ baseUrl, fetch, interceptors: [authenticated] }),
    };
    this.transport = {
      unary: (...call) => this.on(this.line).unary(...call),
      stream: async (...call) => {
        if (call[0].methodKind === "bidi_streaming") await this.#bothWays();
        return this.on(this.line).stream(...call);
      },
    };
  }

  get state(): TunnelState {
    return this.#state;
  }

  /** Which one a call would take now. */
  get line(): Line {
    return this.#state.kind === "attached" ? "tunnel" : "web";
  }

  /** That one alone. */
  on(line: Line): Transport {
    const transport = this.#transports[line];
    if (line === "tunnel") return transport;
    return {
      unary: (...call) => transport.unary(...call),
      stream: async (...call) => {
        const done = this.#webStreamBegins();
        const [, signal] = call;
        // Whoever has ended it may not look at what it says any more.
        signal?.addEventListener("abort", done, { once: true });
        try {
          const response = await transport.stream(...call);
          return { ...response, message: whenOver(response.message, done) };
        } catch (error) {
          done();
          throw error;
        }
      },
    };
  }

  /** The network is back, or another one. */
  retry(): void {
    this.#connection.retry();
  }

  async close(reason: string): Promise<void> {
    this.#dialled.resolve();
    await this.#connection.close(reason);
  }

  /** @throws ConnectError when there is no way for bytes in both directions. */
  async #bothWays(): Promise<void> {
    if (this.line === "web") await this.#dialled.promise;
    if (this.line === "web") throw new ConnectError(NO_WEB_SOCKET, Code.Unavailable);
  }

  /** @returns To be called when it is over, once or more. */
  #webStreamBegins(): () => void {
    if (this.#webStreams >= MAX_WEB_STREAMS && this.#options.baseUrl.startsWith("http:")) {
      throw new ConnectError(
        `Without a WebSocket this page follows ${MAX_WEB_STREAMS} things at once: close a console first.`,
        Code.ResourceExhausted,
      );
    }
    this.#webStreams += 1;
    let over = false;
    return () => {
      if (!over) this.#webStreams -= 1;
      over = true;
    };
  }
}

async function* whenOver<T>(items: AsyncIterable<T>, done: () => void): AsyncGenerator<T, void, undefined> {
  try {
    yield* items;
  } finally {
    done();
  }
}
