/**
 * gzip, by the platform's own compressor.
 * Above: create-codecs.ts. Below: CompressionStream. Specification: RFC 1952.
 */

import type { ByteSource } from "./byte-source.ts";

export async function* encodeGzip(source: ByteSource): AsyncGenerator<Uint8Array> {
  const plain = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        if (await source.need(1)) controller.enqueue(new Uint8Array(source.take(source.available)));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  yield* plain.pipeThrough(new CompressionStream("gzip"));
}
