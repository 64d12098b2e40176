import { describe, expect, it } from "vitest";
import { isOwnHost, isOwnOrigin, parseHost } from "./access.ts";
import { formatAddress, isLoopbackHost, isWildcardHost } from "./listener-address.ts";

describe("isOwnHost()", () => {
  for (const host of [
    "127.0.0.1:19090",
    "localhost",
    "LOCALHOST:1",
    "[::1]:19090",
    "192.168.1.7",
    "a.localhost:80",
  ]) {
    it(`knows ${host} without being told`, () => expect(isOwnHost(host, [])).toBe(true));
  }
  for (const host of [
    "",
    "evil.example",
    "evil.example:19090",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "a@b",
    "x y",
  ]) {
    it(`refuses '${host}'`, () => expect(isOwnHost(host, ["lab.example"])).toBe(false));
  }
  it("knows names that were given, and one label in place of a star", () => {
    expect(isOwnHost("Lab.example.:19090", ["lab.example"])).toBe(true);
    expect(isOwnHost("bench.lab.example", ["*.lab.example"])).toBe(true);
    expect(isOwnHost("a.b.lab.example", ["*.lab.example"])).toBe(false);
    expect(isOwnHost("lab.example", ["*.lab.example"])).toBe(false);
  });
});

describe("isOwnOrigin()", () => {
  for (const [origin, host, own] of [
    [undefined, "127.0.0.1:19090", true],
    ["http://127.0.0.1:19090", "127.0.0.1:19090", true],
    ["http://localhost:19090", "127.0.0.1:19090", true],
    ["http://[::1]:19090", "localhost:19090", true],
    ["https://lab.example", "lab.example", true],
    ["https://lab.example", "lab.example:443", true],
    ["http://localhost:5173", "localhost:19090", false],
    ["https://evil.example", "lab.example", false],
    ["https://evil.example:19090", "127.0.0.1:19090", false],
    ["null", "127.0.0.1:19090", false],
    ["", "127.0.0.1:19090", false],
  ] as const) {
    it(`says ${own ? "yes" : "no"} to ${origin} at ${host}`, () =>
      expect(isOwnOrigin(origin, host)).toBe(own));
  }
});

describe("addresses", () => {
  it("tells loopback from the rest", () => {
    for (const host of [
      "127.0.0.1",
      "127.9.9.9",
      "::1",
      "0:0:0:0:0:0:0:1",
      "localhost",
      "::ffff:127.0.0.1",
    ]) {
      expect(isLoopbackHost(host), host).toBe(true);
    }
    for (const host of ["0.0.0.0", "::", "192.168.0.1", "lab.example", "1::1", "128.0.0.1"]) {
      expect(isLoopbackHost(host), host).toBe(false);
    }
  });
  it("knows the wildcards, and writes IPv6 with brackets", () => {
    expect(["0.0.0.0", "::", "0:0:0:0:0:0:0:0"].map(isWildcardHost)).toEqual([true, true, true]);
    expect(["::1", "0.0.0.1", "localhost"].map(isWildcardHost)).toEqual([false, false, false]);
    expect(formatAddress({ host: "::1", port: 1 })).toBe("[::1]:1");
  });
  it("takes a Host apart", () => {
    expect(parseHost("[::1]:80")).toEqual({ host: "::1", port: "80" });
    expect(parseHost("a/b")).toBeUndefined();
  });
});
