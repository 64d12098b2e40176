/**
 * Codecs for files that come and go compressed, each loaded when it is first needed.
 * Above: start-worker.ts. Below: one file for each codec, and what they have in common here: the file's kind is looked at first, the
 * output has a bound, and long work leaves room for others. Specification: web/exporter/codecs.ts.
 */

import { DriverError } from "../../drivers/base/error.ts";
import { ENCODINGS, type Encoding } from "../../drivers/base/resource.ts";
import type { Codecs } from "../exporter/codecs.ts";
import type { ByteSource } from "./byte-source.ts";
import { tooLarge } from "./failures.ts";
import { requireKind } from "./file-kinds.ts";
import { BYTES_BETWEEN_TURNS, LEAST_CHUNK_COST_BYTES, MAX_DECODED_BYTES } from "./limits.ts";
import { pulledTransform } from "./pulled-transform.ts";

/** Bytes in, bytes out, until the source's end. Chunks belong to the reader, and may be empty; the kind of the file has been looked at. */
export type Coder = (source: ByteSource) => AsyncIterable<Uint8Array>;

const DECODERS: Readonly<Record<Encoding, () => Promise<Coder>>> = {
  gzip: async () => (await import("./decode-gzip.ts")).decodeGzip,
  xz: async () => (await import("./decode-xz.ts")).decodeXz,
  bz2: async () => (await import("./decode-bz2.ts")).decodeBz2,
  zstd: async () => (await import("./decode-zstd.ts")).decodeZstd,
};

const ENCODERS: Readonly<Record<Encoding, () => Promise<Coder>>> = {
  gzip: async () => (await import("./encode-gzip.ts")).encodeGzip,
  xz: async () => (await import("./encode-xz.ts")).encodeXz,
  bz2: async () => (await import("./encode-bz2.ts")).encodeBz2,
  zstd: async () => (await import("./encode-zstd.ts")).encodeZstd,
};

export interface CodecsOptions {
  readonly maxDecodedBytes?: number;
  /** Resolves after the tasks that wait for their turn have had it. */
  readonly turn?: () => Promise<void>;
}

export function createCodecs({
  maxDecodedBytes = MAX_DECODED_BYTES,
  turn = nextTask,
}: CodecsOptions = {}): Codecs {
  return {
    async decoder(encoding) {
      const decode = await DECODERS[known(encoding)]();
      return pulledTransform(async function* (source) {
        await requireKind(source, encoding);
        let bytes = 0;
        for await (const chunk of inTurns(decode(source), source, turn)) {
          bytes += chunk.length;
          if (bytes > maxDecodedBytes) throw tooLarge(encoding, maxDecodedBytes);
          yield chunk;
        }
      });
    },
    async encoder(encoding) {
      const encode = await ENCODERS[known(encoding)]();
      return pulledTransform((source) => inTurns(encode(source), source, turn));
    },
  };
}

/** The name comes from a client. */
function known(encoding: Encoding): Encoding {
  if (ENCODINGS.includes(encoding)) return encoding;
  throw new DriverError(
    "invalid-argument",
    `content encoding ${encoding} is not supported: use one of ${ENCODINGS.join(", ")}`,
  );
}

async function* inTurns(
  chunks: AsyncIterable<Uint8Array>,
  source: ByteSource,
  turn: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let made = 0;
  let before = 0;
  for await (const chunk of chunks) {
    made += Math.max(chunk.length, LEAST_CHUNK_COST_BYTES);
    const done = source.readBytes + made;
    if (done - before >= BYTES_BETWEEN_TURNS) {
      before = done;
      await turn();
    }
    yield chunk;
  }
}

/** Not a wait: the event loop's next round. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
