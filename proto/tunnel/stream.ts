/**
 * One stream of a tunnel: a request and its response, from either side.
 * Above: whoever asks or answers (TunnelStream in types.ts). Below: sender.ts, byte-queue.ts.
 * The tunnel hands it the peer's frames through `StreamController`; users never see that half.
 */

import { ByteQueue } from "./byte-queue.ts";
import { Flag, type Frame, FrameType } from "./frame.ts";
import { encodeJson, encodeReset } from "./heads.ts";
import { MAX_HEAD_BYTES } from "./limits.ts";
import { TunnelProtocolError } from "./protocol-error.ts";
import { endOfData, type Sender, SendQueue } from "./sender.ts";
import {
  GrpcStatus,
  type HeaderList,
  type RequestHead,
  type ResponseHead,
  StreamReset,
  type TunnelStream,
} from "./types.ts";

/** What a stream needs from its tunnel. */
export interface StreamHost {
  readonly sender: Sender;
  /** Give the peer window back for bytes that were taken. */
  credit(stream: number, bytes: number): void;
  /** Both directions are over. */
  done(stream: number): void;
}

export class Stream implements TunnelStream {
  readonly id: number;
  readonly request: RequestHead;
  readonly #host: StreamHost;
  readonly #queue: SendQueue;
  readonly #body: ByteQueue;
  readonly #opener: boolean;
  /** Bytes that the peer may still send. */
  #receiveWindowBytes: number;
  #trailers: HeaderList | undefined;
  #responded = false;
  #localEnded = false;
  #localFlushed = false;
  #remoteEnded = false;
  #over = false;
  #reset: StreamReset | undefined;
  /** Reset as soon as all is delivered. */
  #leaving: StreamReset | undefined;
  /** Reset as soon as this side's end is on its way. */
  #stops = false;
  #abort: AbortController | undefined;
  #response: PromiseWithResolvers<ResponseHead> | undefined;
  #gotResponse: ResponseHead | undefined;
  #closed: PromiseWithResolvers<StreamReset | undefined> | undefined;

