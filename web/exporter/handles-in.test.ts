import { describe, expect, it } from "vitest";
import { handlesIn } from "./handles-in.ts";

const STREAM = { kind: "client_stream", uuid: "u", x_jmp_content_encoding: null } as const;
const REQUEST = { kind: "presigned_request", url: "https://a/b", method: "GET", headers: {} } as const;

describe("handlesIn()", () => {
  for (const [what, args] of [
    ["among other arguments", ["uboot", STREAM, 7, null, REQUEST]],
    ["in a list", [[STREAM, REQUEST]]],
    ["in an object", [{ boot: STREAM, root: { image: REQUEST } }]],
    ["beside a kind that is something else", [{ kind: "images", boot: STREAM, root: REQUEST }]],
  ] as const) {
    it(`finds handles ${what}`, () => expect(handlesIn(args)).toEqual([STREAM, REQUEST]));
  }

  for (const [what, args] of [
    ["nothing", []],
    ["plain values", ["client_stream", 1, null, true, { a: [{}] }]],
    ["a handle without a uuid", [{ kind: "client_stream" }]],
    ["a request of another method", [{ ...REQUEST, method: "POST" }]],
    ["a kind that is no text", [{ kind: 1, uuid: "u" }]],
  ] as const) {
    it(`finds none in ${what}`, () => expect(handlesIn(args)).toEqual([]));
  }
});
