import { describe, expect, it } from "vitest";
import { MAX_FETCH_URL_BYTES } from "../limits.ts";
import { isSameOrigin, parseTarget, redirectTarget } from "./fetch-target.ts";

describe("parseTarget()", () => {
  for (const [text, target] of [
    [
      "https://Files.Example/a",
      { secure: true, host: "files.example", port: 443, authority: "files.example" },
    ],
    [
      "http://files.example.:8080",
      { host: "files.example", port: 8080, authority: "files.example.:8080", path: "/" },
    ],
    ["http://[::1]:81/a", { host: "::1", port: 81, authority: "[::1]:81" }],
    // The spellings of an address that a reader may miss, and a resolver does not.
    ["http://2130706433/", { host: "127.0.0.1" }],
    ["http://0x7f.1/", { host: "127.0.0.1" }],
    ["http://0177.0.0.1/", { host: "127.0.0.1" }],
    ["http://①②⑦.0.0.1/", { host: "127.0.0.1" }],
    ["http://%31%32%37.0.0.1/", { host: "127.0.0.1" }],
    ["http://[::ffff:127.0.0.1]/", { host: "::ffff:7f00:1" }],
    [
      "http://files.example/%7Ea%2f/../%2e%2e/b?x='1'|&y=%zz#top",
      { path: "/%7Ea%2f/../%2e%2e/b?x='1'|&y=%zz" },
    ],
    ["http://files.example?x=1", { path: "/?x=1" }],
    ["http://files.example/a b/ü", { path: "/a%20b/%C3%BC" }],
    ["http://files.example\\@evil.example/", { host: "files.example", path: "/@evil.example/" }],
    ["http:files.example/a", { host: "files.example", path: "/a" }],
    ["http://files.example/a\r\nX: y", { path: "/aX:%20y" }],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => expect(parseTarget(text)).toMatchObject(target));
  }

  for (const [text, sentence] of [
    ["", "is no URL: give one that begins with https:// or http://"],
    ["files.example/a?secret", "files.example/a?[REDACTED] is no URL"],
    ["ftp://files.example/a", "cannot be fetched: only https:// and http:// can"],
    ["file:///etc/passwd", "only https:// and http:// can"],
    ["https://me:pass@files.example/", "https://files.example/ has a name or a password before its host"],
    ["https://@files.example:99999/", "is no URL"],
    [`https://files.example/${"a".repeat(MAX_FETCH_URL_BYTES)}`, "bytes, 8192 are allowed"],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(() => parseTarget(text)).toThrow(sentence);
      expect(() => parseTarget(text)).not.toThrow(/pass@|secret/);
    });
  }
});

describe("redirectTarget()", () => {
  const from = parseTarget("https://files.example:8443/a/b?c");
  for (const [location, url] of [
    ["/x%40y", "https://files.example:8443/x%40y"],
    ["x/y", "https://files.example:8443/a/x/y"],
    ["?d", "https://files.example:8443/a/b?d"],
    ["//other.example/x", "https://other.example/x"],
    ["/\\other.example/x", "https://other.example/x"],
    ["http://other.example/%2E%2e/x", "http://other.example/x"],
    ["HTTP://other.example/x", "http://other.example/x"],
  ] as const) {
    it(`leads to ${location}`, () => expect(redirectTarget(from, location).url).toBe(url));
  }

  it("sends what the server wrote", () => {
    expect(redirectTarget(from, "http://other.example/%2E%2e/x").path).toBe("/%2E%2e/x");
    expect(redirectTarget(from, "/%2E%2e/x?'").path).toBe("/%2E%2e/x?'");
  });
});

describe("isSameOrigin()", () => {
  const target = parseTarget("https://files.example/a");
  it("is about scheme, host and port", () => {
    expect(isSameOrigin(target, parseTarget("https://FILES.example:443/b"))).toBe(true);
    for (const other of [
      "http://files.example:443/a",
      "https://files.example:444/a",
      "https://a.files.example/a",
    ]) {
      expect(isSameOrigin(target, parseTarget(other))).toBe(false);
    }
  });
});
