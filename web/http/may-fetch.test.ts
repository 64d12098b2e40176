import { describe, expect, it } from "vitest";
import { mayFetch } from "./may-fetch.ts";

const URL = "https://bucket.s3.example.com/image.bin?X-Amz-Signature=1%2F2";

describe("mayFetch()", () => {
  it("lets the page ask a name of the internet over https itself", () => {
    expect(mayFetch({ url: URL, headers: {} })).toBe(true);
    expect(mayFetch({ url: `${URL}#part`, headers: { "X-Amz-Date": "now", Authorization: "x" } })).toBe(true);
    expect(mayFetch({ url: "https://files.example:8443/a", headers: {} })).toBe(true);
  });

  for (const url of [
    "http://files.example/a",
    "https://127.0.0.1/a",
    "https://10.0.0.5:8443/a",
    "https://8.8.8.8/a",
    "https://[::1]/a",
    "https://[2606:4700::1111]/a",
    "https://localhost/a",
    "https://board.localhost/a",
    "https://nas/a",
    "https://nas.local/a",
    "https://nas.local./a",
    "https://files.corp/a",
    "https://router.home.arpa/a",
    "https://me:secret@files.example/a",
    "https://me@files.example/a",
    "file:///etc/passwd",
    "data:text/plain,a",
    "nonsense",
    "",
  ]) {
    it(`leaves ${url} to the relay`, () => expect(mayFetch({ url, headers: {} })).toBe(false));
  }

  for (const url of [
    "https://2130706433/a",
    "https://0x7f.1/a",
    "https://files.example/%2e%2e/a",
    "https://files.example/a b",
  ]) {
    it(`leaves ${url} to the relay, since the browser would spell it in another way`, () => {
      expect(mayFetch({ url, headers: {} })).toBe(false);
    });
  }

  for (const name of [
    "Host",
    "content-length",
    "Cookie",
    "Proxy-Authorization",
    "Sec-Fetch-Mode",
    "User-Agent",
    "Date",
  ]) {
    it(`leaves a request with ${name} to the relay`, () => {
      expect(mayFetch({ url: URL, headers: { [name]: "x" } })).toBe(false);
    });
  }
});
