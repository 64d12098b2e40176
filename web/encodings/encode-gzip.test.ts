import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { TEXT } from "./testing/fixtures.ts";
import { encode } from "./testing/run-codec.ts";

describe("encodeGzip()", () => {
  it("should write what zlib reads, and make it smaller", async () => {
    const file = await encode("gzip", TEXT, { cuts: [100, 101] });
    expect(Uint8Array.from(gunzipSync(file))).toEqual(TEXT);
    expect(file.length).toBeLessThan(TEXT.length / 3);
  });

  it("should write an empty file", async () => {
    expect(gunzipSync(await encode("gzip", new Uint8Array()))).toHaveLength(0);
  });
});
