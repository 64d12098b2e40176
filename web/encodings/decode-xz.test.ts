import { describe, expect, it } from "vitest";
import { createCodecs } from "./create-codecs.ts";
import { fixture, TEXT } from "./testing/fixtures.ts";
import { concat, decode, encode, noise } from "./testing/run-codec.ts";
import { takenAlthoughChanged, takenAlthoughCut } from "./testing/spoil.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("decodeXz()", () => {
  it("should read what Python's lzma writes", async () => {
    expect(await decode("xz", fixture("xz"))).toEqual(TEXT);
    expect(await decode("xz", fixture("xzEmpty"))).toEqual(new Uint8Array());
  });

  it("should read all streams of a file, and their padding", async () => {
    expect(text(await decode("xz", fixture("xzStreams"), { cuts: [61, 62, 70] }))).toBe("first second");
  });

  it("should refuse every file that has been cut short", async () => {
    expect(await takenAlthoughCut("xz", fixture("xz"))).toEqual([]);
  });

  it("should refuse every changed byte, but for one that LZMA has without a use", async () => {
    // Behind the headers (24) and that of the chunk (6): the range coder's first byte, which its arithmetic loses.
    expect(await takenAlthoughChanged("xz", fixture("xz"), [1, 0x80])).toEqual({ same: [30], other: [] });
  });

  for (const [name, sentence] of [
    [
      "xzSha256",
      "the xz file has a check or a filter other than usual (such as --check=sha256, or --x86), which this exporter cannot read: make it anew with plain 'xz -6'",
    ],
    [
      "xzX86",
      "the xz file has a check or a filter other than usual (such as --check=sha256, or --x86), which this exporter cannot read: make it anew with plain 'xz -6'",
    ],
    [
      "xzDictionary",
      "the xz file needs a dictionary of more than 64 MiB, which this exporter cannot read: make it anew with 'xz -9' or less",
    ],
    ["lzma", "this is a .lzma file, not xz: unpack it first, and send what is in it"],
  ] as const) {
    it(`should say how to make a file anew that it cannot read: ${name}`, async () => {
      await expect(decode("xz", fixture(name))).rejects.toMatchObject({
        code: "invalid-argument",
        message: sentence,
      });
    });
  }

  it("should refuse what follows the last stream", async () => {
    await expect(decode("xz", concat(fixture("xz"), TEXT))).rejects.toThrow("corrupt");
    // Padding comes in fours.
    await expect(decode("xz", concat(fixture("xz"), new Uint8Array(2)))).rejects.toMatchObject({
      name: "DriverError",
    });
  });

  it("should read a file while another one waits for its sender", async () => {
    const codecs = createCodecs();
    const stalled = await codecs.decoder("xz");
    const writer = stalled.writable.getWriter();
    const reading = stalled.readable.getReader().read();
    await writer.write(fixture("xz").subarray(0, 40));

    expect(await decode("xz", fixture("xz"))).toEqual(TEXT);

    const gone = new Error("the client has gone");
    await writer.abort(gone);
    await expect(reading).rejects.toBe(gone);
  });

  it("should keep two files apart that are read at the same time", async () => {
    const contents = [noise(200_000, 1), noise(200_000, 2)];
    const files = await Promise.all(contents.map((content) => encode("xz", content)));
    const cuts = Array.from({ length: 50 }, (_, index) => index * 4000);
    expect(await Promise.all(files.map((file) => decode("xz", file, { cuts })))).toEqual(contents);
  });
});
