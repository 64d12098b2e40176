import { describe, expect, it } from "vitest";
import { addressGroup } from "./address.ts";

describe("the address that limits count by", () => {
  it("is the IPv4 address, also inside an IPv6 one", () => {
    expect(addressGroup("192.0.2.7")).toBe("192.0.2.7");
    expect(addressGroup("::ffff:192.0.2.7")).toBe("192.0.2.7");
    expect(addressGroup("::FFFF:192.0.2.7")).toBe("192.0.2.7");
  });

  it("is the /64 network of an IPv6 address, however it is written", () => {
    const network = "2001:db8:0:7::/64";
    for (const address of [
      "2001:db8:0:7::1",
      "2001:0db8:0000:0007:aaaa:bbbb:cccc:dddd",
      "2001:db8:0:7:1::",
    ]) {
      expect(addressGroup(address)).toBe(network);
    }
    expect(addressGroup("2001:db8:0:8::1")).not.toBe(network);
    expect(addressGroup("2001:db8::1")).toBe("2001:db8:0:0::/64");
    expect(addressGroup("::1")).toBe("0:0:0:0::/64");
    expect(addressGroup("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
    expect(addressGroup("64:ff9b:1:2:3:4:192.0.2.7")).toBe("64:ff9b:1:2::/64");
  });

  it("has a name for connections that are gone already", () => {
    expect(addressGroup(undefined)).toBe("unknown");
    expect(addressGroup("")).toBe("unknown");
  });
});
