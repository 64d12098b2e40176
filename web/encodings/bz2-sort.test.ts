import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings } from "../../proto/tunnel/testing/fuzz.ts";
import { sortRotations } from "./bz2-sort.ts";

/** As it is defined: all rotations, sorted. */
function sortedByHand(bytes: Uint8Array): { lastColumn: Uint8Array; rows: readonly string[]; self: string } {
  const rotation = (start: number): Uint8Array =>
    Uint8Array.from([...bytes.subarray(start), ...bytes.subarray(0, start)]);
  const rows = [...bytes.keys()].map(rotation).sort((a, b) => Buffer.compare(a, b));
  const hex = (row: Uint8Array): string => Buffer.from(row).toString("hex");
  return {
    lastColumn: Uint8Array.from(rows, (row) => row.at(-1) ?? 0),
    rows: rows.map(hex),
    self: hex(bytes),
  };
}

describe("sortRotations()", () => {
  it("should find what sorting all rotations finds", () => {
    const few = fc.array(fc.constantFrom(0, 1, 255), { minLength: 1, maxLength: 60 });
    const any = fc.uint8Array({ minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.oneof(few, any), (bytes) => {
        const block = Uint8Array.from(bytes);
        const { lastColumn, origin } = sortRotations(block);
        const expected = sortedByHand(block);
        expect(lastColumn).toEqual(expected.lastColumn);
        expect(expected.rows[origin]).toBe(expected.self);
      }),
      fuzzSettings(300),
    );
  });

  it("should sort what has a period, whose rotations are equal", () => {
    expect(sortRotations(Uint8Array.of(2, 1, 2, 1, 2, 1))).toMatchObject({
      lastColumn: Uint8Array.of(2, 2, 2, 1, 1, 1),
    });
  });
});
