/**
 * Ends HTTP/2 connections on which nobody wants anything.
 * Above: http2-server.ts. Below: node:http2. GOAWAY: RFC 9113, section 6.8.
 */

import { constants, type ServerHttp2Session } from "node:http2";

export type SilentSession = Pick<
  ServerHttp2Session,
  "destroyed" | "destroy" | "goaway" | "off" | "on" | "once"
>;

/**
 * Ends a connection that opens no stream and sends no ping. A client that keeps its connection alive is let alone, and so is
 * one that has made a call: it may be idle for ever.
 */
export function endSilence(session: SilentSession, silenceMs: number): void {
  const timer = setTimeout(() => {
    // It has said GOAWAY, or was told so, and holds its connection: http2-liveness.ts cuts that.
    if (session.destroyed) return;
    const sentence = `no request came within ${silenceMs / 1000} s`;
    session.goaway(constants.NGHTTP2_NO_ERROR, 0, Buffer.from(sentence));
    // Not close(): that waits for the peer's end of the connection.
    setImmediate(() => session.destroy());
  }, silenceMs);
  const onPing = (): void => {
    timer.refresh();
  };
  const stop = (): void => {
    clearTimeout(timer);
    session.off("ping", onPing);
  };
  session.on("ping", onPing);
  session.once("stream", stop);
  session.once("close", stop);
}
