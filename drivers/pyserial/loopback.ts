/**
 * `loop://`: what is sent is received. Above: driver.ts. Below: streams in memory.
 * Specification: pyserial's loop:// handler. It is opened anew by every connection, so each hears only itself, and as
 * on a wire there is no end of stream: a half-close leaves the reader listening.
 */

import type { ByteStream } from "../base/byte-stream.ts";
import { ChunkQueue } from "../base/chunk-queue.ts";
import type { Clock } from "../base/clock.ts";
import { DriverError } from "../base/error.ts";
import type { StreamOptions } from "../base/methods.ts";
import { Waiters } from "../base/waiters.ts";
import { LOSSY_QUEUE_BYTES, READER_QUEUE_BYTES } from "./fan-out.ts";
import { Pacer } from "./pacer.ts";

export interface LoopbackOptions extends StreamOptions {
  readonly clock: Clock;
  readonly cps: number | undefined;
  onBytes(bytes: number): void;
  /** Both directions are done. Called once. */
  onDone(): void;
}

export interface Loopback {
  readonly stream: ByteStream;
  /** End it from this side. */
  end(): void;
}

export function createLoopback({ clock, cps, signal, lossy, onBytes, onDone }: LoopbackOptions): Loopback {
  const room = new Waiters();
  const pacer = cps === undefined ? undefined : new Pacer(clock, cps);
  /** Aborted when nobody hears the echo any more: there is nothing to wait for then. */
  const deaf = new AbortController();
  const settled = new AbortController();
  const done = { reading: false, writing: false };
  const finish = (direction: "reading" | "writing") => {
    if (done[direction]) return;
    done[direction] = true;
    if (direction === "reading") {
      deaf.abort();
      room.wake();
    }
    if (!done.reading || !done.writing) return;
    settled.abort();
    onDone();
  };
  const queue = new ChunkQueue({ onRoom: () => room.wake(), onCancelled: () => finish("reading") });

  const echo = async (chunk: Uint8Array) => {
    if (pacer !== undefined) await pacer.turn(deaf.signal);
    queue.push(chunk);
    onBytes(chunk.length);
    if (lossy !== undefined) {
      const skipped = queue.dropDownTo(LOSSY_QUEUE_BYTES);
      if (skipped > 0) lossy.onSkipped(skipped);
      return;
    }
    while (queue.bytes >= READER_QUEUE_BYTES && !deaf.signal.aborted) await room.wait();
  };
  let writableController: WritableStreamDefaultController | undefined;
  const writable = new WritableStream<Uint8Array>({
    start(controller) {
      writableController = controller;
    },
    async write(chunk) {
      const step = pacer === undefined ? chunk.length : 1;
      for (let start = 0; start < chunk.length && !deaf.signal.aborted; start += step) {
        try {
          await echo(chunk.subarray(start, start + step));
        } catch (cause) {
          if (!deaf.signal.aborted) throw cause;
        }
      }
    },
    close: () => finish("writing"),
    abort: () => finish("writing"),
  });
  const end = () => {
    queue.end();
    finish("reading");
    writableController?.error(new DriverError("connection", "the loopback was closed"));
    finish("writing");
  };
  signal.addEventListener("abort", () => finish("reading"), { once: true, signal: settled.signal });
  return { stream: { readable: queue.readable, writable }, end };
}
