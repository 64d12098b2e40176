import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkQueue } from "./chunk-queue.ts";
import { SMALL_BODY_BYTES } from "./limits.ts";
import { fuzzSettings, fuzzTimeoutMs } from "./testing/fuzz.ts";

describe("ChunkQueue", () => {
  it("gives back the bytes in their order, whatever their pieces and however it is taken from", {
    timeout: fuzzTimeoutMs(),
  }, () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2 * SMALL_BODY_BYTES }));
    fc.assert(
      fc.property(fc.array(fc.option(size, { nil: undefined })), fc.nat(4), (steps, joinAfter) => {
        const queue = new ChunkQueue(joinAfter);
        const sent: number[] = [];
        const got: number[] = [];
        for (const step of steps) {
          if (step === undefined) got.push(...(queue.shift() ?? []));
          else {
            const chunk = Uint8Array.from({ length: step }, (_, index) => (sent.length + index) & 0xff);
            sent.push(...chunk);
            queue.push(chunk);
          }
        }
        for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) got.push(...chunk);
        expect(got).toEqual(sent);
      }),
      fuzzSettings(),
    );
  });

  it("makes few chunks of many small ones", () => {
    const queue = new ChunkQueue(8);
    for (let byte = 0; byte < 100_000; byte += 1) queue.push(Uint8Array.of(byte & 0xff));
    let chunks = 0;
    while (queue.shift() !== undefined) chunks += 1;
    expect(chunks).toBeLessThan(50);
  });
});
