/**
 * Notices an HTTP/2 client that is gone without a word (a pulled cable, a dead battery), so that its streams end and its
 * devices are free, and cuts the connection of one whose session is over and that does not close it. A client that is killed
 * needs none of this: its kernel closes the connection.
 * Above: http2-server.ts. Below: node:http2, limits.ts. Clients answer PING and SETTINGS by themselves (RFC 9113, sections
 * 6.5 and 6.7), idle ones too.
 */

import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { HTTP2_DEAD_MS, HTTP2_LINGER_MS, HTTP2_PING_INTERVAL_MS } from "./limits.ts";

export interface Http2Liveness {
  readonly http2PingIntervalMs: number;
  readonly http2DeadMs: number;
  /** From the end of a session to the end of its connection. */
  readonly http2LingerMs: number;
}

export const HTTP2_LIVENESS: Http2Liveness = {
  http2PingIntervalMs: HTTP2_PING_INTERVAL_MS,
  http2DeadMs: HTTP2_DEAD_MS,
  http2LingerMs: HTTP2_LINGER_MS,
};

export interface Http2Connection {
  readonly session: Pick<ServerHttp2Session, "closed" | "destroyed" | "destroy" | "ping" | "settings">;
  /** The session's own: a session that is destroyed knows it no more. */
  readonly socket: Pick<Socket, "bytesRead" | "destroy" | "once">;
}

/**
 * Ask a silent client for a sign of life, and end a session that gets none: its streams end as those of a broken connection.
 * When the session is over, for whatever reason, its connection is gone `http2LingerMs` and a look later.
 *
 * @param onDead Told before the session is ended.
 */
export function watchClient(
  { session, socket }: Http2Connection,
  { http2PingIntervalMs, http2DeadMs, http2LingerMs }: Http2Liveness,
  onDead: () => void,
): void {
  const ask = askFor(session);
  let bytesRead = socket.bytesRead;
  // Counted in looks and not by a clock: a relay that was stopped for a minute has missed nobody's answers.
  let silentMs = 0;
  let overMs = 0;
  const timer = setInterval(() => {
    if (session.destroyed) {
      if (overMs >= http2LingerMs) socket.destroy();
      overMs += http2PingIntervalMs;
    } else if (socket.bytesRead !== bytesRead) {
      bytesRead = socket.bytesRead;
      silentMs = 0;
    } else {
      silentMs += http2PingIntervalMs;
      if (silentMs < http2DeadMs) {
        ask();
      } else {
        onDead();
        session.destroy();
      }
    }
  }, http2PingIntervalMs);
  socket.once("close", () => clearInterval(timer));
}

/** Asks for a sign of life; the answer shows in the socket's bytes. Not to be asked of a session that is destroyed. */
function askFor(session: Http2Connection["session"]): () => void {
  let asked = false;
  return () => {
    if (!session.closed) {
      // Node allows ten unanswered ones, which is more than fit in the time.
      session.ping(() => undefined);
    } else if (!asked) {
      // After a GOAWAY of either side its streams may go on (RFC 9113, section 6.8), and Node sends no PING any more. SETTINGS
      // that change nothing are acknowledged as well. One at a time: Node ends a session with ten unanswered ones.
      asked = true;
      session.settings({}, () => {
        asked = false;
      });
    }
  };
}
