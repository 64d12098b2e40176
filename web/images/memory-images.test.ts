import { describe, expect, it } from "vitest";
import type { Image } from "../../drivers/base/image.ts";
import { streamOfBytes } from "../../drivers/testing/test-resources.ts";
import { MemoryImages } from "./memory-images.ts";

const options = () => ({ signal: new AbortController().signal });
const bytesOf = (text: string, times = 1) => new TextEncoder().encode(text.repeat(times));

function createStore(maxBytes: number) {
  let now = 0;
  const clock = { now: () => ++now, sleep: () => Promise.reject(new Error("nothing waits here")) };
  const store = new MemoryImages({ clock, maxBytes });
  return {
    store,
    put: (text: string, times = 1) => store.receive(streamOfBytes(bytesOf(text, times)), options()),
    /** Which of these are there. */
    async kept(...images: Image[]): Promise<boolean[]> {
      const found = await Promise.all(images.map(({ sha256 }) => store.open(sha256)));
      for (const image of found) image?.[Symbol.dispose]();
      return found.map((image) => image !== undefined);
    },
  };
}

describe("images in memory", () => {
  it("are kept by what is in them", async () => {
    const { store, put } = createStore(100);
    using image = await put("hello");
    expect(image).toMatchObject({
      sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
      size: 5,
    });
    using again = await store.open(image.sha256);
    expect(await again?.bytes()).toEqual(bytesOf("hello"));
    expect(await new Response(image.stream({ start: 1, end: 3 })).text()).toBe("el");
    expect(await store.open("0".repeat(64))).toBeUndefined();
  });

  it("make room for another, the one that was not used for longest first", async () => {
    const { store, put, kept } = createStore(30);
    const images = [await put("a", 10), await put("b", 10), await put("c", 10)];
    for (const image of images) image[Symbol.dispose]();
    const [a] = images;
    (await store.open(a?.sha256 ?? ""))?.[Symbol.dispose]();
    using _ = await put("d", 10);
    expect(await kept(...images)).toEqual([true, false, true]);
  });

  it("stay while they are in use: then there is no more room, and it is said so", async () => {
    const { put, kept } = createStore(30);
    const image = await put("a", 20);
    await expect(put("b", 11)).rejects.toMatchObject({ code: "storage-full" });
    expect(await kept(image)).toEqual([true]);
    // What came of the other one takes no room.
    using _ = await put("c", 10);
    image[Symbol.dispose]();
    image[Symbol.dispose]();
    using __ = await put("d", 20);
    expect(await kept(image)).toEqual([false]);
  });

  it("are there once, whoever stores them", async () => {
    const { put, kept } = createStore(30);
    const first = await put("a", 10);
    using second = await put("a", 10);
    first[Symbol.dispose]();
    using _ = await put("b", 10);
    await expect(put("c", 11)).rejects.toMatchObject({ code: "storage-full" });
    expect(await kept(second)).toEqual([true]);
  });
});
