/**
 * A long line: a TCP forwarder that lets every byte arrive so many milliseconds later, both ways.
 * Above: bench/. Below: node:net.
 *
 * What it promises: every byte once, in order and unchanged, and the end of each direction behind its last byte; a connection that breaks at one
 * side breaks at the other. It holds what a direction carries while the delay lasts, and stops reading above MAX_HELD_BYTES.
 */

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface DelayLinkOptions {
  readonly host: string;
  readonly port: number;
  /** Each way: a round trip takes twice as long. */
  readonly delayMs: number;
}

/** 16 MiB on their way in one direction: above any window of a connection through it, so that only time is added. */
const MAX_HELD_BYTES = 16 * 2 ** 20;

export class DelayLink implements AsyncDisposable {
  readonly #options: DelayLinkOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: DelayLinkOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** On a free loopback port. */
  static async open(options: DelayLinkOptions): Promise<DelayLink> {
    const link = new DelayLink(options);
    link.#server.listen(0, "127.0.0.1");
    await once(link.#server, "listening");
    return link;
  }

  /** `127.0.0.1:40123` */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("this line has been taken away");
    return `127.0.0.1:${address.port}`;
  }

  /** Break what is left of its connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(client: Socket): void {
    const { host, port } = this.#options;
    const target = connect({ host, port, allowHalfOpen: true, noDelay: true });
    this.#pump(client, target);
    this.#pump(target, client);
  }

  /** One direction. */
  #pump(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    let heldBytes = 0;
    let arrived: Promise<void> = Promise.resolve();
    /** Do it when everything before it has arrived, and not before its time. */
    const later = (deliver: () => void | Promise<void>): void => {
      const at = performance.now() + this.#options.delayMs;
      arrived = arrived.then(() => sleep(Math.max(0, at - performance.now()))).then(deliver);
    };
    from.on("data", (chunk: Buffer) => {
      heldBytes += chunk.byteLength;
      if (heldBytes > MAX_HELD_BYTES) from.pause();
      later(async () => {
        if (!to.destroyed && !to.write(chunk)) await drained(to);
        heldBytes -= chunk.byteLength;
        if (heldBytes <= MAX_HELD_BYTES) from.resume();
      });
    });
    from.once("end", () => later(() => void to.end()));
    // Its "close" comes next, and says so.
    from.on("error", () => undefined);
    from.once("close", (broken) => {
      this.#sockets.delete(from);
      if (broken) later(() => void to.resetAndDestroy());
    });
  }
}

/** Resolves when the socket takes more, or never will. */
function drained(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    socket.off("drain", done).off("close", done);
    resolve();
  };
  socket.on("drain", done).on("close", done);
  return promise;
}
