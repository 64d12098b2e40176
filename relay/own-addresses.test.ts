import { describe, expect, it } from "vitest";
import { MAX_TOLD_ADDRESSES } from "./limits.ts";
import { type NetworkInterfaces, otherAddresses } from "./own-addresses.ts";

type Address = NonNullable<NetworkInterfaces[string]>[number];

function address(text: string, internal = false): Address {
  const more = { netmask: "", mac: "", internal, cidr: null, address: text };
  return text.includes(":") ? { ...more, family: "IPv6", scopeid: 0 } : { ...more, family: "IPv4" };
}

const MACHINE: NetworkInterfaces = {
  lo: [address("127.0.0.1", true), address("::1", true)],
  docker0: [address("172.17.0.1")],
  eth0: [address("2001:db8::5"), address("192.168.7.20"), address("fe80::1"), address("169.254.3.4")],
  wlan0: [address("10.0.0.4")],
};

describe("otherAddresses()", () => {
  it("are those of this machine that others can use, IPv4 first, networks of containers last", () => {
    expect(otherAddresses({ host: "::", port: 19090 }, MACHINE)).toEqual([
      "192.168.7.20:19090",
      "10.0.0.4:19090",
      "[2001:db8::5]:19090",
      "172.17.0.1:19090",
    ]);
  });

  it("are IPv4 alone where the listener is", () => {
    expect(otherAddresses({ host: "0.0.0.0", port: 80 }, MACHINE)).toEqual([
      "192.168.7.20:80",
      "10.0.0.4:80",
      "172.17.0.1:80",
    ]);
  });

  it("are none where the relay listens on one address, and on a machine without a network", () => {
    expect(otherAddresses({ host: "127.0.0.1", port: 80 }, MACHINE)).toBeUndefined();
    expect(otherAddresses({ host: "192.168.7.20", port: 80 }, MACHINE)).toBeUndefined();
    expect(otherAddresses({ host: "::", port: 80 }, { lo: MACHINE.lo, gone: undefined })).toBeUndefined();
  });

  it("with TLS are those that the certificate covers", () => {
    const covers = (host: string) => host === "10.0.0.4";
    expect(otherAddresses({ host: "0.0.0.0", port: 80 }, MACHINE, covers)).toEqual(["10.0.0.4:80"]);
  });

  it("are not more than a person looks through, and none twice", () => {
    const many = Array.from({ length: 300 }, (_, at) => address(`10.0.${at >> 7}.${at & 127}`));
    const told = otherAddresses({ host: "0.0.0.0", port: 80 }, { eth0: [...many, ...many] });
    expect(told).toHaveLength(MAX_TOLD_ADDRESSES);
    expect(new Set(told).size).toBe(MAX_TOLD_ADDRESSES);
  });
});
