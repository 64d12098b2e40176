import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { BENCH_KEY_HEADER } from "../proto/boot.ts";
import { MAX_END_WAITERS } from "./limits.ts";
import { startTestRelay, type TestRelay } from "./testing/start-test-relay.ts";

const file = { id: "00000000-0000-4000-8000-000000000001", path: "/lab/bench.yaml", name: "bench.yaml" };

/** A relay as `run` has it. */
const unattended = (): Promise<TestRelay> =>
  startTestRelay({ unattended: true, bench: { file, passphrase: "secret" } });

function keyOf({ relay }: TestRelay): string {
  return new URLSearchParams(relay.pageFragment().slice(1)).get("bench") ?? "";
}

/** A page that has asked, and knows that it will be told. */
async function waiting(test: TestRelay): Promise<Response> {
  const response = await ask(test, { [BENCH_KEY_HEADER]: keyOf(test) });
  expect(response.status).toBe(200);
  return response;
}

function ask({ origin }: TestRelay, headers: Record<string, string>, method = "GET"): Promise<Response> {
  return fetch(`${origin}/api/end`, { headers, method });
}

describe("GET /api/end", () => {
  it("is answered when the relay ends: every page that asked hears it once", async () => {
    await using test = await unattended();
    const pages = [await waiting(test), await waiting(test)];
    expect(test.relay.tellPage({ hookMs: 1234 })).toBe(true);
    for (const page of pages) expect(await page.json()).toEqual({ hookMs: 1234 });
    expect(test.relay.tellPage({ hookMs: 1234 })).toBe(false);
  });

  it("is for who shows the bench's key, and nobody else", async () => {
    await using test = await unattended();
    for (const headers of [{}, { [BENCH_KEY_HEADER]: "wrong" }]) {
      expect((await ask(test, headers)).status).toBe(403);
    }
    const key = keyOf(test);
    const elsewhere = { [BENCH_KEY_HEADER]: key, origin: "http://evil.example" };
    expect((await ask(test, elsewhere)).status).toBe(403);
    expect((await ask(test, { [BENCH_KEY_HEADER]: key }, "POST")).status).toBe(405);
    test.relay.pageFragment({ newKey: true });
    expect((await ask(test, { [BENCH_KEY_HEADER]: key })).status, "the key of an earlier browser").toBe(403);
    expect(test.relay.tellPage({ hookMs: 1 })).toBe(false);
  });

  it("is nothing that a relay without a page of its own has", async () => {
    await using test = await startTestRelay({ bench: { file, passphrase: "secret" } });
    expect((await ask(test, { [BENCH_KEY_HEADER]: keyOf(test) })).status).toBe(404);
  });

  it("forgets a page that has gone, and lets only so many wait", async () => {
    await using test = await unattended();
    const headers = { [BENCH_KEY_HEADER]: keyOf(test) };
    const asked = [];
    for (let count = 0; count <= MAX_END_WAITERS; count += 1) {
      // Each on a connection of its own.
      const call = request(`${test.origin}/api/end`, { headers, agent: false });
      call.on("error", () => undefined);
      call.end();
      asked.push(call);
      const [response] = await once(call, "response");
      expect(response.statusCode).toBe(count < MAX_END_WAITERS ? 200 : 429);
    }
    for (const call of asked) call.destroy();
    await test.settled({ sockets: 0 });
    expect(test.relay.tellPage({ hookMs: 1 })).toBe(false);
    await waiting(test);
    expect(test.relay.tellPage({ hookMs: 1 })).toBe(true);
  });

  it("does not keep a relay that ends without a word to its page", async () => {
    await using test = await unattended();
    const page = await waiting(test);
    const cut = expect(page.text()).rejects.toThrow();
    await test.relay.close();
    await cut;
  });
});
