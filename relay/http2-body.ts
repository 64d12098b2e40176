/**
 * The body of an HTTP/2 request on its way to a sink that may come late, or have no room: what is held is joined.
 * Above: http2-exchange.ts. Below: node:http2.
 *
 * A stream of Node that nobody reads keeps one object for each DATA frame, so a window of 256 KiB that comes byte by byte
 * takes 29 MiB. Its own buffer is therefore never used: chunks are taken where node:http2 hands them to the stream, and its
 * answer "no more" keeps the client's window shut. So a stream window is held, and what came with the head, as bytes.
 */

import { constants, type ServerHttp2Stream } from "node:http2";
import type { BodySink } from "./http-exchange.ts";

/** Bytes of the first buffer that held chunks are joined in; it doubles, so it is never more than twice what it holds. */
const FIRST_BUFFER_BYTES = 256;

export class Http2Body {
  readonly #stream: ServerHttp2Stream;
  #held = Buffer.alloc(0);
  #heldBytes = 0;
  #sink: BodySink | undefined;
  /** The sink has no room. */
  #waiting = false;
  #discarding = false;
  /** The last byte has come. */
  #whole = false;

  /** @param stream One whose body nobody else reads. */
  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
    // What came in one piece with the head is with Node already.
    const first: Buffer | null = stream.readableLength > 0 ? stream.read() : null;
    if (first !== null) this.#hold(first);
    const end = stream.push.bind(stream, null);
    stream.push = (chunk: Buffer | null) => (chunk === null ? end() : this.#take(chunk));
    // A client that leaves after its last byte meant that byte.
    stream.once("aborted", () => {
      const bytes = this.#release();
      if (bytes !== undefined) void this.#sink?.data(bytes);
    });
    stream.once("end", () => {
      // Node ends the readable side of a stream that was reset, too: that is no end of the body.
      this.#whole = !stream.aborted && stream.rstCode === constants.NGHTTP2_NO_ERROR;
      if (this.#sink !== undefined && !this.#waiting) this.#goOn(this.#sink);
    });
    stream.once("close", () => {
      if (this.#sink === undefined) this.discard();
    });
  }

  /** Hand it to this sink from here on, what is held first. At most once. */
  receive(sink: BodySink): void {
    this.#sink = sink;
    this.#goOn(sink);
  }

  /** Nobody wants it: unless it has a sink, it is thrown away from here on. */
  discard(): void {
    if (this.#sink !== undefined) return;
    this.#discarding = true;
    this.#release();
    this.#readOn();
  }

  /** @returns whether Node may give the client more window. */
  #take(chunk: Buffer): boolean {
    if (this.#discarding) return true;
    if (this.#sink !== undefined && !this.#waiting) return this.#give(this.#sink, chunk);
    this.#hold(chunk);
    return false;
  }

  #give(sink: BodySink, chunk: Buffer): boolean {
    const room = sink.data(chunk);
    if (room === undefined) return true;
    this.#waiting = true;
    void room.then(() => {
      this.#waiting = false;
      this.#goOn(sink);
    });
    return false;
  }

  #goOn(sink: BodySink): void {
    const bytes = this.#release();
    if (bytes !== undefined && !this.#give(sink, bytes)) return;
    if (this.#whole) sink.end();
    else this.#readOn();
  }

  #readOn(): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.readableEnded) return;
    stream.resume();
    // Since its own buffer sees nothing, resume() alone would ask node:http2 only once.
    stream._read(0);
  }

  /** Copied: a chunk is a view, and would keep all that came with it. */
  #hold(chunk: Buffer): void {
    const bytes = this.#heldBytes + chunk.length;
    if (bytes > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.#held.length, FIRST_BUFFER_BYTES));
      this.#held.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#heldBytes);
    this.#heldBytes = bytes;
  }

  /** What was held, and is not any more; undefined when that is nothing. */
  #release(): Buffer | undefined {
    if (this.#heldBytes === 0) return undefined;
    const bytes = this.#held.subarray(0, this.#heldBytes);
    this.#held = Buffer.alloc(0);
    this.#heldBytes = 0;
    return bytes;
  }
}