  constructor(
    host: StreamHost,
    id: number,
    request: RequestHead,
    options: { opener: boolean; sendWindowBytes: number; receiveWindowBytes: number },
  ) {
    this.id = id;
    this.request = request;
    this.#host = host;
    this.#opener = options.opener;
    this.#receiveWindowBytes = options.receiveWindowBytes;
    this.#queue = new SendQueue(id, options.sendWindowBytes, () => {
      this.#localFlushed = true;
      if (this.#leaving !== undefined) this.dispose(this.#leaving);
      else this.#finishWhenBothEnded();
      // Not inside of the flush that takes the last frame: the reset has to come after it.
      if (this.#stops) void Promise.resolve().then(() => this.reset(NOT_WANTED, "the answer is whole"));
    });
    this.#body = new ByteQueue((bytes) => {
      this.#receiveWindowBytes += bytes;
      if (!this.#remoteEnded) host.credit(id, bytes);
    });
  }

  // What users see.

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#reset !== undefined) this.#abort.abort(this.#reset);
    }
    return this.#abort.signal;
  }

  get response(): Promise<ResponseHead> {
    if (this.#response === undefined) {
      this.#response = Promise.withResolvers<ResponseHead>();
      // Not everybody asks in time: a rejection is also told by `closed` and `signal`.
      this.#response.promise.catch(() => undefined);
      if (this.#gotResponse !== undefined) this.#response.resolve(this.#gotResponse);
      else if (this.#reset !== undefined) this.#response.reject(this.#reset);
    }
    return this.#response.promise;
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.#body;
  }

  get trailers(): HeaderList | undefined {
    return this.#trailers;
  }

  get closed(): Promise<StreamReset | undefined> {
    if (this.#closed === undefined) {
      this.#closed = Promise.withResolvers<StreamReset | undefined>();
      if (this.#over) this.#closed.resolve(this.#reset);
    }
    return this.#closed.promise;
  }

  respond(head: ResponseHead, { end = false }: { end?: boolean } = {}): void {
    if (this.#over || this.#localEnded) return;
    if (this.#opener || this.#responded)
      throw new Error("a stream is responded to once, by the side that did not open it");
    this.#responded = true;
    const payload = this.#encodeHead(head);
    if (payload === undefined) return;
    this.#host.sender.control({
      type: FrameType.headers,
      flags: end ? Flag.end : 0,
      stream: this.id,
      payload,
    });
    if (end) {
      this.#localEnded = true;
      this.#localFlushed = true;
      this.#finishWhenBothEnded();
    }
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#over || this.#localEnded) return undefined;
    this.#queue.push(bytes);
    this.#host.sender.ready(this.#queue);
    return this.#queue.room();
  }

  end(trailers?: HeaderList, { stop = false }: { stop?: boolean } = {}): void {
    if (this.#over || this.#localEnded) return;
    this.#stops = stop;
    const payload = trailers === undefined ? undefined : this.#encodeHead({ h: trailers });
    if (trailers !== undefined && payload === undefined) return;
    this.#localEnded = true;
    this.#queue.end(
      payload === undefined
        ? endOfData(this.id)
        : { type: FrameType.headers, flags: Flag.end | Flag.trailers, stream: this.id, payload },
    );
    this.#host.sender.ready(this.#queue);
  }

  /** Undefined when it does not fit: the peer would take it for a broken protocol, so this stream alone pays for it. */
  #encodeHead(head: ResponseHead | { readonly h: HeaderList }): Uint8Array | undefined {
    const payload = encodeJson(head);
    if (payload.length <= MAX_HEAD_BYTES) return payload;
    this.reset(
      GrpcStatus.internal,
      `the answer has ${payload.length} bytes of headers, ${MAX_HEAD_BYTES} are allowed`,
    );
    return undefined;
  }

  reset(code: number, message: string, { afterFlush = false }: { afterFlush?: boolean } = {}): void {
    if (this.#over) return;
    const reason = new StreamReset(code, message);
    const frame = { type: FrameType.rst, flags: 0, stream: this.id, payload: encodeReset(code, message) };
    if (afterFlush && !this.#localFlushed && this.#queue.bytes > 0) {
      this.#localEnded = true;
      this.#leaving = reason;
      this.#queue.end(frame);
      return;
    }
    this.#host.sender.control(frame);
    this.dispose(reason);
  }

  /** OPEN went out with END: the request has no body. */
  endWithoutBody(): void {
    this.#localEnded = true;
    this.#localFlushed = true;
  }

  // What the tunnel sees: the peer's frames. These throw TunnelProtocolError.

  /** OPEN came with END: the request has no body. */
  receiveEnd(): void {
    this.#remoteEnded = true;
    this.#body.end();
    this.#finishWhenBothEnded();
  }

  receiveData({ payload, flags }: Frame): void {
    if (this.#remoteEnded) throw new TunnelProtocolError(`stream ${this.id} has DATA after its end`);
    if (this.#opener && this.#gotResponse === undefined) {
      throw new TunnelProtocolError(`stream ${this.id} has DATA before HEADERS`);
    }
    if (payload.length > this.#receiveWindowBytes) {
      throw new TunnelProtocolError(`stream ${this.id} exceeds its window`);
    }
    this.#receiveWindowBytes -= payload.length;
    this.#body.push(payload);
    if ((flags & Flag.end) !== 0) this.receiveEnd();
  }

  receiveResponse(head: ResponseHead, end: boolean): void {
    if (!this.#opener || this.#gotResponse !== undefined) {
      throw new TunnelProtocolError(`stream ${this.id} has a second response head`);
    }
    this.#gotResponse = head;
    this.#response?.resolve(head);
    if (end) this.receiveEnd();
  }

  receiveTrailers(trailers: HeaderList): void {
    if (this.#remoteEnded) throw new TunnelProtocolError(`stream ${this.id} has trailers after its end`);
    this.#trailers = trailers;
    this.receiveEnd();
  }

  receiveWindow(bytes: number): void {
    if (this.#queue.windowBytes + bytes > 0x7fffffff) {
      throw new TunnelProtocolError(`the window of stream ${this.id} is above 2 GiB`);
    }
    this.#queue.windowBytes += bytes;
    this.#host.sender.ready(this.#queue);
  }

  /** The peer reset the stream, or the tunnel is lost: nothing more is sent. */
  dispose(reason: StreamReset): void {
    if (this.#over) return;
    this.#reset = reason;
    this.#body.fail(reason);
    this.#response?.reject(reason);
    this.#finish();
    this.#abort?.abort(reason);
  }

  #finishWhenBothEnded(): void {
    if (this.#localFlushed && this.#remoteEnded) this.#finish();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#host.sender.forget(this.#queue);
    this.#queue.clear();
    this.#closed?.resolve(this.#reset);
    this.#host.done(this.id);
  }
}

/** Status of a reset that is no failure: OK. */
const NOT_WANTED = 0;

/** What calls in flight are told when their tunnel is lost. */
export function tunnelLost(reason: string): StreamReset {
  return new StreamReset(GrpcStatus.unavailable, reason);
}
