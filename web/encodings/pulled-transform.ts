/**
 * A generator of chunks as a TransformStream that makes nothing before somebody reads: a file of a kilobyte that becomes a gigabyte
 * waits for its reader, where a transformer's queue would hold all of it.
 * Above: create-codecs.ts; decoders for what an empty chunk is. Below: byte-source.ts.
 */

import { ByteSource } from "./byte-source.ts";

/** What a generator yields where it has made no bytes, so that others may have their turn. */
export const NOTHING = new Uint8Array();

/** @param generate Takes what is written from the source; it ends, or throws, and its empty chunks are left out. */
export function pulledTransform(
  generate: (source: ByteSource) => AsyncIterable<Uint8Array>,
): TransformStream<Uint8Array, Uint8Array> {
  const entrance = new TransformStream<Uint8Array, Uint8Array>();
  const reader = entrance.readable.getReader();
  const chunks = generate(new ByteSource(reader))[Symbol.asyncIterator]();
  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          for (;;) {
            const next = await chunks.next();
            if (next.done === true) {
              controller.close();
              // What a generator has left unread is refused.
              await reader.cancel();
              return;
            }
            if (next.value.length > 0) {
              controller.enqueue(next.value);
              return;
            }
          }
        } catch (reason) {
          controller.error(reason);
          // Whoever writes hears of it too; when the writer is where it came from, there is nobody left to tell.
          await reader.cancel(reason).catch(() => undefined);
        }
      },
      async cancel(reason) {
        await reader.cancel(reason);
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return { readable, writable: entrance.writable };
}
