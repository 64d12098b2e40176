/**
 * The body of a server's answer without its Content-Encoding, as Jumpstarter's own exporter takes it: what is flashed are the file's bytes.
 * Above: transfer.ts. Below: node:zlib. Specification: RFC 9110 section 8.4.
 */

import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { broken } from "./fetch-failure.ts";
import type { FetchTarget } from "./fetch-target.ts";

/** 64 KiB of decoded bytes at a time, whatever they were before. */
const CHUNK_BYTES = 64 * 1024;

type Decoder = ReturnType<
  typeof createBrotliDecompress | typeof createGunzip | typeof createInflate | typeof createZstdDecompress
>;

const DECODERS: Readonly<Record<string, () => Decoder>> = {
  gzip: () => createGunzip({ chunkSize: CHUNK_BYTES }),
  "x-gzip": () => createGunzip({ chunkSize: CHUNK_BYTES }),
  deflate: () => createInflate({ chunkSize: CHUNK_BYTES }),
  br: () => createBrotliDecompress({ chunkSize: CHUNK_BYTES }),
  zstd: () => createZstdDecompress({ chunkSize: CHUNK_BYTES }),
};

export interface DecodedBody {
  readonly body: AsyncIterable<Buffer>;
  /** Bytes that will come, where that is known before. */
  readonly length: number | undefined;
}

/** @throws FetchFailure for an encoding that nobody here knows: its bytes must not get onto a chip. */
export function decodedBody(response: IncomingMessage, target: FetchTarget): DecodedBody {
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") {
    const text = response.headers["content-length"];
    return { body: response, length: text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined };
  }
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding]?.() : undefined;
  if (decoder === undefined) {
    throw broken(
      `${target.shown} comes with the encoding ${JSON.stringify(encoding.slice(0, 64))}, which the relay cannot decode`,
    );
  }
  return { body: decoded(response, decoder, target), length: undefined };
}

/**
 * Node's decoders end with their first stream, and say nothing of what is behind it: a second frame of zstd would be missing.
 *
 * @throws FetchFailure at the end when there is more.
 */
async function* decoded(
  response: IncomingMessage,
  decoder: Decoder,
  { shown }: FetchTarget,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  async function* counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  // Its error is that of the decoder, which the reader hears.
  pipeline(response, counted, decoder, () => undefined);
  yield* decoder;
  if (!response.readableEnded || decoder.bytesWritten !== bytes) {
    throw broken(
      `${shown} has more behind the end of its Content-Encoding, which the relay does not decode: keep the file there without one`,
    );
  }
}
