/**
 * A bad line: a TCP forwarder that breaks, holds up and falsely keeps connections, on command or by a schedule of bytes.
 * Above: chaos/test.ts, soak/. Below: node:net, chaos-connection.ts, random.ts.
 *
 * What it promises: every byte that it passes on is passed on once, in order and unchanged; where a schedule breaks a
 * connection follows from the random numbers and the bytes that went before, not from the clock. It holds no more than
 * one read (64 KiB) and one full socket buffer a direction: whoever sends into a stalled line is held back.
 */

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { ChaosConnection, type Cut } from "./chaos-connection.ts";
import { Gate } from "./gate.ts";
import type { Random } from "./random.ts";

/**
 * What a schedule does to the connection that the byte is on. `stall`: nothing is read from it for a moment. `trickle`:
 * what comes next goes on a few bytes at a time.
 */
export type Trouble = Cut | "stall" | "trickle";

export interface Schedule {
  /** Bytes, of both directions together, from one trouble to the next: at least and at most. */
  readonly bytes: readonly [least: number, most: number];
  /** The schedule is over after so many cuts; stalls and trickles do not count. */
  readonly cuts: number;
  /** Chosen from at random. Cuts only, when absent. */
  readonly kinds?: readonly Trouble[];
}

export interface ChaosLinkOptions {
  readonly host: string;
  readonly port: number;
  readonly random: Random;
}

export interface LinkStats {
  /** Open now. */
  readonly connections: number;
  /** Since the start. */
  readonly accepted: number;
  readonly cuts: number;
  readonly troubles: number;
  /** Towards the target, and back from it. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** 2 KiB that trickle: a WebSocket's handshake and its HELLO, or a few frames. */
const TRICKLE_BYTES = 2048;
/** 7 bytes at most in one write of a trickle: less than a frame's header. */
const TRICKLE_PIECE_BYTES = 7;
/** Up to 200 ms of a scheduled stall: long enough that windows fill, short enough to have many. */
const STALL_MS: readonly [number, number] = [10, 200];

export class ChaosLink implements AsyncDisposable {
  readonly #options: ChaosLinkOptions;
  readonly #connections = new Set<ChaosConnection>();
  readonly #server: Server;
  readonly #stall = new Gate();
  #newOnes: "forwarded" | "refused" | "swallowed" = "forwarded";
  #schedule: Schedule | undefined;
  #bytesToTrouble = 0;
  #cutsLeft = 0;
  #scheduleOver: PromiseWithResolvers<void> | undefined;
  #accepted = 0;
  #cuts = 0;
  #troubles = 0;
  #bytes = { up: 0, down: 0 };

