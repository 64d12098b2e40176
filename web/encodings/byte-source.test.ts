import { describe, expect, it } from "vitest";
import { ByteSource } from "./byte-source.ts";
import { streamOf } from "./testing/run-codec.ts";

function sourceOf(...chunks: readonly (readonly number[])[]): ByteSource {
  return new ByteSource(streamOf(...chunks.map((chunk) => Uint8Array.from(chunk))).getReader());
}

describe("ByteSource", () => {
  it("should join as many chunks as are needed", async () => {
    const source = sourceOf([1, 2], [], [3], [4, 5, 6]);
    expect(await source.need(4)).toBe(true);
    expect([...source.take(4)]).toEqual([1, 2, 3, 4]);
    expect(source.available).toBe(2);
    expect(source.ended).toBe(false);
  });

  it("should keep what there is when the stream ends before", async () => {
    const source = sourceOf([1], [2]);
    expect(await source.need(3)).toBe(false);
    expect(source.ended).toBe(true);
    expect([...source.take(9)]).toEqual([1, 2]);
    expect(await source.need(1)).toBe(false);
  });

  it("should leave out empty chunks", async () => {
    const source = sourceOf([], [], [7]);
    expect(await source.more()).toBe(true);
    expect([...source.take(1)]).toEqual([7]);
    expect(await source.more()).toBe(false);
  });

  it("should put a chunk behind what has not been taken", async () => {
    const source = sourceOf([1, 2, 3], [4]);
    await source.need(1);
    source.position = 2;
    expect(await source.more()).toBe(true);
    expect([...source.take(9)]).toEqual([3, 4]);
  });

  it("should fail as its stream does", async () => {
    const failure = new Error("the client has gone");
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.error(failure);
      },
    });
    await expect(new ByteSource(stream.getReader()).need(1)).rejects.toBe(failure);
  });
});
