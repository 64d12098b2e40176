import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings } from "../../proto/tunnel/testing/fuzz.ts";
import { Gatherer } from "./gather.ts";

describe("gathered chunks", () => {
  it("are the same bytes, each at least as long as it should be, and the rest shorter", () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 30 }));
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 20 }), (chunks, bytes) => {
        const gatherer = new Gatherer({ bytes });
        const found: number[] = [];
        for (const chunk of chunks) {
          for (const full of gatherer.add(chunk)) {
            expect(full.length).toBeGreaterThanOrEqual(bytes);
            found.push(...full);
          }
        }
        const rest = gatherer.rest();
        expect(rest.length).toBeLessThan(bytes);
        expect([...found, ...rest]).toEqual(chunks.flatMap((chunk) => [...chunk]));
        expect(gatherer.rest()).toHaveLength(0);
      }),
      fuzzSettings(),
    );
  });

  it("are not copied when they are big already", () => {
    const chunk = new Uint8Array(10);
    expect([...new Gatherer({ bytes: 10 }).add(chunk)][0]).toBe(chunk);
  });
});
