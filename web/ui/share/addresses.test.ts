import { describe, expect, it } from "vitest";
import type { RelayInfo } from "../model.ts";
import { addressLabel, chosenAddress, clientEndpoint, linkTo, openCommand } from "./addresses.ts";

const relay: RelayInfo = {
  endpoint: "127.0.0.1:19090",
  insecure: true,
  pageUrls: ["http://192.0.2.7:19090/", "http://127.0.0.1:19090/"],
  noAuth: false,
};

describe("chosenAddress()", () => {
  it("is the likeliest one until another is chosen", () => {
    expect(chosenAddress(relay, undefined)).toBe("http://192.0.2.7:19090/");
    expect(chosenAddress(relay, "http://127.0.0.1:19090/")).toBe("http://127.0.0.1:19090/");
  });

  it("forgets a choice that is none any more", () => {
    expect(chosenAddress(relay, "http://198.51.100.1:19090/")).toBe("http://192.0.2.7:19090/");
  });
});

describe("linkTo()", () => {
  it("has the secret in the fragment, and nowhere else", () => {
    const url = new URL(linkTo("https://lab.example/bench/", "s3cret"));
    expect(url.hash).toBe("#share=s3cret");
    expect(url.href.replace(url.hash, "")).toBe("https://lab.example/bench/");
  });
});

describe("clientEndpoint()", () => {
  it("is where the chosen address leads, with its port", () => {
    expect(clientEndpoint(relay, "http://192.0.2.7:19090/")).toBe("192.0.2.7:19090");
    expect(clientEndpoint(relay, "http://[2001:db8::1]:19090/")).toBe("[2001:db8::1]:19090");
    const tls = { ...relay, endpoint: "lab.example:443", insecure: false };
    expect(clientEndpoint(tls, "https://other.example/")).toBe("other.example:443");
  });

  it("is the relay's own word where something stands between", () => {
    // Another port, another scheme, and a folder of another site.
    expect(clientEndpoint(relay, "http://192.0.2.7:5173/")).toBe("127.0.0.1:19090");
    expect(clientEndpoint(relay, "https://192.0.2.7:19090/")).toBe("127.0.0.1:19090");
    expect(clientEndpoint(relay, "http://192.0.2.7:19090/bench/")).toBe("127.0.0.1:19090");
    expect(clientEndpoint(relay, "")).toBe("127.0.0.1:19090");
  });
});

describe("openCommand()", () => {
  it("keeps the port and the transport", () => {
    expect(openCommand(relay)).toBe("npm start -- --tls-grpc-listener 0.0.0.0:19090 --tls-grpc-insecure");
    expect(openCommand({ endpoint: "localhost:8443", insecure: false })).toBe(
      "npm start -- --tls-grpc-listener 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem",
    );
  });
});

describe("addressLabel()", () => {
  it("is what tells addresses apart", () => {
    expect(addressLabel("https://lab.example/bench/")).toBe("lab.example/bench");
    expect(addressLabel("http://[::1]:19090/")).toBe("[::1]:19090");
  });
});
