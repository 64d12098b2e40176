import { zstdDecompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { TEXT } from "./testing/fixtures.ts";
import { concat, encode, noise } from "./testing/run-codec.ts";

const decompressed = (file: Uint8Array): Uint8Array => Uint8Array.from(zstdDecompressSync(file));

describe("encodeZstd()", () => {
  it("should write what zstd reads", async () => {
    for (const plain of [new Uint8Array(), TEXT, noise(128 * 1024), noise(300_001)]) {
      expect(decompressed(await encode("zstd", plain, { cuts: [9, 1000] }))).toEqual(plain);
    }
  });

  it("should take four bytes for a block of one value", async () => {
    const disk = concat(new Uint8Array(1024 * 1024), noise(1000), new Uint8Array(1024 * 1024).fill(0xff));
    const file = await encode("zstd", disk);
    expect(file.length).toBeLessThan(300_000);
    expect(decompressed(file)).toEqual(disk);
    expect(await encode("zstd", new Uint8Array(1024 * 1024))).toHaveLength(6 + 8 * 4 + 3 + 4);
  });

  it("should write a checksum that zstd looks at", async () => {
    const file = await encode("zstd", TEXT);
    file[file.length - 1] = (file.at(-1) ?? 0) ^ 1;
    expect(() => zstdDecompressSync(file)).toThrow("checksum");
  });
});
