import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings } from "../../../proto/tunnel/testing/fuzz.ts";
import { SlipDecoder, slipEncode } from "./slip.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("SLIP", () => {
  it("puts a packet between two ENDs and escapes what would be taken for one", () => {
    expect(slipEncode(bytes(1, 0xc0, 0xdb, 2))).toEqual(bytes(0xc0, 1, 0xdb, 0xdc, 0xdb, 0xdd, 2, 0xc0));
  });

  it("brings any packets back, in whatever pieces they arrive", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 7 }),
        (packets, pieceBytes) => {
          const line = packets.flatMap((packet) => [...slipEncode(packet)]);
          const decoder = new SlipDecoder();
          const found: Uint8Array[] = [];
          for (let at = 0; at < line.length; at += pieceBytes)
            found.push(...decoder.push(Uint8Array.from(line.slice(at, at + pieceBytes))));
          expect(found.map((packet) => [...packet])).toEqual(packets.map((packet) => [...packet]));
        },
      ),
      fuzzSettings(),
    );
  });

  it("drops noise, and finds the packet after it", () => {
    const decoder = new SlipDecoder();
    expect(decoder.push(bytes(0x41, 0x0a, ...slipEncode(bytes(7))))).toEqual([bytes(7)]);
    // A packet that was cut off takes the next END for its own: the packet after that is whole again.
    decoder.push(bytes(0xc0, 1, 2));
    const found = decoder.push(bytes(...slipEncode(bytes(8)), ...slipEncode(bytes(9))));
    expect(found.at(-1)).toEqual(bytes(9));
    expect(decoder.push(bytes(0xc0, 3, 0xdb, 0x00, 0xc0))).toEqual([]);
  });

  it("drops a packet that is longer than any command", () => {
    const decoder = new SlipDecoder();
    expect(decoder.push(slipEncode(new Uint8Array(40_000)))).toEqual([]);
    expect(decoder.push(bytes(0xc0, ...slipEncode(bytes(5))))).toContainEqual(bytes(5));
  });
});
