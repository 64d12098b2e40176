/**
 * The HTTP/2 server behind the port, with its limits. It never listens itself.
 * Above: port.ts. Below: node:http2, http2-exchange.ts, http2-silence.ts, http2-liveness.ts.
 * node:http2 counts resets, bad frames, unanswered pings and CONTINUATION frames, and ends the connection that has too many.
 */

import {
  constants,
  createServer,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Session,
} from "node:http2";
import type { Socket } from "node:net";
import type { AddressLimits } from "./address-limits.ts";
import type { ClientName, ClientNames } from "./client-names.ts";
import { Http2Exchange } from "./http2-exchange.ts";
import { HTTP2_LIVENESS, type Http2Liveness, watchClient } from "./http2-liveness.ts";
import { endSilence } from "./http2-silence.ts";
import {
  HTTP2_CONNECTION_WINDOW_BYTES,
  HTTP2_MAX_FRAME_BYTES,
  HTTP2_MAX_STREAMS,
  HTTP2_RESET_BURST,
  HTTP2_RESETS_PER_SECOND,
  HTTP2_SESSION_MEMORY_MB,
  HTTP2_SILENCE_MS,
  HTTP2_STREAM_WINDOW_BYTES,
  MAX_HEADER_BYTES,
  MAX_HEADERS,
} from "./limits.ts";
import type { Logger } from "./logging.ts";

export interface Http2Timing extends Http2Liveness {
  /** For the first stream, or ping, of a connection. */
  readonly http2SilenceMs: number;
  /** Cancelled streams of a connection at once, and for each second after that. */
  readonly http2ResetBurst: number;
  readonly http2ResetsPerSecond: number;
}

export const HTTP2_TIMING: Http2Timing = {
  http2SilenceMs: HTTP2_SILENCE_MS,
  http2ResetBurst: HTTP2_RESET_BURST,
  http2ResetsPerSecond: HTTP2_RESETS_PER_SECOND,
  ...HTTP2_LIVENESS,
};

export interface Http2Options {
  readonly timing: Http2Timing;
  readonly limits: Pick<AddressLimits, "streams">;
  readonly clients: ClientNames;
  readonly log: Logger;
  onExchange(exchange: Http2Exchange): void;
}

export interface Http2 {
  readonly server: Http2Server;
  /** Serve a connection that has begun with HTTP/2's preface, or has agreed on h2 inside TLS. */
  take(socket: Socket): void;
}

export function createHttp2({ timing, limits, clients, log, onExchange }: Http2Options): Http2 {
  const server = createServer({
    settings: {
      initialWindowSize: HTTP2_STREAM_WINDOW_BYTES,
      maxFrameSize: HTTP2_MAX_FRAME_BYTES,
      maxConcurrentStreams: HTTP2_MAX_STREAMS,
      maxHeaderListSize: MAX_HEADER_BYTES,
    },
    maxHeaderListPairs: MAX_HEADERS,
    maxSessionMemory: HTTP2_SESSION_MEMORY_MB,
    streamResetBurst: timing.http2ResetBurst,
    streamResetRate: timing.http2ResetsPerSecond,
  });
  const nameOf = (session: Http2Session): ClientName =>
    clients.of(session, () => session.socket.remoteAddress);
  server.on("session", (session) => {
    // Now, while there is a socket to ask.
    nameOf(session);
    // Before the session is set up by the next tick it has no window to set.
    session.setLocalWindowSize(HTTP2_CONNECTION_WINDOW_BYTES);
    endSilence(session, timing.http2SilenceMs);
  });
  server.on("sessionError", (error: Error) => {
    log.debug("an HTTP/2 connection failed", { reason: error.message });
  });
  server.on("stream", (stream, headers, flags, rawHeaders) => {
    const { session } = stream;
    // A session that is gone already has nobody to answer.
    const client = session === undefined ? clients.of(stream, () => undefined) : nameOf(session);
    const leave = limits.streams.enter(client.address);
    if (leave === undefined) {
      // gRPC clients read it as RESOURCE_EXHAUSTED. An answer would be one more that nobody takes.
      stream.on("error", () => undefined);
      stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      return;
    }
    stream.once("close", leave);
    const ended = (flags & END_STREAM) !== 0;
    onExchange(new Http2Exchange(stream, headers, rawHeaders, { ended, client }));
  });
  return {
    server,
    take(socket) {
      // A session that is destroyed has no socket any more, and the socket may still be open: they are watched together.
      const onSession = (session: ServerHttp2Session): void =>
        watchClient({ session, socket }, timing, () => {
          log.info("a client is gone without a word", { address: nameOf(session).address });
        });
      // Node makes the session inside of emit().
      server.once("session", onSession);
      server.emit("connection", socket);
      server.off("session", onSession);
    },
  };
}

/** RFC 9113 section 6.2: the flag on HEADERS that says that no body follows. */
const END_STREAM = 0x1;
