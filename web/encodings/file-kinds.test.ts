import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Encoding } from "../../drivers/base/resource.ts";
import { ENCODINGS } from "../../drivers/base/resource.ts";
import { fixture } from "./testing/fixtures.ts";
import { decode } from "./testing/run-codec.ts";

const FILES: Readonly<Record<Encoding, Uint8Array>> = {
  gzip: gzipSync("x"),
  xz: fixture("xz"),
  bz2: fixture("bz2"),
  zstd: zstdCompressSync("x"),
};

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("requireKind()", () => {
  for (const claimed of ENCODINGS) {
    for (const real of ENCODINGS.filter((encoding) => encoding !== claimed)) {
      it(`should say that a file is ${real} and not ${claimed}`, async () => {
        await expect(decode(claimed, FILES[real])).rejects.toMatchObject({
          code: "invalid-argument",
          message: `this is ${real}, not ${claimed}: name the compression that the file has, --compression ${real}`,
        });
      });
    }

    it(`should say that an empty file is no ${claimed} file`, async () => {
      await expect(decode(claimed, new Uint8Array())).rejects.toThrow(
        `the file is empty, and no ${claimed} file: see whether it has been written at all`,
      );
    });

    it(`should say of the first byte of a ${claimed} file that the rest is missing`, async () => {
      await expect(decode(claimed, FILES[claimed].subarray(0, 1))).rejects.toThrow(
        `the ${claimed} file ends too early`,
      );
    });
  }

  it("should name archives that no encoding stands for", async () => {
    await expect(decode("gzip", ascii("PK\x03\x04..."))).rejects.toThrow(
      "this is a zip archive, not gzip: unpack it first, and send what is in it",
    );
  });

  it("should show how any other file begins, also a short one", async () => {
    await expect(decode("xz", ascii("UF2\nabc"))).rejects.toThrow(
      "this is not xz (it begins with 55 46 32 0a 61 62): send it without --compression, or name the one that it has",
    );
    await expect(decode("xz", ascii("a"))).rejects.toThrow("this is not xz (it begins with 61)");
  });
});
