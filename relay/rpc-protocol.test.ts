import { describe, expect, it } from "vitest";
import { classify } from "./first-bytes.ts";
import {
  forwardedRequestHeaders,
  forwardedResponseHeaders,
  headerListFromRaw,
  nodeHeaders,
} from "./headers.ts";
import { cutText, encodeGrpcMessage, isRpcPath, rpcErrorTail, rpcProtocolOf } from "./rpc-protocol.ts";

describe("rpcProtocolOf()", () => {
  for (const [type, protocol] of [
    ["application/grpc", "grpc"],
    ["application/grpc+proto; charset=utf-8", "grpc"],
    ["Application/gRPC-Web+proto", "grpc-web"],
    ["application/grpc-web-text", "grpc-web-text"],
    ["application/connect+json", "connect-stream"],
    ["application/json; charset=utf-8", "connect-unary"],
    ["application/proto", "connect-unary"],
    ["application/grpcx", undefined],
    ["text/html", undefined],
    [undefined, undefined],
  ] as const) {
    it(`takes ${type} for ${protocol}`, () => expect(rpcProtocolOf(type)).toBe(protocol));
  }
});

describe("isRpcPath()", () => {
  it("tells a method from the relay's own addresses", () => {
    expect(isRpcPath("/jumpstarter.v1.ExporterService/GetReport")).toBe(true);
    for (const path of ["/", "/api/boot", "/healthz", "/assets/a.b/c", "/a.b/c/d", "/a.b/", "/.a/b"]) {
      expect(isRpcPath(path), path).toBe(path === "/a.b/c");
    }
  });
});

describe("status text", () => {
  it("is percent-encoded as gRPC has it", () => {
    expect(encodeGrpcMessage("100 % ü\n")).toBe("100 %25 %C3%BC%0A");
  });
  it("is cut between characters", () => {
    expect(cutText("aü", 2)).toBe("a");
    expect(cutText("aü", 3)).toBe("aü");
    expect(Buffer.byteLength(cutText("€".repeat(2000)))).toBeLessThanOrEqual(2048);
  });
  it("ends a stream of each protocol in its own words, but a Connect unary call only by cutting it", () => {
    expect(rpcErrorTail("grpc", 14, "gone")?.trailers).toEqual([
      ["grpc-status", "14"],
      ["grpc-message", "gone"],
    ]);
    const web = Buffer.from(rpcErrorTail("grpc-web", 14, "gone")?.bytes ?? []);
    expect(web.readUInt8(0)).toBe(0x80);
    expect(web.readUInt32BE(1)).toBe(web.length - 5);
    const text = Buffer.from(rpcErrorTail("grpc-web-text", 14, "gone")?.bytes ?? []).toString();
    expect(Buffer.from(text, "base64").equals(web)).toBe(true);
    expect(rpcErrorTail("connect-unary", 14, "gone")).toBeUndefined();
  });
});

describe("classify()", () => {
  for (const [bytes, kind] of [
    [[], "more"],
    [[0x16], "tls"],
    [[...Buffer.from("P")], "more"],
    [[...Buffer.from("PR")], "more"],
    [[...Buffer.from("PRI ")], "http2"],
    [[...Buffer.from("PRO")], "http1"],
    [[...Buffer.from("POST / ")], "http1"],
    [[...Buffer.from("G")], "http1"],
    [[0], "http1"],
  ] as const) {
    it(`takes ${JSON.stringify(Buffer.from(bytes).toString())} for ${kind}`, () =>
      expect(classify(Uint8Array.from(bytes))).toBe(kind));
  }
});

describe("headers", () => {
  it("leave the passphrase and what is between neighbours behind", () => {
    const list = headerListFromRaw([
      ":path",
      "/",
      "TE",
      "trailers",
      "X-Jumpstarter-Passphrase",
      "s",
      "Request",
      "{}",
      "X-Jumptab-Client",
      "127.0.0.1 1",
      "x-jumptab-bench-key",
      "s",
    ]);
    expect(forwardedRequestHeaders(list, "10.0.0.7 1")).toEqual([
      ["request", "{}"],
      ["x-jumptab-client", "10.0.0.7 1"],
    ]);
    expect(
      forwardedResponseHeaders([
        ["connection", "close"],
        [":status", "1"],
        ["a", "b"],
      ]),
    ).toEqual([["a", "b"]]);
  });
  it("keep names that occur twice", () => {
    expect({
      ...nodeHeaders([
        ["a", "1"],
        ["b", "2"],
        ["a", "3"],
        ["a", "4"],
      ]),
    }).toEqual({ a: ["1", "3", "4"], b: "2" });
  });
});
