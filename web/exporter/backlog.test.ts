import { describe, expect, it } from "vitest";
import { Backlog, JOINED_BYTES } from "./backlog.ts";

const MAX_BYTES = 256 * 1024;
const MAX_PAYLOAD_BYTES = 64 * 1024;
const backlog = (): Backlog => new Backlog({ maxBytes: MAX_BYTES, maxPayloadBytes: MAX_PAYLOAD_BYTES });

/** Bytes that tell where they are: `from`, `from` + 1… */
const run = (from: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (from + index) % 251);

/** All that waits, as it comes. */
async function all(queue: Backlog): Promise<{ bytes: Uint8Array; skipped: number }> {
  queue.end(undefined);
  const payloads: Uint8Array[] = [];
  let skipped = 0;
  for (let heard = await queue.next(); heard !== undefined; heard = await queue.next()) {
    expect(heard.payload.length).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    payloads.push(heard.payload);
    skipped += heard.skipped;
  }
  return { bytes: Buffer.concat(payloads), skipped };
}

describe("what waits for a listener", () => {
  it("takes as much memory byte by byte as in pages, and loses its oldest bytes only", async () => {
    const queue = backlog();
    const said = MAX_BYTES + 1000;
    for (let at = 0; at < said; at += 1) queue.push(Uint8Array.of(at % 251));
    expect(queue.blocks).toBeLessThanOrEqual(MAX_BYTES / JOINED_BYTES + 2);
    const { bytes, skipped } = await all(queue);
    expect(skipped).toBe(1000);
    expect(Buffer.compare(bytes, run(1000, MAX_BYTES))).toBe(0);
  });

  it("is the same bytes in the same order, whatever sizes come and however much is taken between", async () => {
    const queue = backlog();
    const heard: Uint8Array[] = [];
    let said = 0;
    for (const size of [1, 0, 5000, 3, 4096, 4097, 1, 100_000, 2, 70_000, 4095, 1, 1]) {
      queue.push(run(said, size));
      said += size;
      if (size % 2 === 1) heard.push((await queue.next())?.payload ?? run(0, 0));
    }
    const { bytes, skipped } = await all(queue);
    const together = Buffer.concat([...heard, bytes]);
    expect({ length: together.length, skipped }).toEqual({ length: said, skipped: 0 });
    expect(Buffer.compare(together, run(0, said))).toBe(0);
  });

  it("is handed on as it came, where it did not have to wait for more", async () => {
    const queue = backlog();
    const chunk = run(0, 1000);
    queue.push(chunk);
    expect((await queue.next())?.payload.buffer).toBe(chunk.buffer);
  });

  it("keeps the end of a chunk that alone is too long", async () => {
    const queue = backlog();
    queue.push(run(0, MAX_BYTES + 10));
    const { bytes, skipped } = await all(queue);
    expect(skipped).toBe(10);
    expect(Buffer.compare(bytes, run(10, MAX_BYTES))).toBe(0);
  });
});
