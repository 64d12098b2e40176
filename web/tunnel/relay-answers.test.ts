import { describe, expect, it } from "vitest";
import { relayAnswers } from "./relay-answers.ts";

const signal = new AbortController().signal;

describe("relayAnswers()", () => {
  it("asks for the relay's health beside the tunnel, and takes any answer", async () => {
    const asked: string[] = [];
    const fetch = (async (url: URL) => {
      asked.push(url.href);
      return new Response("no", { status: 503 });
    }) as typeof globalThis.fetch;
    expect(await relayAnswers(fetch, "wss://relay.test:19090/tunnel", { signal })).toBe(true);
    expect(await relayAnswers(fetch, "ws://127.0.0.1:5/tunnel", { signal })).toBe(true);
    expect(asked).toEqual(["https://relay.test:19090/healthz", "http://127.0.0.1:5/healthz"]);
  });

  it("takes a failure for an answer that does not come", async () => {
    const fetch = (async () => {
      throw new TypeError("Failed to fetch");
    }) as typeof globalThis.fetch;
    expect(await relayAnswers(fetch, "ws://127.0.0.1:5/tunnel", { signal })).toBe(false);
  });
});
