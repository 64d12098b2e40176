import { describe, expect, it } from "vitest";
import { LiveFiles } from "./live-files.ts";

describe("LiveFiles", () => {
  it("should read large files of any bytes as one character for each byte", async () => {
    const files = new LiveFiles(() => undefined);
    const bytes = Uint8Array.from({ length: 200_001 }, (_, at) => (at * 7) & 0xff);
    await files.writeFile("/image.bin", bytes);
    for (const text of [
      String(await files.readFileBytes("/image.bin")),
      await files.readFile("/image.bin", "binary"),
      await files.readFile("/image.bin", { encoding: "latin1" }),
    ]) {
      expect(Buffer.compare(Buffer.from(text, "latin1"), bytes)).toBe(0);
      expect(text).toHaveLength(bytes.length);
    }
    await files.writeFile("/text", "ä€");
    expect(await files.readFile("/text")).toBe("ä€");
    await expect(files.readFileBytes("/nothing")).rejects.toThrow("ENOENT");
  });

  it("should write to its two outputs, and keep nothing there", async () => {
    const written: unknown[] = [];
    const files = new LiveFiles((stream, content) => written.push([stream, content]));
    await files.appendFile("/dev/hook/stdout", "out\n");
    await files.writeFile("/dev/hook/stderr", "err\n");
    expect(written).toEqual([
      ["stdout", "out\n"],
      ["stderr", "err\n"],
    ]);
    expect(await files.readFile("/dev/hook/stdout")).toBe("");
  });
});
