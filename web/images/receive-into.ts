/**
 * Take a file as it comes: each chunk is counted and stored before the next one is asked for.
 * Above: origin-images.ts, memory-images.ts. Below: the stream of the transfer.
 * The stream is read to its end or cancelled, in every outcome; what is stored of a failed one is the sink's to remove.
 */

import { DriverError } from "../../drivers/base/error.ts";
import type { ReceiveOptions } from "../../drivers/base/image.ts";

export interface ChunkSink {
  /** Store a chunk, which is the sink's from now on, behind the `at` bytes before it. A promise: it has to be waited for. */
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
    let size = 0;
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
      const stored = sink.write(value, size);
      if (stored !== undefined) await stored;
      size += value.length;
      onProgress?.(size);
    }
    return size;
  } catch (error) {
    cancel(error);
    throw error;
  } finally {
    over.abort();
    reader.releaseLock();
  }
}
