import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENCODINGS, type Encoding } from "../../drivers/base/resource.ts";
import { damaged, fuzzSettings, fuzzTimeoutMs } from "../../proto/tunnel/testing/fuzz.ts";
import { createCodecs } from "./create-codecs.ts";
import { BYTES_BETWEEN_TURNS, DECODED_CHUNK_BYTES, LEAST_CHUNK_COST_BYTES } from "./limits.ts";
import { TEXT } from "./testing/fixtures.ts";
import { concat, decode, encode, noise, outcome, streamOf } from "./testing/run-codec.ts";

/** Cuts at any place of the first 4000 bytes. */
const cuts = fc.array(fc.nat(4000), { maxLength: 20 });

/** Bytes with repetition in them, as files have it. */
const content = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 300 })), {
    maxLength: 8,
  })
  .map((parts) =>
    Uint8Array.from(
      parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => [...bytes]).flat()),
    ),
  );

describe("createCodecs()", () => {
  for (const encoding of ENCODINGS) {
    describe(encoding, () => {
      for (const [what, plain] of Object.entries({
        nothing: new Uint8Array(),
        "one byte": Uint8Array.of(0),
        text: TEXT,
        "an empty disk": new Uint8Array(1_000_000),
        "noise that nothing makes smaller": noise(300_000),
      })) {
        it(`should give back ${what}`, async () => {
          expect(await decode(encoding, await encode(encoding, plain))).toEqual(plain);
        });
      }

      it("should not care where chunks end", { timeout: fuzzTimeoutMs() }, async () => {
        await fc.assert(
          fc.asyncProperty(content, cuts, cuts, async (plain, cutsIn, cutsOut) => {
            const file = await encode(encoding, plain, { cuts: cutsIn });
            expect(await decode(encoding, file, { cuts: cutsOut })).toEqual(plain);
          }),
          fuzzSettings(25),
        );
      });

      it("should end spoilt files with a sentence, or as they were", {
        timeout: fuzzTimeoutMs(),
      }, async () => {
        const file = await encode(encoding, TEXT);
        const spoilt = damaged(fc.constant(file));
        await fc.assert(
          fc.asyncProperty(spoilt, async (bytes) => {
            const result = await outcome(decode(encoding, bytes));
            // Damage can make two files of one.
            if (typeof result !== "string") {
              expect(new TextDecoder().decode(result)).toBe(
                new TextDecoder().decode(TEXT).repeat(result.length / TEXT.length),
              );
            }
          }),
          fuzzSettings(150),
        );
      });

      it("should end a bomb with a sentence", async () => {
        const bomb = await encode(encoding, new Uint8Array(1_000_000));
        await expect(decode(encoding, bomb, { maxDecodedBytes: 999_999 })).rejects.toMatchObject({
          code: "invalid-argument",
          message: `the ${encoding} file decompresses to more than 999999 bytes, and at most that many are taken: send a smaller image`,
        });
        expect(await decode(encoding, bomb, { maxDecodedBytes: 1_000_000 })).toHaveLength(1_000_000);
      });
    });
  }

  it("should let others have their turn while it is at long work", async () => {
    let turns = 0;
    const turn = async (): Promise<void> => {
      turns += 1;
    };
    const plain = new Uint8Array(3 * BYTES_BETWEEN_TURNS);
    await decode("gzip", gzipSync(plain), { turn });
    expect(turns).toBe(3);
    turns = 0;
    await encode("xz", plain, { turn });
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  for (const encoding of ["gzip", "bz2", "zstd"] as const) {
    it(`should let others have their turn also in a ${encoding} file of very many streams with nothing in them`, async () => {
      const stream = await encode(encoding, new Uint8Array());
      const count = 1000;
      let turns = 0;
      const turn = async (): Promise<void> => {
        turns += 1;
      };
      const file = concat(...Array.from({ length: count }, () => stream));
      expect(await decode(encoding, file, { turn })).toHaveLength(0);
      expect(turns).toBeGreaterThanOrEqual(
        Math.floor((count * LEAST_CHUNK_COST_BYTES) / BYTES_BETWEEN_TURNS),
      );
    });
  }

  it("should hand on no more at a time than it says", async () => {
    const decoder = await createCodecs().decoder("gzip");
    const whole = streamOf(Uint8Array.from(gzipSync(new Uint8Array(1_000_000))));
    const sizes: number[] = [];
    for await (const chunk of whole.pipeThrough(decoder)) sizes.push(chunk.length);
    expect(Math.max(...sizes)).toBe(DECODED_CHUNK_BYTES);
  });

  it("should say which encodings there are", async () => {
    const unknown = "lz4" as Encoding;
    const sentence = "content encoding lz4 is not supported: use one of gzip, xz, bz2, zstd";
    await expect(createCodecs().decoder(unknown)).rejects.toMatchObject({
      code: "invalid-argument",
      message: sentence,
    });
    await expect(createCodecs().encoder(unknown)).rejects.toThrow(sentence);
  });
});
