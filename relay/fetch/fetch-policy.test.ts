import { describe, expect, it } from "vitest";
import { GrpcStatus } from "../../proto/tunnel/index.ts";
import { UsageError } from "../usage-error.ts";
import { specialAddress } from "./address-rules.ts";
import { FetchPolicy } from "./fetch-policy.ts";
import { parseFetchRule } from "./fetch-rule.ts";
import { parseTarget } from "./fetch-target.ts";

const PUBLIC = ["1.1.1.1", "172.15.255.255", "172.32.0.1", "192.167.1.1", "100.63.0.1", "2606:4700::1111"];

/** What leads into a network, in all the spellings that a resolver or a URL may have for it. */
const SPECIAL = [
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.5",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.192",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::7f00:1",
  "::ffff:10.0.0.5",
  "::ffff:a00:5",
  "0:0:0:0:0:ffff:7f00:1",
  "::ffff:0:a00:5",
  "64:ff9b::a00:5",
  "64:ff9b:1::a00:5",
  "100::1",
  "2001::1",
  "2001:db8::1",
  "2002:a00:5::1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fec0::1",
  "ff02::1",
  "4000::1",
];

function judge(url: string, addresses: readonly string[], allow: readonly string[] = []): string[] {
  const policy = new FetchPolicy({ allow: allow.map(parseFetchRule), ownAddresses: () => ["9.9.9.9"] });
  const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return policy.allowed(parseTarget(url), found).map(({ address }) => address);
}

describe("specialAddress()", () => {
  for (const address of PUBLIC) {
    it(`takes ${address} for a public one`, () => expect(specialAddress(address)).toBeUndefined());
  }
  it("takes an IPv4 address inside an IPv6 one for what it is", () => {
    expect(specialAddress("::ffff:1.1.1.1")).toBeUndefined();
  });
  for (const address of SPECIAL) {
    it(`says what ${address} is`, () => expect(specialAddress(address)).toMatch(/^an? [a-z]/));
  }
});

describe("where the relay goes", () => {
  it("is the public internet, when nothing is said", () => {
    expect(judge("https://files.example/a", PUBLIC)).toEqual(PUBLIC);
    for (const port of [80, 443, 1024, 8080, 65_535]) judge(`http://files.example:${port}/a`, ["1.1.1.1"]);
  });

  for (const address of [...SPECIAL, "9.9.9.9"]) {
    it(`is not ${address}`, () => {
      expect(() => judge("http://files.example:8080/a?secret", [address])).toThrow(
        /^http:\/\/files\.example:8080\/a\?\[REDACTED\] leads to an? .*: start it with --allow-fetch files\.example$/,
      );
    });
  }

  it("is said as PERMISSION_DENIED, with an address as it has to stand behind --allow-fetch", () => {
    expect(() => judge("http://[fd00::5]/a", ["fd00::5"])).toThrow(
      expect.objectContaining({
        code: GrpcStatus.permissionDenied,
        message:
          "http://[fd00::5]/a leads to a private address, where the relay does not go by itself: start it with --allow-fetch [fd00::5]",
      }),
    );
    expect(judge("http://[fd00::5]/a", ["fd00::5"], ["[fd00::5]"])).toEqual(["fd00::5"]);
  });

  it("are not the ports of other services", () => {
    expect(() => judge("http://files.example:25/", ["1.1.1.1"])).toThrow(
      "http://files.example:25/ names port 25, where the relay does not go by itself: start it with --allow-fetch files.example:25",
    );
    expect(judge("http://files.example:25/", ["1.1.1.1"], ["files.example:25"])).toEqual(["1.1.1.1"]);
  });

  it("are of a name's addresses only those that are allowed", () => {
    expect(judge("https://files.example/", ["10.0.0.5", "1.1.1.1", "::1"])).toEqual(["1.1.1.1"]);
    expect(() => judge("https://files.example/", [])).toThrow("leads to no address");
  });
});

describe("--allow-fetch", () => {
  for (const [rule, url, address, allowed] of [
    ["nas.lan", "http://nas.lan/", "10.0.0.5", true],
    ["NAS.lan.", "http://nas.LAN:8080/", "10.0.0.5", true],
    ["nas.lan", "http://other.lan/", "10.0.0.5", false],
    ["nas.lan", "http://evil.nas.lan/", "10.0.0.5", false],
    ["nas.lan:8080", "http://nas.lan:8080/", "10.0.0.5", true],
    ["nas.lan:8080", "http://nas.lan/", "10.0.0.5", false],
    ["10.0.0.5", "http://nas.lan/", "10.0.0.5", true],
    ["10.0.0.5", "http://nas.lan/", "::ffff:10.0.0.5", true],
    ["10.0.0.5", "http://10.0.0.5/", "10.0.0.6", false],
    ["10.0.0.5:8080", "http://10.0.0.5:8080/", "10.0.0.5", true],
    ["10.0.0.5:8080", "http://10.0.0.5:8081/", "10.0.0.5", false],
    ["10.0.0.0/8", "http://nas.lan/", "10.255.0.1", true],
    ["10.0.0.0/8", "http://nas.lan/", "11.0.0.1", true],
    ["10.0.0.0/8", "http://nas.lan/", "192.168.0.1", false],
    ["fd00::/8", "http://nas.lan/", "fd12::1", true],
    ["fd00::/8", "http://nas.lan/", "10.0.0.1", false],
    ["::1", "http://localhost/", "::1", true],
    ["[::1]:8080", "http://[::1]:8080/", "::1", true],
    ["[::1]:8080", "http://[::1]:8081/", "::1", false],
    ["0.0.0.0/0", "http://nas.lan/", "10.0.0.5", true],
    ["0.0.0.0/0", "http://nas.lan/", "fd00::1", false],
  ] as const) {
    it(`${rule} ${allowed ? "lets" : "does not let"} the relay go to ${url} at ${address}`, () => {
      if (allowed) expect(judge(url, [address], [rule])).toEqual([address]);
      else expect(() => judge(url, [address], [rule])).toThrow("--allow-fetch");
    });
  }

  for (const text of [
    "",
    "http://nas.lan/",
    "nas.lan/",
    "nas lan",
    "10.0.0.0/33",
    "fd00::/129",
    "10.0.0",
    "a/8",
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => expect(() => parseFetchRule(text)).toThrow(UsageError));
  }
  for (const text of ["nas.lan:0", "nas.lan:65536", "nas.lan:http", "[nas.lan]:80", "[::1", ":80", "1:2:3"]) {
    it(`is not ${text}`, () => expect(() => parseFetchRule(text)).toThrow(UsageError));
  }
});
