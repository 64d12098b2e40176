/**
 * Some bytes of a file, with what can go wrong said in words.
 * Above: open-files.ts, hash-file.ts, origin-store.ts. Below: the platform's Blob.
 */

import { driverErrorFromFile } from "../base/file-system.ts";

export async function readPart(
  file: Blob,
  { start, end, path }: { readonly start: number; readonly end: number; readonly path: string },
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.slice(start, end).arrayBuffer());
  } catch (error) {
    throw driverErrorFromFile(error, path);
  }
}
