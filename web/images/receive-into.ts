/**
 * Take a file as it comes: its chunks are counted, gathered and stored, and no more than those gathered are in memory.
 * Above: origin-images.ts, memory-images.ts. Below: the stream of the transfer.
 * The stream is read to its end or cancelled, in every outcome; what is stored of a failed one is the sink's to remove.
 */

import { DriverError } from "../../drivers/base/error.ts";
import { Gatherer } from "../../drivers/base/gather.ts";
import type { ReceiveOptions } from "../../drivers/base/image.ts";

export interface ChunkSink {
  /** Store a chunk, which is good until then, behind the `at` bytes before it. A promise: it has to be waited for. */
  write(chunk: Uint8Array, at: number): Promise<void> | undefined;
}

/** @returns How many bytes came. */
export async function receiveInto(
  sink: ChunkSink,
  readable: ReadableStream<Uint8Array>,
  { signal, maxBytes = Number.POSITIVE_INFINITY, onProgress }: ReceiveOptions,
): Promise<number> {
  const reader = readable.getReader();
  const over = new AbortController();
  // Ends a read that waits; its own failure is that of the read.
  const cancel = (reason: unknown) => void reader.cancel(reason).catch(() => undefined);
  signal.addEventListener("abort", () => cancel(signal.reason), { signal: over.signal });
  try {
    signal.throwIfAborted();
    const gatherer = new Gatherer();
    let size = 0;
    let stored = 0;
    const store = async (chunk: Uint8Array) => {
      await sink.write(chunk, stored);
      stored += chunk.length;
    };
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      if (size + value.length > maxBytes) {
        throw new DriverError(
          "invalid-argument",
          `the file has more than ${maxBytes} bytes, and no more than that fit: choose the image for this device`,
        );
      }
      size += value.length;
      for (const full of gatherer.add(value)) await store(full);
      onProgress?.(size);
    }
    await store(gatherer.rest());
    return size;
  } catch (error) {
    cancel(error);
    throw error;
  } finally {
    over.abort();
    reader.releaseLock();
  }
}
