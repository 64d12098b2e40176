import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { DriverError, type DriverErrorCode } from "../../drivers/base/error.ts";
import { MAX_STATUS_TEXT_BYTES, toConnectError } from "./to-connect-error.ts";

/** Python's exception, and what its exporter answers with. */
const TABLE: [DriverErrorCode, string, Code][] = [
  ["not-implemented", "NotImplementedError", Code.Unimplemented],
  ["invalid-argument", "ValueError", Code.InvalidArgument],
  ["timeout", "TimeoutError", Code.DeadlineExceeded],
  ["connection", "ConnectionError", Code.Unavailable],
  ["device-not-bound", "OSError", Code.Internal],
  ["device-missing", "OSError", Code.Internal],
  ["device-in-use", "OSError", Code.Internal],
  ["device-disconnected", "OSError", Code.Internal],
  ["device-io", "OSError", Code.Internal],
  ["other", "RuntimeError", Code.Unknown],
];

describe("toConnectError()", () => {
  for (const [code, exception, status] of TABLE) {
    it(`answers ${code} as Python's ${exception}: ${Code[status]}`, () => {
      const error = toConnectError(new DriverError(code, "what happened"));
      expect(error.code).toBe(status);
      expect(error.rawMessage).toBe("what happened");
    });
  }

  it("answers any other error with UNKNOWN and its text", () => {
    expect(toConnectError(new RangeError("too far"))).toMatchObject({
      code: Code.Unknown,
      rawMessage: "too far",
    });
    expect(toConnectError("just text")).toMatchObject({ code: Code.Unknown, rawMessage: "just text" });
    expect(toConnectError(new TypeError())).toMatchObject({ code: Code.Unknown, rawMessage: "TypeError" });
  });

  it("leaves a status as it is", () => {
    const error = new ConnectError("not now", Code.FailedPrecondition);
    expect(toConnectError(error)).toBe(error);
  });

  for (const [what, character] of [
    ["letters", "x"],
    ["accents", "é"],
    ["percent signs", "%"],
    ["newlines", "\n"],
    ["emoji", "🛠"],
  ] as const) {
    it(`cuts a long text of ${what} to what a header holds, between characters`, () => {
      const { rawMessage } = toConnectError(new DriverError("other", character.repeat(100_000)));
      expect(encodeURIComponent(rawMessage).length).toBeLessThan(MAX_STATUS_TEXT_BYTES + 64);
      expect(rawMessage.endsWith(" […]")).toBe(true);
    });
  }
});
