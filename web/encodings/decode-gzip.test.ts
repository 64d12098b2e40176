import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { TEXT } from "./testing/fixtures.ts";
import { concat, decode, noise } from "./testing/run-codec.ts";
import { EACH_BIT, takenAlthoughChanged, takenAlthoughCut } from "./testing/spoil.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const gz = (content: string | Uint8Array): Uint8Array => Uint8Array.from(gzipSync(content));

describe("decodeGzip()", () => {
  it("should read what zlib writes, of all sizes and kinds", async () => {
    for (const content of [new Uint8Array(), TEXT, new Uint8Array(300_000), noise(300_000)]) {
      expect(await decode("gzip", gz(content))).toEqual(content);
    }
  });

  it("should read all members of a file", async () => {
    expect(text(await decode("gzip", concat(gz("first "), gz(""), gz("second"))))).toBe("first second");
  });

  it("should take no notice of zeros behind the last member", async () => {
    const padded = concat(gz("padded"), new Uint8Array(1000));
    expect(text(await decode("gzip", padded, { cuts: [30, 500] }))).toBe("padded");
  });

  for (const [what, rest] of Object.entries({
    "a byte": [1],
    "the first half of a magic": [0x1f],
    "a member behind zeros": [0, 0, ...gz("late")],
    text: [0x68, 0x69, 0x0a],
  })) {
    it(`should refuse ${what} behind the last member`, async () => {
      await expect(decode("gzip", concat(gz("first"), Uint8Array.from(rest)))).rejects.toMatchObject({
        code: "invalid-argument",
        message:
          "the gzip file is followed by bytes that do not belong to it: test it with 'gzip -t', and get or make it again",
      });
    });
  }

  it("should refuse every file that has been cut short", async () => {
    expect(await takenAlthoughCut("gzip", gz(TEXT))).toEqual([]);
  });

  it("should refuse every changed bit that says something about the content", async () => {
    const file = gz(TEXT);
    const { same, other } = await takenAlthoughChanged("gzip", file, EACH_BIT);
    expect(other).toEqual([]);
    // That it may be text, time, level, system: no checksum is over them. And the bits that fill up the last byte before the trailer.
    const meaningless = [3, 4, 5, 6, 7, 8, 9, file.length - 9];
    expect(same.filter((at) => !meaningless.includes(at))).toEqual([]);
  });

  it("should say what does not fit", async () => {
    const file = gz(TEXT);
    file[file.length - 8] = (file.at(-8) ?? 0) ^ 1;
    await expect(decode("gzip", file)).rejects.toThrow(
      "the gzip file is corrupt (incorrect data check): test it with 'gzip -t', and get or make it again",
    );
  });
});
