import { create, fromJson } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { decodeValue, encodeValue } from "./value.ts";

describe("encodeValue()", () => {
  it("keeps what JSON can hold", () => {
    const value = { a: [1, "b", true, null, { c: 2.5 }] };
    expect(decodeValue(encodeValue(value))).toEqual(value);
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    it(`turns ${value} into null, on its own and inside`, () => {
      expect(decodeValue(encodeValue(value))).toBeNull();
      expect(decodeValue(encodeValue({ a: [value] }))).toEqual({ a: [null] });
    });
  }

  it("answers nothing with a null that is set", () => {
    expect(encodeValue(undefined).kind.case).toBe("nullValue");
  });

  it("refuses bytes", () => {
    expect(() => encodeValue({ data: new Uint8Array(3) } as never)).toThrow(/base64/);
  });
});

describe("decodeValue()", () => {
  it("takes a value of no kind for null", () => {
    expect(decodeValue(create(ValueSchema))).toBeNull();
  });

  it("refuses a NaN that a client sends, as an argument that is wrong", () => {
    const value = create(ValueSchema, { kind: { case: "numberValue", value: Number.NaN } });
    expect(() => decodeValue(value)).toThrow(/NaN/);
  });

  it("gives numbers as they are", () => {
    expect(decodeValue(fromJson(ValueSchema, 5))).toBe(5);
  });
});
