/**
 * An HTTP/2 stream as an HttpExchange, on node:http2's core stream API.
 * Above: http-exchange.ts. Below: node:http2, http2-body.ts.
 */

import {
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
  type ServerStreamResponseOptions,
} from "node:http2";
import type { HeaderList } from "../proto/tunnel/index.ts";
import type { ClientName } from "./client-names.ts";
import { headerListFromRaw, headerValue, nodeHeaders } from "./headers.ts";
import type { BodySink, HttpExchange } from "./http-exchange.ts";
import { Http2Body } from "./http2-body.ts";
import { RESET_RETRY_MS, RESPONSE_HIGH_WATER_BYTES } from "./limits.ts";

const { NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR } = constants;

// A date on each response costs a header and tells nobody anything. Node takes the option; its types do not know it.
type RespondOptions = ServerStreamResponseOptions & { readonly sendDate: false };
const WHOLE: RespondOptions = { endStream: true, sendDate: false };
const HEAD: RespondOptions = { sendDate: false };
const HEAD_WITH_TRAILERS: RespondOptions = { waitForTrailers: true, sendDate: false };

export class Http2Exchange implements HttpExchange {
  readonly version = 2;
  readonly method: string;
  readonly path: string;
  readonly address: string;
  readonly client: string;
  readonly authority: string;
  readonly headers: HeaderList;
  readonly #stream: ServerHttp2Stream;
  /** Undefined when the request has none. */
  readonly #body: Http2Body | undefined;
  #gone = false;
  #finished = false;
  #requestEnded: boolean;
  #onGone: (() => void) | undefined;
  #onDone: (() => void) | undefined;
  #withTrailers = false;
  #trailers: HeaderList = [];

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rawHeaders: readonly string[],
    { ended, client }: { ended: boolean; client: ClientName },
  ) {
    this.#stream = stream;
    this.#requestEnded = ended;
    this.#body = ended ? undefined : new Http2Body(stream);
    this.address = client.address;
    this.client = client.name;
    this.method = String(headers[":method"] ?? "");
    this.path = String(headers[":path"] ?? "");
    this.authority = String(headers[":authority"] ?? headers.host ?? "");
    this.headers = headerListFromRaw(rawHeaders);
    // A stream's errors (a reset, a broken connection) all end in "close", which says what there is to say.
    stream.on("error", () => undefined);
    stream.once("end", () => {
      this.#requestEnded = true;
    });
    stream.once("close", () => {
      this.#done();
      if (this.#finished && stream.rstCode === NGHTTP2_NO_ERROR) return;
      this.#gone = true;
      this.#onGone?.();
    });
  }

  header(name: string): string | undefined {
    return headerValue(this.headers, name);
  }

  get gone(): boolean {
    return this.#gone;
  }

  get responded(): boolean {
    return this.#stream.headersSent;
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  onDone(listener: () => void): void {
    this.#onDone = listener;
  }

  receive(sink: BodySink): void {
    if (this.#body === undefined) sink.end();
    else this.#body.receive(sink);
  }

  respond(status: number, headers: HeaderList, { end = false, trailers = false } = {}): void {
    const stream = this.#stream;
    if (this.#gone || stream.destroyed || stream.closed) return;
    const head = { ...nodeHeaders(headers), ":status": status };
    if (end) this.#finished = true;
    this.#withTrailers = trailers;
    if (trailers) stream.once("wantTrailers", () => this.#sendTrailers());
    stream.respond(head, end ? WHOLE : trailers ? HEAD_WITH_TRAILERS : HEAD);
    if (!end) return;
    this.#done();
    this.#releaseRequest();
  }

  write(bytes: Uint8Array): boolean {
    const stream = this.#stream;
    if (this.#gone || stream.destroyed || stream.writableEnded) return true;
    stream.write(bytes);
    // Node's own mark is smaller than a frame of the tunnel: waiting at each would cost half the throughput.
    return stream.writableLength <= RESPONSE_HIGH_WATER_BYTES;
  }

  drained(): Promise<void> {
    const stream = this.#stream;
    if (this.#gone || stream.destroyed || !stream.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        stream.off("drain", done);
        stream.off("close", done);
        resolve();
      };
      stream.on("drain", done);
      stream.on("close", done);
    });
  }

  end(trailers: HeaderList = []): void {
    const stream = this.#stream;
    if (this.#gone || stream.destroyed || stream.writableEnded) return;
    this.#finished = true;
    this.#trailers = trailers;
    // With trailers it is not over before those are sent, and "finish" comes before that.
    if (!this.#withTrailers) stream.once("finish", () => this.#releaseRequest());
    stream.end();
    this.#done();
  }

  abort(): void {
    if (!this.#stream.destroyed) this.#stream.close(NGHTTP2_INTERNAL_ERROR);
  }

  #done(): void {
    this.#onDone?.();
    this.#onDone = undefined;
  }

  #sendTrailers(): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    try {
      stream.sendTrailers(nodeHeaders(this.#trailers));
    } catch {
      // Called by Node itself: nobody above could catch it, and one bad trailer must not end the relay.
      stream.close(NGHTTP2_INTERNAL_ERROR);
      return;
    }
    this.#releaseRequest();
  }

  /** The response is whole and the client still sends: tell it to stop, without an error (RFC 9113 section 8.1). */
  #releaseRequest(): void {
    // What nobody wants of the request is thrown away: an unread readable side would keep the stream.
    this.#stream.resume();
    this.#body?.discard();
    if (!this.#requestEnded) setImmediate(() => this.#stopClient());
  }

  #stopClient(): void {
    const stream = this.#stream;
    if (this.#requestEnded || stream.destroyed || stream.closed) return;
    // A reset overtakes, and so destroys, what is still queued of the response.
    const queued = stream.session?.state.outboundQueueSize ?? 0;
    if (queued === 0) stream.close(NGHTTP2_NO_ERROR);
    else setTimeout(() => this.#stopClient(), RESET_RETRY_MS).unref();
  }
}
