/**
 * gzip, by pako's zlib: all members of a file, with their checksums, and the zeros that tapes and some tools leave behind them.
 * A browser's own DecompressionStream takes a second member for junk (whatwg/compression#42).
 * Above: create-codecs.ts. Below: pako. Specification: RFC 1952.
 */

import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
} from "pako";
import type { ByteSource } from "./byte-source.ts";
import { corrupt, cutShort, trailingGarbage } from "./failures.ts";
import { DECODED_CHUNK_BYTES } from "./limits.ts";

/** The largest window that deflate has (15), and nothing but gzip's wrapper around it (16). */
const GZIP_WINDOW_BITS = 15 + 16;

export async function* decodeGzip(source: ByteSource): AsyncGenerator<Uint8Array> {
  const zlib = new ZStream();
  const status = zlibInflateInit2(zlib, GZIP_WINDOW_BITS);
  if (status !== Z_OK) throw new Error(`zlib could not be set up: ${status}`);
  do {
    zlibInflateReset(zlib);
    yield* decodeMember(source, zlib);
  } while (await anotherMember(source));
}

async function* decodeMember(source: ByteSource, zlib: ZStream): AsyncGenerator<Uint8Array> {
  let over = false;
  while (!over) {
    zlib.output = new Uint8Array(DECODED_CHUNK_BYTES);
    zlib.next_out = 0;
    zlib.avail_out = DECODED_CHUNK_BYTES;
    while (!over && zlib.avail_out > 0) {
      zlib.input = source.buffer;
      zlib.next_in = source.position;
      zlib.avail_in = source.available;
      const status = zlibInflate(zlib, Z_NO_FLUSH);
      source.position = zlib.next_in;
      if (status === Z_STREAM_END) over = true;
      else if (status !== Z_OK && status !== Z_BUF_ERROR) {
        throw corrupt("gzip", zlib.msg || `zlib's code ${status}`);
      } else if (zlib.avail_out > 0 && source.available === 0 && !(await source.more())) {
        throw cutShort("gzip");
      }
    }
    yield zlib.output.subarray(0, zlib.next_out);
  }
}

/** @returns Whether one follows, and not the end, perhaps after zeros. */
async function anotherMember(source: ByteSource): Promise<boolean> {
  let padded = false;
  while (await source.need(1)) {
    if (source.buffer[source.position] !== 0) {
      if (padded || !(await source.need(2)) || !startsMember(source)) throw trailingGarbage("gzip");
      return true;
    }
    padded = true;
    source.position += 1;
  }
  return false;
}

function startsMember({ buffer, position }: ByteSource): boolean {
  return buffer[position] === 0x1f && buffer[position + 1] === 0x8b;
}
