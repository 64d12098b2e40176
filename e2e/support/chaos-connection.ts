/**
 * One connection over a bad line: both of its sockets, and what the line does to it.
 * Above: chaos-link.ts. Below: node:net, gate.ts.
 */

import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Gate } from "./gate.ts";

/** How a connection breaks: with a reset, or with an orderly end that nobody has asked for. */
export type Cut = "reset" | "end";

/** A client's socket, and the one to the target. */
export class ChaosConnection {
  readonly sockets: readonly [client: Socket, target: Socket];
  readonly stall = new Gate();
  swallows: boolean;
  trickleBytes = 0;
  readonly #over = new AbortController();

  constructor(client: Socket, target: Socket, swallows: boolean) {
    this.sockets = [client, target];
    this.swallows = swallows;
    for (const socket of this.sockets) {
      // "close" says what there is to say.
      socket.on("error", () => undefined);
      socket.once("close", () => {
        if (this.sockets.every(({ closed, destroyed }) => closed || destroyed)) this.#over.abort();
      });
    }
  }

  /** Aborted when nothing of it is left. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** One side has said all: the other one hears it, and may go on. */
  ended(to: Socket): void {
    if (!this.swallows && !this.over.aborted) to.end();
  }

  /** One side broke: so does the other, unless it is not to know. */
  failed(to: Socket): void {
    if (!this.swallows && !this.over.aborted) to.resetAndDestroy();
  }

  break(how: Cut): void {
    for (const socket of this.sockets) {
      if (socket.connecting) socket.destroy();
      else if (how === "reset") socket.resetAndDestroy();
      // What it still hears after its end is for nobody.
      else socket.end(() => socket.destroy());
    }
    this.#over.abort();
  }

  stallFor(milliseconds: number): void {
    this.stall.close();
    sleep(milliseconds, undefined, { signal: this.over, ref: false }).then(
      () => this.stall.open(),
      () => undefined, // it is over
    );
  }
}
