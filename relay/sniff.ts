/**
 * Reads a new connection's first bytes, gives them back, and says what it speaks.
 * Above: port.ts. Below: first-bytes.ts.
 */

import type { Socket } from "node:net";
import { classify, type FirstBytes } from "./first-bytes.ts";

export type Protocol = Exclude<FirstBytes, "more">;

export interface SniffOptions {
  /** A connection that has not said what it speaks by then is cut. */
  readonly timeoutMs: number;
  /** Called at most once, with the connection paused and whole: nothing of it has been taken. */
  onProtocol(protocol: Protocol): void;
}

export function sniff(socket: Socket, { timeoutMs, onProtocol }: SniffOptions): void {
  // Until a server has it: a connection that breaks before it says anything is nobody's news.
  const onError = (): void => undefined;
  const cut = (): void => {
    socket.destroy();
  };
  let lastLook: NodeJS.Immediate | undefined;
  // Sockets are read before an immediate runs: a relay that was held up itself does not blame its clients for that.
  const timer = setTimeout(() => {
    lastLook = setImmediate(cut);
  }, timeoutMs);
  const stop = (): void => {
    clearTimeout(timer);
    clearImmediate(lastLook);
  };
  let seen: Buffer | undefined;
  const onData = (chunk: Buffer): void => {
    seen = seen === undefined ? chunk : Buffer.concat([seen, chunk]);
    const kind = classify(seen);
    if (kind === "more") return;
    stop();
    socket.off("data", onData);
    socket.off("end", cut);
    socket.off("close", stop);
    socket.pause();
    socket.unshift(seen);
    onProtocol(kind);
    socket.off("error", onError);
  };
  socket.on("error", onError);
  socket.on("data", onData);
  // Nothing whole has come, and nothing more will.
  socket.once("end", cut);
  socket.once("close", stop);
}
