import { expect, test } from "vitest";
import { pageUrls } from "./page-urls.ts";

const boot = { endpoint: "127.0.0.1:19090", insecure: true };

test("the address that others can reach comes before the one that was opened here", () => {
  expect(pageUrls({ ...boot, addresses: ["192.168.7.20:19090"] }, "http://127.0.0.1:19090/")).toEqual([
    "http://192.168.7.20:19090/",
    "http://127.0.0.1:19090/",
  ]);
});

test("a relay that listens on this machine alone has the address that was opened", () => {
  expect(pageUrls(boot, "http://localhost:19090/")).toEqual([
    "http://localhost:19090/",
    "http://127.0.0.1:19090/",
  ]);
});

test("an address that a person has opened from afar is the best one, and keeps its path", () => {
  expect(pageUrls({ endpoint: "10.0.0.5:443", insecure: false }, "https://lab.example/bench/")).toEqual([
    "https://lab.example/bench/",
    "https://10.0.0.5:443/",
  ]);
});
