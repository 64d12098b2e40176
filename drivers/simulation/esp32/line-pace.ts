/**
 * How long bytes take on one direction of a serial line. A few milliseconds' worth at a time, not one timer a byte.
 * Above: board.ts. Below: the clock.
 * Specification: ten bits a byte: start, eight of data, stop.
 */

import type { Clock } from "../../base/clock.ts";

const BITS_PER_BYTE = 10;
/** Milliseconds of line that go together: a timer each, and little enough that the other end sees bytes come in. */
const PIECE_MS = 8;
/** Milliseconds that are not worth a timer: they are added to what comes next. */
const LEAST_SLEEP_MS = 4;

export class LinePace {
  readonly #clock: Clock;
  /** When the line has sent what it was given so far, in the clock's milliseconds. */
  #freeAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The bytes in pieces, each when the line has carried it. */
  async *pieces(bytes: Uint8Array, baudRate: number): AsyncGenerator<Uint8Array> {
    this.#freeAt = Math.max(this.#freeAt, this.#clock.now());
    const bytesPerMs = baudRate / BITS_PER_BYTE / 1000;
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + Math.max(1, Math.floor(PIECE_MS * bytesPerMs)));
      at += piece.length;
      // From when the line was free, not from now: a timer that is late does not slow the line down.
      this.#freeAt += piece.length / bytesPerMs;
      const wait = this.#freeAt - this.#clock.now();
      if (wait >= LEAST_SLEEP_MS) await this.#clock.sleep(wait);
      yield piece;
    }
  }
}