  private constructor(options: ChaosLinkOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** A clear line on a free loopback port. */
  static async open(options: ChaosLinkOptions): Promise<ChaosLink> {
    const link = new ChaosLink(options);
    link.#server.listen(0, "127.0.0.1");
    await once(link.#server, "listening");
    return link;
  }

  /** `127.0.0.1:40123`: the same also while the line is down. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("this line has been taken away");
    return `127.0.0.1:${address.port}`;
  }

  get stats(): LinkStats {
    return {
      connections: this.#connections.size,
      accepted: this.#accepted,
      cuts: this.#cuts,
      troubles: this.#troubles,
      bytesUp: this.#bytes.up,
      bytesDown: this.#bytes.down,
    };
  }

  /** `url` with this line's address in the place of the target's. */
  through(url: string): string {
    const there = new URL(url);
    there.host = this.address;
    return there.href;
  }

  /** Break every connection now. New ones are taken. @returns How many there were. */
  cut(how: Cut = "reset"): number {
    const present = [...this.#connections];
    for (const connection of present) this.#break(connection, how);
    return present.length;
  }

  /** Break every connection and refuse new ones, until `up`. The port stays ours: they are taken, and reset at once. */
  down(how: Cut = "reset"): void {
    this.#newOnes = "refused";
    this.cut(how);
  }

  /** Take connections again, and forward what comes. */
  up(): void {
    this.#newOnes = "forwarded";
    this.unstall();
  }

  /** Read nothing more from anybody, until `unstall`. Connections stay; senders are held back. */
  stall(): void {
    this.#stall.close();
  }

  unstall(): void {
    this.#stall.open();
  }

  /**
   * The connections that are there become half-open for good: they stay, nothing that is said on them arrives, and the
   * end of one side is no news at the other. New ones are clear.
   */
  halfOpen(): number {
    for (const connection of this.#connections) connection.swallows = true;
    return this.#connections.size;
  }

  /** As `halfOpen`, and new connections too, until `up`: those are taken, and nothing ever comes of them. */
  blackhole(): void {
    this.halfOpen();
    this.#newOnes = "swallowed";
  }

  /** What comes next on each connection that is there goes on a few bytes at a time. */
  trickle(bytes: number = TRICKLE_BYTES): void {
    for (const connection of this.#connections) connection.trickleBytes = bytes;
  }

  /**
   * Trouble by bytes, from the next byte on; it takes the place of an earlier schedule.
   *
   * @returns Resolves after the last cut, or when the schedule is stopped or replaced.
   */
  disturb(schedule: Schedule): Promise<void> {
    this.calm();
    this.#schedule = schedule;
    this.#cutsLeft = schedule.cuts;
    this.#scheduleOver = Promise.withResolvers<void>();
    this.#aim();
    return this.#scheduleOver.promise;
  }

  /** End the schedule. */
  calm(): void {
    this.#schedule = undefined;
    this.#scheduleOver?.resolve();
  }

  /** Wait until every clear connection has ended by itself, at most `timeoutMs`: last words are on their way. */
  async settled(timeoutMs: number): Promise<void> {
    const clear = [...this.#connections].filter(({ swallows }) => !swallows);
    const ended = clear.map(({ over }) => over.aborted || once(over, "abort"));
    await Promise.race([Promise.all(ended), sleep(timeoutMs, undefined, { ref: false })]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.calm();
    const closed = once(this.#server, "close");
    this.#server.close();
    this.down();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#newOnes === "refused") {
      client.on("error", () => undefined);
      client.resetAndDestroy();
      return;
    }
    this.#accepted += 1;
    const { host, port } = this.#options;
    const target = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const connection = new ChaosConnection(client, target, this.#newOnes === "swallowed");
    this.#connections.add(connection);
    connection.over.addEventListener("abort", () => this.#connections.delete(connection));
    this.#pump(connection, client, target, "up");
    this.#pump(connection, target, client, "down");
  }

  /**
   * One direction of one connection. By events, and not by a loop over the stream: what came right before a reset is
   * passed on before the reset is, as a real line does it.
   */
  #pump(connection: ChaosConnection, from: Socket, to: Socket, direction: "up" | "down"): void {
    let forwarded = Promise.resolve();
    let ended = false;
    from.on("data", (chunk: Buffer) => {
      from.pause();
      forwarded = this.#forward(connection, to, chunk, direction).then(
        () => void from.resume(),
        () => undefined, // the connection is over
      );
    });
    from.once("end", () => {
      ended = true;
      void forwarded.then(() => connection.ended(to));
    });
    from.once("close", () => {
      if (!ended) void forwarded.then(() => connection.failed(to));
    });
  }

  /** Without a pause it is done when it returns. Rejects when the connection is over first. */
  async #forward(
    connection: ChaosConnection,
    to: Socket,
    chunk: Buffer,
    direction: "up" | "down",
  ): Promise<void> {
    const { over } = connection;
    for (let at = 0; at < chunk.byteLength && !over.aborted; ) {
      while (this.#stall.isClosed) await this.#stall.passed(over);
      while (connection.stall.isClosed) await connection.stall.passed(over);
      if (connection.swallows) return;
      const piece = chunk.subarray(at, at + this.#pieceBytes(connection, chunk.byteLength - at));
      at += piece.byteLength;
      this.#bytes[direction] += piece.byteLength;
      const trickles = connection.trickleBytes > 0;
      connection.trickleBytes = Math.max(0, connection.trickleBytes - piece.byteLength);
      const isFull = !to.write(piece);
      this.#count(connection, piece.byteLength);
      if (isFull && !over.aborted) await once(to, "drain", { signal: over });
      if (trickles && !over.aborted) await nextTurn(undefined, { signal: over });
    }
  }

  /** How much may go in one write: up to the next trouble, and little where it trickles. */
  #pieceBytes(connection: ChaosConnection, leftBytes: number): number {
    const wanted =
      connection.trickleBytes > 0
        ? Math.min(leftBytes, this.#options.random.between(1, TRICKLE_PIECE_BYTES))
        : leftBytes;
    return this.#schedule === undefined ? wanted : Math.min(wanted, Math.max(1, this.#bytesToTrouble));
  }

  #count(connection: ChaosConnection, bytes: number): void {
    if (this.#schedule === undefined) return;
    this.#bytesToTrouble -= bytes;
    if (this.#bytesToTrouble > 0) return;
    const { kinds = ["reset", "end"] } = this.#schedule;
    this.#aim();
    this.#trouble(connection, this.#options.random.pick(kinds));
  }

  #aim(): void {
    if (this.#schedule !== undefined)
      this.#bytesToTrouble = this.#options.random.between(...this.#schedule.bytes);
  }

  #trouble(connection: ChaosConnection, kind: Trouble): void {
    this.#troubles += 1;
    if (kind === "trickle") connection.trickleBytes = TRICKLE_BYTES;
    else if (kind === "stall") connection.stallFor(this.#options.random.between(...STALL_MS));
    else {
      this.#break(connection, kind);
      this.#cutsLeft -= 1;
      if (this.#cutsLeft <= 0) this.calm();
    }
  }

  #break(connection: ChaosConnection, how: Cut): void {
    this.#cuts += 1;
    connection.break(how);
  }
}
