/**
 * A stream that a client has opened in its tunnel as an HttpExchange: the gateway takes it as it takes one of HTTP/2.
 * Above: http-exchange.ts; client-tunnels.ts makes it. Below: the tunnel's stream. Bytes are handed on, not copied.
 */

import { GrpcStatus, type HeaderList, StreamReset, type TunnelStream } from "../proto/tunnel/index.ts";
import type { ClientName } from "./client-names.ts";
import { headerValue, PASSPHRASE_HEADER } from "./headers.ts";
import type { BodySink, HttpExchange } from "./http-exchange.ts";

export interface TunnelExchangeOptions {
  readonly client: ClientName;
  /** The Host that the tunnel's WebSocket asked for. */
  readonly authority: string;
  /** What the tunnel's HELLO presents: a stream has no say in it. */
  readonly presented: string | undefined;
  /** The client has given it up before it had an answer, or is gone. */
  onReset(): void;
}

/** Status of a reset that is no failure. */
const OK = 0;

export class TunnelExchange implements HttpExchange {
  readonly version = 2;
  readonly method: string;
  readonly path: string;
  readonly address: string;
  readonly client: string;
  readonly authority: string;
  readonly headers: HeaderList;
  readonly #options: TunnelExchangeOptions;
  readonly #stream: TunnelStream;
  readonly #body: AsyncIterator<Uint8Array>;
  #gone = false;
  #responded = false;
  #finished = false;
  /** Its body is on its way to a sink. */
  #feeding = false;
  /** Lets go of the wait for room in the sink. */
  #hurry: (() => void) | undefined;
  #room: Promise<void> | undefined;
  #onGone: (() => void) | undefined;
  #onDone: (() => void) | undefined;

  constructor(stream: TunnelStream, options: TunnelExchangeOptions) {
    const { client, authority, presented } = options;
    this.#options = options;
    this.#stream = stream;
    this.#body = stream.body[Symbol.asyncIterator]();
    const { method, path, h } = stream.request;
    this.method = method;
    this.path = path;
    this.address = client.address;
    this.client = client.name;
    this.authority = authority;
    // HTTP's names know no case, and a peer may write what it likes.
    const said = h.map(([name, value]) => [name.toLowerCase(), value] as const);
    const own: HeaderList = presented === undefined ? [] : [[PASSPHRASE_HEADER, presented]];
    this.headers = [...said.filter(([name]) => name !== PASSPHRASE_HEADER), ...own];
    stream.signal.addEventListener("abort", () => this.#reset(), { once: true });
  }

  header(name: string): string | undefined {
    return headerValue(this.headers, name);
  }

  get gone(): boolean {
    return this.#gone;
  }

  get responded(): boolean {
    return this.#responded;
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  onDone(listener: () => void): void {
    this.#onDone = listener;
  }

  receive(sink: BodySink): void {
    if (this.#gone) return;
    this.#feeding = true;
    void this.#feed(sink);
  }

  respond(status: number, headers: HeaderList, { end = false } = {}): void {
    if (this.#gone || this.#responded) return;
    this.#responded = true;
    if (end) this.#finish();
    this.#stream.respond({ status, h: headers }, { end });
    if (end) this.#stream.reset(OK, "the answer is whole");
  }

  write(bytes: Uint8Array): boolean {
    if (this.#gone || this.#finished) return true;
    this.#room = this.#stream.write(bytes);
    return this.#room === undefined;
  }

  async drained(): Promise<void> {
    await this.#room;
  }

  end(trailers: HeaderList = []): void {
    if (this.#gone || this.#finished) return;
    this.#finish();
    // What the client still sends nobody wants: it is told so.
    this.#stream.end(trailers.length === 0 ? undefined : trailers, { stop: true });
  }

  abort(): void {
    this.#stream.reset(GrpcStatus.internal, "the relay could not answer");
  }

  /** Nothing more goes to the client, and what is here of its body is thrown away. */
  #finish(): void {
    this.#finished = true;
    this.#done();
    void this.#body.return?.();
    this.#hurry?.();
  }

  async #feed(sink: BodySink): Promise<void> {
    try {
      for (let next = await this.#body.next(); next.done !== true; next = await this.#body.next()) {
        const room = sink.data(next.value);
        if (room !== undefined && !this.#stream.signal.aborted) await this.#roomOrHurry(room);
      }
      sink.end();
    } catch (error) {
      // How the client left is told by the signal.
      if (!(error instanceof StreamReset)) throw error;
    }
    this.#feeding = false;
    if (this.#stream.signal.aborted) this.#leave();
  }

  /** A race of promises would keep something of each wait for as long as the stream lives. */
  async #roomOrHurry(room: Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#hurry = resolve;
      void room.then(resolve);
    });
    this.#hurry = undefined;
  }

  /** The client has reset the stream, or its tunnel is over: what it sent before is still handed on, a stream's window at most. */
  #reset(): void {
    if (!this.#finished) this.#options.onReset();
    if (this.#feeding) this.#hurry?.();
    else this.#leave();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#onGone?.();
    this.#done();
  }

  #done(): void {
    this.#onDone?.();
    this.#onDone = undefined;
  }
}
