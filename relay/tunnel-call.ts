/**
 * One call inside a tunnel: its request goes into the stream, the stream's response goes to the client, bytes as they come.
 * Above: gateway.ts. Below: rpc-protocol.ts, http-exchange.ts, the tunnel's stream. No message is decoded.
 * It ends with a status in the words of its own protocol, whatever breaks.
 */

import { GrpcStatus, type HeaderList, StreamReset, type TunnelStream } from "../proto/tunnel/index.ts";
import { answerRpcError } from "./answer-rpc-error.ts";
import { forwardedResponseHeaders, headerValue } from "./headers.ts";
import type { BodySink, HttpExchange } from "./http-exchange.ts";
import { DELIVER_AFTER_LEAVE_MS } from "./limits.ts";
import type { RelayMetrics } from "./metrics.ts";
import { type RpcProtocol, rpcErrorTail } from "./rpc-protocol.ts";

const HIGHEST_STATUS = 16;

export interface TunnelCallOptions {
  readonly exchange: HttpExchange;
  readonly protocol: RpcProtocol;
  readonly stream: TunnelStream;
  /** The relay's own headers for the client, beside the exporter's. */
  readonly headers: HeaderList;
  readonly metrics: Pick<RelayMetrics, "received" | "sent">;
}

/** How a call ended, and what went through. */
export interface CallEnd {
  /** A gRPC status number; undefined where only the body has it (gRPC-Web, and errors of Connect). */
  readonly code: number | undefined;
  /** Why the relay could not send the response: its own failure, or the page's. */
  readonly failure?: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export class TunnelCall {
  /** Resolves when the call has been answered, or its client has gone. Never rejects. */
  readonly ended: Promise<CallEnd>;
  readonly #options: TunnelCallOptions;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(options: TunnelCallOptions) {
    this.#options = options;
    const { exchange, stream } = options;
    exchange.onGone(() => leave(stream));
    exchange.receive(this.#requestBody());
    this.ended = this.#answer().then((end) => ({
      ...end,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
    }));
  }

  /** End it from our side: the client and the exporter hear this status. */
  reset(code: number, text: string): void {
    this.#options.stream.reset(code, text);
  }

  #requestBody(): BodySink {
    const { stream, metrics } = this.#options;
    return {
      data: (chunk) => {
        this.#bytesIn += chunk.length;
        metrics.received(chunk.length);
        return stream.write(chunk);
      },
      end: () => stream.end(),
    };
  }

  /** The response, from the tunnel to the client. Never rejects. */
  async #answer(): Promise<Pick<CallEnd, "code" | "failure">> {
    const { exchange, stream, protocol } = this.#options;
    try {
      const { status, h } = await stream.response;
      const headers = [...forwardedResponseHeaders(h), ...this.#options.headers];
      // gRPC's trailers-only answer has its status in the head; HTTP/2 clients want it as one HEADERS that ends the stream.
      const trailersOnly = headerValue(h, "grpc-status") !== undefined;
      const head = { trailers: protocol === "grpc" };
      if (!trailersOnly) exchange.respond(status, headers, head);
      for await (const chunk of stream.body) {
        if (!exchange.responded) exchange.respond(status, headers, head);
        this.#bytesOut += chunk.length;
        this.#options.metrics.sent(chunk.length);
        if (!exchange.write(chunk)) await exchange.drained();
      }
      const trailers = forwardedResponseHeaders(stream.trailers ?? []);
      if (exchange.responded) exchange.end(trailers);
      else if (trailers.length === 0) exchange.respond(status, headers, { end: true });
      else {
        exchange.respond(status, headers, head);
        exchange.end(trailers);
      }
      return { code: statusOf(protocol, status, [...h, ...trailers]) };
    } catch (error) {
      if (exchange.gone) return { code: GrpcStatus.cancelled };
      if (error instanceof StreamReset) return { code: this.#fail(error.code, error.message) };
      // Headers that HTTP does not allow end here: the page's mistake, or ours; the client has to hear of it in any case.
      const text = error instanceof Error ? error.message : String(error);
      stream.reset(GrpcStatus.internal, "the relay could not send the response");
      const code = this.#fail(
        GrpcStatus.internal,
        `the relay could not send the exporter's response: ${text}`,
      );
      return { code, failure: text };
    }
  }

  /** The call breaks off: with an answer of our own, or the end of the one that has begun. @returns the status it got. */
  #fail(code: number, text: string): number {
    const { exchange, protocol, headers } = this.#options;
    const status = code >= 1 && code <= HIGHEST_STATUS ? code : GrpcStatus.unknown;
    if (!exchange.responded) {
      answerRpcError(exchange, protocol, { code: status, text }, headers);
      return status;
    }
    const tail = rpcErrorTail(protocol, status, text);
    if (tail === undefined) {
      exchange.abort();
      return status;
    }
    if (tail.bytes.length > 0) exchange.write(tail.bytes);
    exchange.end(tail.trailers);
    return status;
  }
}

/** The client went away: what it sent is still delivered, within a bound, and then the exporter hears of it. */
function leave(stream: TunnelStream): void {
  const text = "the client went away";
  stream.reset(GrpcStatus.cancelled, text, { afterFlush: true });
  const timer = setTimeout(() => stream.reset(GrpcStatus.cancelled, text), DELIVER_AFTER_LEAVE_MS);
  void stream.closed.then(() => clearTimeout(timer));
}

/** What a whole response says of the call's end without a look into its body. */
function statusOf(protocol: RpcProtocol, httpStatus: number, headers: HeaderList): number | undefined {
  const value = headerValue(headers, "grpc-status");
  if (value !== undefined && /^\d{1,3}$/.test(value)) return Number(value);
  // As every gRPC client takes it.
  if (protocol === "grpc") return GrpcStatus.unknown;
  return protocol === "connect-unary" && httpStatus === 200 ? 0 : undefined;
}
