/**
 * The hash of a file, read in parts.
 * Above: driver.ts. Below: hash-wasm, since WebCrypto hashes no streams, and knows no MD5.
 */

import { createMD5, createSHA256 } from "hash-wasm";
import { readPart } from "./read-part.ts";

/** 1 MiB: what is in memory of a file that is hashed. */
const CHUNK_BYTES = 1024 * 1024;

export type HashAlgorithm = "md5" | "sha256";

/** In lower-case hex. */
export async function hashFile(
  file: Blob,
  algorithm: HashAlgorithm,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): Promise<string> {
  const hash = (await (algorithm === "md5" ? createMD5() : createSHA256())).init();
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    signal.throwIfAborted();
    hash.update(await readPart(file, { start: at, end: at + CHUNK_BYTES, path }));
  }
  return hash.digest("hex");
}
