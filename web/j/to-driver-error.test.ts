import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { DriverError, type DriverErrorCode } from "../../drivers/base/error.ts";
import { toDriverError } from "./to-driver-error.ts";

const CODES: readonly (readonly [Code, DriverErrorCode])[] = [
  [Code.InvalidArgument, "invalid-argument"],
  [Code.NotFound, "not-implemented"],
  [Code.Unimplemented, "not-implemented"],
  [Code.DeadlineExceeded, "timeout"],
  [Code.Unavailable, "connection"],
  [Code.Internal, "device-io"],
  [Code.FailedPrecondition, "other"],
  [Code.Unknown, "other"],
];

describe("toDriverError()", () => {
  it("leaves a driver's own error as it is", () => {
    const error = new DriverError("timeout", "too late");
    expect(toDriverError(error)).toBe(error);
  });
  for (const [code, driverCode] of CODES) {
    it(`makes ${driverCode} of ${Code[code]}, without the status in the text`, () => {
      const cause = new ConnectError("the text", code);
      expect(toDriverError(cause)).toMatchObject({ code: driverCode, message: "the text", cause });
    });
  }
  it("keeps the words of anything else", () => {
    expect(toDriverError(new TypeError("no such thing"))).toMatchObject({
      code: "other",
      message: "no such thing",
    });
    expect(toDriverError(new TypeError())).toMatchObject({ message: "TypeError" });
    expect(toDriverError("gone")).toMatchObject({ message: "gone" });
  });
});
