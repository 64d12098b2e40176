/**
 * What a console says, for somebody who only listens: read as fast as it comes, so that it holds neither the device nor other readers
 * back, and kept within a bound, so that who is too slow loses the oldest bytes and is told how many.
 * Above: bench-service.ts (Listen), router-service.ts (links that may only watch). Below: drivers/base ByteStream.
 */

import type { ExportedStream } from "../../drivers/base/methods.ts";
import { MAX_PAYLOAD_BYTES } from "./router-stream.ts";

/** 256 KiB wait for a listener: seconds of the fastest UART, and far more than a screen. */
export const LISTENER_QUEUE_BYTES = 256 * 1024;

export interface Heard {
  /** What was said; several chunks of the device in one, where they had to wait. */
  readonly payload: Uint8Array;
  /** So many bytes, older than the payload, are left out. */
  readonly skipped: number;
}

/** Open the stream. Rejects as the driver does when it cannot be. */
export async function listen(
  method: ExportedStream,
  { signal }: { signal: AbortSignal },
): Promise<AsyncGenerator<Heard, void, undefined>> {
  const queue = new Backlog();
  const { readable, writable } = await method.open({
    signal,
    lossy: { onSkipped: (bytes) => queue.skip(bytes) },
  });
  // A listener never has anything to say. The device may take its time over the end of that.
  writable.close().catch(() => undefined);
  const reader = readable.getReader();
  // From now on, whether anybody takes anything or not.
  void pump(reader, queue);
  return hear(reader, queue, signal);
}

async function* hear(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  queue: Backlog,
  signal: AbortSignal,
): AsyncGenerator<Heard, void, undefined> {
  const onAbort = (): void => {
    queue.end(undefined);
    reader.cancel(signal.reason).catch(() => undefined);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      const heard = await queue.next();
      if (heard === undefined || signal.aborted) return;
      yield heard;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    reader.cancel().catch(() => undefined);
  }
}

/** Never rejects. */
async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, queue: Backlog): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return queue.end(undefined);
      queue.push(value);
    }
  } catch (error) {
    queue.end({ error });
  }
}

/** What was said and not taken yet. */
class Backlog {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #skipped = 0;
  #over = false;
  #failure: { readonly error: unknown } | undefined;
  #news = Promise.withResolvers<void>();

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    let dropped = 0;
    while (this.#bytes > LISTENER_QUEUE_BYTES) {
      const length = this.#chunks[dropped]?.length ?? 0;
      dropped += 1;
      this.#bytes -= length;
      this.#skipped += length;
    }
    this.#chunks.splice(0, dropped);
    this.#news.resolve();
  }

  skip(bytes: number): void {
    this.#skipped += bytes;
  }

  end(failure: { readonly error: unknown } | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    this.#news.resolve();
  }

  /** Undefined at the end. Throws what the device failed with, after all that it has said. */
  async next(): Promise<Heard | undefined> {
    while (this.#bytes === 0 && !this.#over) {
      this.#news = Promise.withResolvers();
      await this.#news.promise;
    }
    if (this.#bytes === 0) {
      if (this.#failure !== undefined) throw this.#failure.error;
      return undefined;
    }
    const skipped = this.#skipped;
    this.#skipped = 0;
    return { payload: this.#take(), skipped };
  }

  #take(): Uint8Array {
    const first = this.#chunks[0];
    if (first !== undefined && first.length === this.#bytes && first.length <= MAX_PAYLOAD_BYTES) {
      this.#chunks = [];
      this.#bytes = 0;
      return first;
    }
    const payload = new Uint8Array(Math.min(this.#bytes, MAX_PAYLOAD_BYTES));
    let at = 0;
    let taken = 0;
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(0, payload.length - at);
      payload.set(part, at);
      at += part.length;
      if (part.length < chunk.length) {
        this.#chunks[taken] = chunk.subarray(part.length);
        break;
      }
      taken += 1;
    }
    this.#chunks.splice(0, taken);
    this.#bytes -= payload.length;
    return payload;
  }
}
