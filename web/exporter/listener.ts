/**
 * What a console says, for somebody who only listens: read as fast as it comes, so that it holds neither the device nor other readers
 * back, and kept within a bound, so that who is too slow loses the oldest bytes and is told how many.
 * Above: bench-service.ts (Listen), router-service.ts (links that may only watch). Below: backlog.ts, drivers/base ByteStream.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import type { ExportedStream } from "../../drivers/base/methods.ts";
import { Backlog, type Heard } from "./backlog.ts";
import { MAX_PAYLOAD_BYTES } from "./router-stream.ts";

/** 256 KiB wait for a listener: seconds of the fastest UART, and far more than a screen. */
export const LISTENER_QUEUE_BYTES = 256 * 1024;

/** 64 listeners, whichever way they came: 16 MiB in all. */
export const MAX_LISTENERS = 64;

/** How many there are. */
export class Listeners {
  #count = 0;

  /**
   * One more.
   *
   * @returns What to call when it has left.
   * @throws ConnectError RESOURCE_EXHAUSTED
   */
  enter(): () => void {
    if (this.#count >= MAX_LISTENERS) {
      const text = `${MAX_LISTENERS} consoles are listened to: close one that nobody reads`;
      throw new ConnectError(text, Code.ResourceExhausted);
    }
    this.#count += 1;
    return () => {
      this.#count -= 1;
    };
  }
}

/** Open the stream. Rejects as the driver does when it cannot be. */
export async function listen(
  method: ExportedStream,
  { signal }: { signal: AbortSignal },
): Promise<AsyncGenerator<Heard, void, undefined>> {
  const queue = new Backlog({ maxBytes: LISTENER_QUEUE_BYTES, maxPayloadBytes: MAX_PAYLOAD_BYTES });
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
