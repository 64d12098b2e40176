import { describe, expect, it } from "vitest";
import { fixture, TEXT } from "./testing/fixtures.ts";
import { concat, decode } from "./testing/run-codec.ts";
import { EACH_BIT, takenAlthoughChanged, takenAlthoughCut } from "./testing/spoil.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("decodeBz2()", () => {
  it("should read what Python's bz2 writes", async () => {
    expect(await decode("bz2", fixture("bz2"))).toEqual(TEXT);
    expect(await decode("bz2", fixture("bz2Empty"))).toEqual(new Uint8Array());
  });

  it("should read runs of all lengths", async () => {
    const runs = Array.from({ length: 12 }, (_, length) => String.fromCharCode(65 + length).repeat(length));
    const content = `${runs.join("")}${"z".repeat(260)}yyyy${"x".repeat(1000)}`;
    expect(text(await decode("bz2", fixture("bz2Runs")))).toBe(content);
  });

  it("should read all streams of a file", async () => {
    const streams = concat(fixture("bz2Streams"), fixture("bz2Empty"), fixture("bz2Empty"));
    expect(text(await decode("bz2", streams, { cuts: [1, 43, 44, 90] }))).toBe("first second");
  });

  it("should refuse every file that has been cut short", async () => {
    expect(await takenAlthoughCut("bz2", fixture("bz2"))).toEqual([]);
  });

  it("should refuse every changed bit, but for a larger block size and the bits behind the end", async () => {
    const { same, other } = await takenAlthoughChanged("bz2", fixture("bz2"), EACH_BIT);
    expect(other).toEqual([]);
    expect(same).toEqual([3, fixture("bz2").length - 1]);
  });

  it("should refuse what follows the last stream", async () => {
    await expect(decode("bz2", concat(fixture("bz2"), TEXT))).rejects.toThrow(
      "the bz2 file is followed by bytes that do not belong to it: test it with 'bzip2 -t', and get or make it again",
    );
  });

  it("should say that a stream lacks a block", async () => {
    const twice = fixture("bz2Streams");
    // The first stream's end mark, and its CRC: one bit of it.
    twice[40] = (twice[40] ?? 0) ^ 0x10;
    await expect(decode("bz2", twice)).rejects.toThrow("the bz2 file is corrupt (");
  });
});
