/**
 * The body of a server's answer without its Content-Encoding, as Jumpstarter's own exporter takes it: what is flashed are the file's bytes.
 * Above: transfer.ts. Below: node:zlib. Specification: RFC 9110 section 8.4.
 */

import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { broken } from "./fetch-failure.ts";
import type { FetchTarget } from "./fetch-target.ts";

/** 64 KiB of decoded bytes at a time, whatever they were before. */
const CHUNK_BYTES = 64 * 1024;

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip({ chunkSize: CHUNK_BYTES }),
  "x-gzip": () => createGunzip({ chunkSize: CHUNK_BYTES }),
  deflate: () => createInflate({ chunkSize: CHUNK_BYTES }),
  br: () => createBrotliDecompress({ chunkSize: CHUNK_BYTES }),
  zstd: () => createZstdDecompress({ chunkSize: CHUNK_BYTES }),
};

export interface DecodedBody {
  readonly body: Readable;
  /** Bytes that will come, where that is known before. */
  readonly length: number | undefined;
}

/** @throws FetchFailure for an encoding that nobody here knows: its bytes must not get onto a chip. */
export function decodedBody(response: IncomingMessage, { shown }: FetchTarget): DecodedBody {
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") {
    const text = response.headers["content-length"];
    return { body: response, length: text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined };
  }
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding]?.() : undefined;
  if (decoder === undefined) {
    throw broken(
      `${shown} comes with the encoding ${JSON.stringify(encoding.slice(0, 64))}, which the relay cannot decode`,
    );
  }
  // Its error is that of the decoder, which the reader hears.
  pipeline(response, decoder, () => undefined);
  return { body: decoder, length: undefined };
}
