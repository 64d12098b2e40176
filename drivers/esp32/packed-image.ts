/**
 * An image as it goes to a chip: padded to whole words, compressed, with the MD5 by which it is verified.
 * Above: esp-chip.ts, driver.ts. Below: the platform's CompressionStream (not in this thread), hash-wasm for MD5.
 * Specification: esptool's FLASH_DEFL_*: a zlib stream, RFC 1950. Images are at most 16 MiB, so they fit into memory compressed.
 */

import { createMD5 } from "hash-wasm";
import type { Image } from "../base/image.ts";

/** Bytes: flash is programmed in words, and what is missing to the last is ones. */
const WORD_BYTES = 4;

export interface Fingerprint {
  /** Bytes, padded. */
  readonly size: number;
  /** Of the padded image, in lower-case hex, as the chip tells it. */
  readonly md5: string;
  /** Of its first sector, or of all of it where it is shorter: tells most images apart at once. */
  readonly head: { readonly size: number; readonly md5: string };
}

/** Bytes: a sector of flash. */
const HEAD_BYTES = 4096;

export async function fingerprint(image: Image, signal: AbortSignal): Promise<Fingerprint> {
  const whole = await createMD5();
  let size = 0;
  for await (const chunk of padded(image)) {
    signal.throwIfAborted();
    whole.update(chunk);
    size += chunk.length;
  }
  const first = await createMD5();
  let headSize = 0;
  for await (const chunk of padded(image)) {
    const part = chunk.subarray(0, HEAD_BYTES - headSize);
    first.update(part);
    headSize += part.length;
    if (headSize === HEAD_BYTES) break;
  }
  return { size, md5: whole.digest("hex"), head: { size: headSize, md5: first.digest("hex") } };
}

export async function compress(image: Image, signal: AbortSignal): Promise<Uint8Array> {
  const deflate = new CompressionStream("deflate");
  const whole = new Response(deflate.readable).arrayBuffer();
  whole.catch(() => {}); // told by the writing
  const writer = deflate.writable.getWriter();
  try {
    for await (const chunk of padded(image)) {
      signal.throwIfAborted();
      await writer.write(chunk);
    }
    await writer.close();
  } catch (cause) {
    await writer.abort(cause).catch(() => {}); // it is this failure that counts
    throw cause;
  }
  return new Uint8Array(await whole);
}

async function* padded(image: Image): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield* image.stream();
  const over = image.size % WORD_BYTES;
  if (over > 0) yield new Uint8Array(WORD_BYTES - over).fill(0xff);
}
