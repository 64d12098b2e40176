import { describe, expect, it } from "vitest";
import { FETCH_PATH, FETCH_URL_HEADER } from "../../proto/fetch.ts";
import { GrpcStatus, type HeaderList } from "../../proto/tunnel/index.ts";
import { MAX_HEADER_BYTES, MAX_HEADERS } from "../limits.ts";
import { type FetchRequest, parseFetchRequest, withoutSensitive } from "./fetch-request.ts";

function parse(headers: HeaderList, { method = "GET", path = FETCH_PATH } = {}): FetchRequest {
  return parseFetchRequest({ method, path, h: [[FETCH_URL_HEADER, "https://files.example/a"], ...headers] });
}

describe("parseFetchRequest()", () => {
  it("takes a method, a URL and headers for its server", () => {
    expect(parse([["range", "bytes=0-9"]])).toMatchObject({
      method: "GET",
      target: { host: "files.example" },
      headers: [["range", "bytes=0-9"]],
      length: undefined,
    });
  });

  it("takes the length of what is sent, and of nothing else", () => {
    expect(parse([["content-length", "12"]], { method: "PUT" })).toMatchObject({ headers: [], length: 12 });
    expect(parse([["content-length", "12"]])).toMatchObject({ headers: [], length: undefined });
  });

  it("takes the URL's own host for what it is", () => {
    expect(parse([["host", "FILES.example"]]).headers).toEqual([]);
  });

  it("answers other paths as relays do that do not know this one", () => {
    expect(() => parse([], { path: "/jumptab/other" })).toThrow(
      expect.objectContaining({ code: GrpcStatus.unimplemented }),
    );
  });

  const many = Array.from({ length: MAX_HEADERS + 1 }, (_, index) => [`a${index}`, "b"] as const);
  for (const [what, headers, sentence] of [
    [
      "another host",
      [["host", "internal.example"]],
      "Host header is not the host of https://files.example/a",
    ],
    ["a line break", [["a", "b\r\nc: d"]], 'header "a" is not one that HTTP allows'],
    ["a character that HTTP does not know", [["a", "\u2713"]], 'header "a" is not one that HTTP allows'],
    ["a name with a space", [["a b", "c"]], 'header "a b" is not one that HTTP allows'],
    ["a pseudo header", [[":path", "/b"]], 'header ":path" is not one that HTTP allows'],
    ["too many headers", many, `${MAX_HEADERS} of ${MAX_HEADER_BYTES} bytes are allowed`],
    ["too long headers", [["a", "b".repeat(MAX_HEADER_BYTES)]], "bytes are allowed"],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => parse(headers)).toThrow(
        expect.objectContaining({
          code: GrpcStatus.invalidArgument,
          message: expect.stringContaining(sentence),
        }),
      );
    });
  }

  it("refuses a length that is none", () => {
    for (const length of ["-1", "1.5", "1e3", "", "99999999999999999999"]) {
      expect(() => parse([["content-length", length]], { method: "PUT" })).toThrow("is no number of bytes");
    }
  });

  it("refuses other methods, and a request without a URL", () => {
    for (const method of ["POST", "DELETE", "get", ""]) {
      expect(() => parse([], { method })).toThrow("a transfer's method is GET or PUT");
    }
    expect(() => parseFetchRequest({ method: "GET", path: FETCH_PATH, h: [] })).toThrow(
      "x-jumptab-url is missing",
    );
  });
});

describe("withoutSensitive()", () => {
  it("drops what opens something, by the beginnings of names", () => {
    const names = ["authorization", "authorization-x", "cookie", "cookie2", "x-amz-a", "x-ms-b", "x-goog-c"];
    const kept = ["x-amzn", "range", "x-api-key", "accept"];
    const headers = [...names, ...kept].map((name) => [name, "1"] as const);
    expect(withoutSensitive(headers).map(([name]) => name)).toEqual(kept);
  });
});
