import { describe, expect, it } from "vitest";
import { pulledTransform } from "./pulled-transform.ts";

const chunk = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe("pulledTransform()", () => {
  it("should make nothing before somebody reads, and then one chunk for each", async () => {
    let made = 0;
    const { readable, writable } = pulledTransform(async function* (source) {
      await source.need(1);
      for (;;) yield chunk(++made);
    });
    const written = writable.getWriter().write(chunk(1));
    const reader = readable.getReader();
    expect(made).toBe(0);
    await reader.read();
    await written;
    await reader.read();
    expect(made).toBe(2);
    await reader.cancel();
  });

  it("should leave out empty chunks, and end with its generator", async () => {
    const { readable, writable } = pulledTransform(async function* (source) {
      while (await source.need(1)) {
        source.take(1);
        yield chunk();
      }
      yield chunk(9);
    });
    const writer = writable.getWriter();
    const closed = writer.write(chunk(1, 2)).then(() => writer.close());
    const reader = readable.getReader();
    expect(await reader.read()).toEqual({ done: false, value: chunk(9) });
    expect((await reader.read()).done).toBe(true);
    await closed;
  });

  it("should tell both sides of a failure", async () => {
    const failure = new Error("corrupt");
    const { readable, writable } = pulledTransform(async function* (source) {
      await source.need(1);
      yield chunk(1);
      throw failure;
    });
    const writer = writable.getWriter();
    const reader = readable.getReader();
    const first = reader.read();
    await writer.write(chunk(1));
    await first;
    await expect(reader.read()).rejects.toBe(failure);
    await expect(writer.closed).rejects.toBe(failure);
  });

  it("should fail as whoever writes does", async () => {
    const { readable, writable } = pulledTransform(async function* (source) {
      await source.need(2);
      yield chunk(1);
    });
    const gone = new Error("the client has gone");
    const reading = readable.getReader().read();
    await writable.abort(gone);
    await expect(reading).rejects.toBe(gone);
  });

  it("should refuse more when the reader has had enough, also while the generator waits", async () => {
    let tidied = false;
    const { readable, writable } = pulledTransform(async function* (source) {
      try {
        while (await source.need(1)) yield source.take(1);
      } finally {
        tidied = true;
      }
    });
    const writer = writable.getWriter();
    const reader = readable.getReader();
    const first = reader.read();
    await writer.write(chunk(1));
    await first;
    const waiting = reader.read();
    const enough = new Error("enough");
    await reader.cancel(enough);
    expect((await waiting).done).toBe(true);
    expect(tidied).toBe(true);
    await expect(writer.closed).rejects.toBe(enough);
  });
});
