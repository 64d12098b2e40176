import { describe, expect, it } from "vitest";
import { isLoopback } from "./loopback.ts";

describe("isLoopback()", () => {
  for (const url of ["http://127.0.0.1:19090/", "http://localhost:1/", "http://[::1]:19090/"]) {
    it(`is true of ${url}`, () => expect(isLoopback(url)).toBe(true));
  }
  for (const url of [
    "http://192.0.2.7:19090/",
    "https://localhost.example/",
    "http://[2001:db8::1]:19090/",
    "",
  ]) {
    it(`is false of ${JSON.stringify(url)}`, () => expect(isLoopback(url)).toBe(false));
  }
});
