/**
 * One serial port, several readers: every reader gets every byte.
 * Above: port-stream.ts, a reader each. Below: open-port.ts, which asks `mayRead` before it reads the port.
 *
 * Who is slow: one reader alone holds the port back, and nothing is lost up to the port's own buffer. Of several, the
 * fastest sets the pace, and one that is MAX_BEHIND_BYTES behind is ended with an error, so that it harms only itself.
 * A lossy reader never holds anybody back; it loses its oldest bytes and is told how many.
 */

import { ChunkQueue } from "../base/chunk-queue.ts";
import { DriverError } from "../base/error.ts";
import type { LossyReader } from "../base/methods.ts";
import { Waiters } from "../base/waiters.ts";

/** Bytes that may wait for a reader before the port is left alone: one read of a full port buffer. */
export const READER_QUEUE_BYTES = 64 * 1024;
/** Bytes that a reader may be behind the fastest: minutes of a console, seconds of the fastest UART. */
export const MAX_BEHIND_BYTES = 1024 * 1024;
/** Bytes that wait for a lossy reader: far more than a screen. */
export const LOSSY_QUEUE_BYTES = 256 * 1024;

export interface FanOutReader {
  readonly readable: ReadableStream<Uint8Array>;
}

interface Reader {
  readonly queue: ChunkQueue;
  readonly lossy: LossyReader | undefined;
  readonly onOver: () => void;
}

export class FanOut {
  readonly #readers = new Set<Reader>();
  readonly #room = new Waiters();

  /** `onOver`: this reader will not read again, because it has left, was ended, or was too slow. */
  attach(lossy: LossyReader | undefined, onOver: () => void): FanOutReader {
    const queue = new ChunkQueue({
      onRoom: () => this.#room.wake(),
      onCancelled: () => this.#remove(reader),
    });
    const reader: Reader = { queue, lossy, onOver };
    this.#readers.add(reader);
    this.#room.wake();
    return { readable: queue.readable };
  }

  /** Resolves when the port should be read. Without readers always: what nobody listens to is thrown away. */
  async mayRead(over: AbortSignal): Promise<void> {
    while (!this.#hasRoom() && !over.aborted) await this.#room.wait();
  }

  /** Whoever waits in `mayRead` looks at its signal. */
  wake(): void {
    this.#room.wake();
  }

  /** Whether a slow reader holds the port back. */
  get full(): boolean {
    return !this.#hasRoom();
  }

  /** A chunk for everybody. The last reader gets the chunk itself, the others copies: each owns what it gets. */
  push(chunk: Uint8Array): void {
    let left = this.#readers.size;
    for (const { queue } of this.#readers) queue.push(--left === 0 ? chunk : chunk.slice());
    for (const reader of this.#readers) {
      const { queue, lossy } = reader;
      if (lossy === undefined) {
        if (queue.bytes > MAX_BEHIND_BYTES) this.#endLaggard(reader);
      } else if (queue.bytes > LOSSY_QUEUE_BYTES) {
        lossy.onSkipped(queue.dropDownTo(LOSSY_QUEUE_BYTES));
      }
    }
  }

  /** The device's end of stream, for everybody. */
  end(): void {
    for (const reader of this.#readers) {
      reader.queue.end();
      this.#remove(reader);
    }
  }

  fail(error: DriverError): void {
    for (const reader of this.#readers) {
      reader.queue.fail(error);
      this.#remove(reader);
    }
  }

  #endLaggard(reader: Reader): void {
    reader.queue.fail(
      new DriverError(
        "other",
        `this reader was more than ${MAX_BEHIND_BYTES / 1024} KiB behind another reader of the port and was ended: read faster, or be the only reader`,
      ),
    );
    this.#remove(reader);
  }

  #hasRoom(): boolean {
    let waiting = false;
    for (const { queue, lossy } of this.#readers) {
      if (lossy !== undefined) continue;
      if (queue.bytes < READER_QUEUE_BYTES) return true;
      waiting = true;
    }
    return !waiting;
  }

  #remove(reader: Reader): void {
    if (!this.#readers.delete(reader)) return;
    this.#room.wake();
    reader.onOver();
  }
}
