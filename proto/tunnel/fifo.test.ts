import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fifo } from "./fifo.ts";
import { fuzzSettings, fuzzTimeoutMs } from "./testing/fuzz.ts";

describe("Fifo", () => {
  it("is an array with push and shift", { timeout: fuzzTimeoutMs() }, () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(), { nil: undefined })), (steps) => {
        const fifo = new Fifo<number>();
        const array: number[] = [];
        for (const step of steps) {
          if (step === undefined) expect(fifo.shift()).toBe(array.shift());
          else {
            fifo.push(step);
            array.push(step);
          }
          expect(fifo.length).toBe(array.length);
          expect(fifo.first).toBe(array[0]);
          expect([...fifo]).toEqual(array);
        }
      }),
      fuzzSettings(),
    );
  });

  it("holds nothing that is out, however long it is not empty", async () => {
    const collectGarbage = garbageCollector();
    const fifo = new Fifo<object>();
    const seen: WeakRef<object>[] = [];
    fifo.push({});
    for (let round = 0; round < 1000; round += 1) {
      const item = { round };
      seen.push(new WeakRef(item));
      fifo.push(item);
      fifo.shift();
    }
    // A WeakRef holds its object until the end of the turn in which it was made or asked.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(seen.filter((each) => each.deref() !== undefined)).toHaveLength(fifo.length);
  });
});

/** V8's own, without a flag on the command line. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
