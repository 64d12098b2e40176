import { describe, expect, it } from "vitest";
import { callTimeoutMs } from "./call-timeout.ts";
import type { RpcProtocol } from "./rpc-protocol.ts";

function read(protocol: RpcProtocol, headers: Readonly<Record<string, string>>): number | undefined {
  return callTimeoutMs(protocol, (name) => headers[name]);
}

describe("callTimeoutMs()", () => {
  it("reads every unit of gRPC", () => {
    for (const [value, expected] of [
      ["2H", 7_200_000],
      ["3M", 180_000],
      ["5S", 5000],
      ["250m", 250],
      ["1500u", 1.5],
      ["2000000n", 2],
      ["99999999H", 99_999_999 * 3_600_000],
      ["0S", 0],
    ] as const) {
      for (const protocol of ["grpc", "grpc-web", "grpc-web-text"] as const) {
        expect(read(protocol, { "grpc-timeout": value }), value).toBeCloseTo(expected, 6);
      }
    }
  });

  it("takes anything else for no limit", () => {
    for (const value of [
      "",
      "5",
      "S",
      "5s",
      "5 S",
      "-5S",
      "+5S",
      "5.0S",
      "123456789S",
      "5S ",
      "5S, 6S",
      "٥S",
    ]) {
      expect(read("grpc", { "grpc-timeout": value }), value).toBeUndefined();
    }
    expect(read("grpc", {})).toBeUndefined();
  });

  it("reads Connect's milliseconds, of at most ten digits", () => {
    expect(read("connect-unary", { "connect-timeout-ms": "1500" })).toBe(1500);
    expect(read("connect-stream", { "connect-timeout-ms": "9999999999" })).toBe(9_999_999_999);
    for (const value of ["", "1.5", "-1", "1e3", "12345678901"]) {
      expect(read("connect-unary", { "connect-timeout-ms": value }), value).toBeUndefined();
    }
  });

  it("reads only the header of the call's own protocol", () => {
    expect(read("grpc", { "connect-timeout-ms": "5" })).toBeUndefined();
    expect(read("connect-unary", { "grpc-timeout": "5S" })).toBeUndefined();
  });
});
