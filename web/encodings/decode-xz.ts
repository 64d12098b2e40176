/**
 * xz, by xz-embedded in WebAssembly: all streams of a file, with their checks (CRC32 and CRC64), and their padding.
 * Above: create-codecs.ts. Below: xz-wasm.ts. Specification: the .xz file format 1.2.1, xz-embedded's `xz.h` for the codes.
 */

import type { ByteSource } from "./byte-source.ts";
import { corrupt, cutShort, unsupported } from "./failures.ts";
import { MAX_XZ_DICTIONARY_BYTES } from "./limits.ts";
import { createXzDecoder } from "./xz-wasm.ts";

const XZ_OK = 0;
const XZ_STREAM_END = 1;

export async function* decodeXz(source: ByteSource): AsyncGenerator<Uint8Array> {
  using decoder = await createXzDecoder();
  for (;;) {
    if (decoder.wantsInput) {
      await source.need(1);
      // Nothing at all is how it hears of the file's end.
      decoder.supply(source.take(decoder.inputBytes));
    }
    const { code, chunk } = decoder.step();
    yield chunk;
    if (code === XZ_STREAM_END) return;
    if (code !== XZ_OK) throw failure(code, source.ended && source.available === 0 && decoder.wantsInput);
  }
}

function failure(code: number, atEnd: boolean): Error {
  switch (code) {
    case 3:
      return unsupported("xz", "needs more memory than the browser gives", "make it anew with 'xz -6'");
    case 4:
      return unsupported(
        "xz",
        `needs a dictionary of more than ${MAX_XZ_DICTIONARY_BYTES / 2 ** 20} MiB`,
        "make it anew with 'xz -9' or less",
      );
    case 6:
      return unsupported(
        "xz",
        "has a check or a filter other than usual (such as --check=sha256, or --x86)",
        "make it anew with plain 'xz -6'",
      );
    case 8:
      return atEnd ? cutShort("xz") : corrupt("xz", "its data ends before its index");
    case 5:
      return corrupt("xz", "something else follows its streams");
    default:
      return corrupt("xz", code === 7 ? "a check does not match" : `code ${code}`);
  }
}
