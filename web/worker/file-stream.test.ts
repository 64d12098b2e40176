import { describe, expect, it } from "vitest";
import { FILE_PART_BYTES, fileStream } from "./file-stream.ts";

async function chunksOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe("fileStream()", () => {
  it("gives all of a file, in parts", async () => {
    const bytes = new Uint8Array(2 * FILE_PART_BYTES + 5).map((_, index) => index % 251);
    const chunks = await chunksOf(fileStream(new Blob([bytes])));
    expect(chunks.map(({ length }) => length)).toEqual([FILE_PART_BYTES, FILE_PART_BYTES, 5]);
    expect(Buffer.concat(chunks).equals(Buffer.from(bytes))).toBe(true);
  });

  it("gives nothing of an empty file", async () => {
    expect(await chunksOf(fileStream(new Blob([])))).toEqual([]);
  });

  it("reads no part that nobody asks for", async () => {
    const file = new Blob([new Uint8Array(3 * FILE_PART_BYTES)]);
    let parts = 0;
    const slice = file.slice.bind(file);
    file.slice = (...range) => {
      parts++;
      return slice(...range);
    };
    const reader = fileStream(file).getReader();
    await reader.read();
    expect(parts).toBe(1);
    await reader.cancel();
    expect(parts).toBe(1);
  });

  it("says what to do when the file is not the one that was chosen", async () => {
    const file = new Blob([new Uint8Array(1)]);
    const gone = new Blob([]);
    gone.arrayBuffer = () => Promise.reject(new DOMException("", "NotReadableError"));
    file.slice = () => gone;
    await expect(chunksOf(fileStream(file))).rejects.toThrow("choose it again");
  });
});
