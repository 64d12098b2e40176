import { describe, expect, it } from "vitest";
import { TEXT } from "./testing/fixtures.ts";
import { concat, decode, encode, noise } from "./testing/run-codec.ts";

const RUNS = new TextEncoder().encode(`aaabbbbccccc${"d".repeat(255)}${"e".repeat(256)}${"f".repeat(600)}`);

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

describe("encodeBz2()", () => {
  // What bzip2 1.0.8 and Python's bz2 have read as it should be; later ones may differ, and have to be shown to them again.
  for (const [what, plain, known] of [
    [
      "text",
      TEXT,
      "QlpoMTFBWSZTWT4Xe3oAAPdZgAAQQAB/4COniAAgAIAiiU9Q/1SMTTIEUSnqH+qRiaZGoI7CPAjp38eZpn1712kkkkkkkm4jnOb3EqhKoaAxi1Lu1u7uy7qqqqqsCP0EeBHkR6EfIjkR+AjyI4EehH8I0I5BH+LuSKcKEgfC729A",
    ],
    [
      "runs",
      RUNS,
      "QlpoMTFBWSZTWX0mo4cAAAHDAOAAAQA/AAAIIAAhk1PJHqDJqeSPUc9NDOMzem0ZlKCQPEh8XckU4UJB9JqOHA==",
    ],
    ["nothing", new Uint8Array(), "QlpoMRdyRThQkAAAAAA="],
  ] as const) {
    it(`should write ${what} as bzip2 has been seen to read it`, async () => {
      expect(base64(await encode("bz2", plain, { cuts: [1, 300, 500] }))).toBe(known);
    });
  }

  it("should write blocks of all kinds that are read again", async () => {
    const kinds = [
      noise(250_000),
      // Runs over the end of a block.
      new Uint8Array(6_000_000).fill(7),
      // One period in all of a block: no two rotations are far apart.
      Uint8Array.from({ length: 150_000 }, (_, at) => at % 3),
      // As many different bytes as there are.
      Uint8Array.from({ length: 150_000 }, (_, at) => at & 0xff),
    ];
    const plain = concat(...kinds);
    expect(await decode("bz2", await encode("bz2", plain, { cuts: [99_980, 100_000] }))).toEqual(plain);
  });
});
