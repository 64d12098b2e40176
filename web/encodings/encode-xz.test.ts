import { describe, expect, it } from "vitest";
import { fixture } from "./testing/fixtures.ts";
import { concat, decode, encode, noise } from "./testing/run-codec.ts";

// xz-decompress, which reads it here, is Lasse Collin's own small xz: nothing of ours.
describe("encodeXz()", () => {
  it("should store what it is given, and 68 bytes around it", async () => {
    const plain = noise(200_000);
    const file = await encode("xz", plain, { cuts: [7, 70_000] });
    expect(file).toHaveLength(200_000 + 68);
    expect(await decode("xz", file)).toEqual(plain);
  });

  it("should write a stream that another may follow", async () => {
    const both = concat(
      await encode("xz", noise(5)),
      fixture("xzEmpty"),
      await encode("xz", new Uint8Array()),
    );
    expect(await decode("xz", both)).toEqual(noise(5));
  });

  it("should pad every length", async () => {
    for (const length of [1, 2, 3, 4, 5]) {
      const file = await encode("xz", noise(length));
      expect(file.length % 4).toBe(0);
      expect(await decode("xz", file)).toEqual(noise(length));
    }
  });
});
