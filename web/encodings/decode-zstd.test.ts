import { constants, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { TEXT } from "./testing/fixtures.ts";
import { concat, decode, noise } from "./testing/run-codec.ts";
import { EACH_BIT, takenAlthoughChanged, takenAlthoughCut } from "./testing/spoil.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function zst(content: string | Uint8Array, { checksum = true, level = 3 } = {}): Uint8Array {
  return Uint8Array.from(
    zstdCompressSync(content, {
      params: {
        [constants.ZSTD_c_checksumFlag]: Number(checksum),
        [constants.ZSTD_c_compressionLevel]: level,
      },
    }),
  );
}

/** Frames that decoders leave out, as pzstd and seekable files have them. */
const SKIPPED = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5);

/** A frame by its header's bytes behind the magic, with one empty last block. */
const frame = (...header: number[]): Uint8Array => Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, ...header, 1, 0, 0);

describe("decodeZstd()", () => {
  it("should read what zstd writes, of all sizes, kinds and levels", async () => {
    for (const content of [new Uint8Array(), TEXT, new Uint8Array(300_000), noise(300_000)]) {
      for (const level of [-5, 3, 19]) {
        for (const checksum of [true, false]) {
          expect(await decode("zstd", zst(content, { checksum, level }))).toEqual(content);
        }
      }
    }
  });

  it("should read all frames of a file, and leave out skippable ones", async () => {
    const frames = [SKIPPED, zst("first "), SKIPPED, SKIPPED, zst(""), zst("second"), SKIPPED];
    expect(text(await decode("zstd", concat(...frames), { cuts: [2, 9, 14, 30] }))).toBe("first second");
  });

  it("should refuse every file that has been cut short, with a checksum and without", async () => {
    expect(await takenAlthoughCut("zstd", zst(TEXT))).toEqual([]);
    expect(await takenAlthoughCut("zstd", zst(TEXT, { checksum: false }))).toEqual([]);
    expect(await takenAlthoughCut("zstd", SKIPPED)).toEqual([]);
  });

  it("should refuse every changed bit of a frame with a checksum", async () => {
    const { other } = await takenAlthoughChanged("zstd", zst(TEXT), EACH_BIT);
    expect(other).toEqual([]);
  });

  it("should refuse a checksum that does not match", async () => {
    const file = zst(TEXT);
    file[file.length - 1] = (file.at(-1) ?? 0) ^ 1;
    await expect(decode("zstd", file)).rejects.toThrow(
      "the zstd file is corrupt (the checksum does not match): test it with 'zstd -t', and get or make it again",
    );
  });

  it("should hold a frame to the size that it says it has", async () => {
    // One segment, content of 3 bytes, and none comes.
    await expect(decode("zstd", frame(0x20, 3))).rejects.toThrow("a frame with 0 bytes that says it has 3");
  });

  it("should refuse windows that would take all memory, before they do", async () => {
    const sentence =
      "the zstd file needs a window of more than 128 MiB, which this exporter cannot read: make it anew with at most --long=27";
    // 2 GiB; 128 MiB and one eighth of it; one segment of 4 GiB, and of 2^63.
    for (const header of [
      [0x00, 0xa8],
      [0x00, 0x89],
      [0xe0, 0, 0, 0, 0, 1, 0, 0, 0],
      [0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80],
    ]) {
      await expect(decode("zstd", frame(...header))).rejects.toThrow(sentence);
    }
    expect(await decode("zstd", frame(0x00, 0x88))).toEqual(new Uint8Array());
  });

  it("should refuse a frame that needs a dictionary", async () => {
    await expect(decode("zstd", frame(0x01, 0x38, 7))).rejects.toThrow(
      "the zstd file needs a dictionary, which this exporter cannot read: make it anew without -D",
    );
  });

  it("should refuse blocks that cannot be", async () => {
    const start = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    // A reserved kind; and 2 MiB of one byte, in four.
    await expect(decode("zstd", Uint8Array.of(...start, 0x07, 0, 0))).rejects.toThrow("corrupt");
    await expect(decode("zstd", Uint8Array.of(...start, 0xfb, 0xff, 0xff, 0))).rejects.toThrow(
      "a block of 2097151 bytes where 131072 are the most",
    );
  });

  it("should refuse what follows the last frame", async () => {
    for (const rest of [TEXT, TEXT.subarray(0, 2)]) {
      await expect(decode("zstd", concat(zst("first"), rest))).rejects.toThrow(
        "the zstd file is followed by bytes that do not belong to it: test it with 'zstd -t', and get or make it again",
      );
    }
  });
});
