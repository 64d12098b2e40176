import { once } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CLIENT_HEADER } from "../proto/client-header.ts";
import { CREDENTIAL_HEADER } from "../proto/credentials.ts";
import { CloseCode, GrpcStatus, StreamReset } from "../proto/tunnel/index.ts";
import {
  FAILURE_MAX_DELAY_MS,
  FAILURES_PER_MINUTE,
  LEAVING_GRACE_MS,
  MAX_CLIENT_TUNNELS_PER_ADDRESS,
} from "./limits.ts";
import { GrpcClient } from "./testing/grpc-call.ts";
import { NOTHING_OPEN, startTestRelay } from "./testing/start-test-relay.ts";
import { stopTimeouts } from "./testing/stop-timeouts.ts";
import { clientResult, type TestClient } from "./testing/test-client.ts";
import { RefusedError } from "./testing/test-page.ts";

const STREAM = "/jumpstarter.v1.RouterService/Stream";

async function refusal(client: TestClient): Promise<RefusedError> {
  const error = await client.connected.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RefusedError)) throw new Error("the client was let in");
  return error;
}

function pattern(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31 + (index >>> 8)) & 0xff));
}

afterEach(() => {
  vi.useRealTimers();
});

describe("a client's tunnel", () => {
  it("carries calls to the exporter that its passphrase opens, and leaves nothing behind", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const client = await test.client();
    const { httpStatus, body, status, h } = await client.call({
      path: "/jumpstarter.v1.ExporterService/DriverCall",
      headers: [["x-mine", "1"]],
      body: Buffer.from("hello"),
    });
    expect({ httpStatus, body: body.toString(), status }).toEqual({
      httpStatus: 200,
      body: "hello",
      status: 0,
    });
    expect(new Map(h).get("x-jumptab-call")).toMatch(/^\w{8}-1$/);
    const seen = page.streams[0]?.request;
    expect(seen).toMatchObject({ method: "POST", path: "/jumpstarter.v1.ExporterService/DriverCall" });
    expect(seen?.h).toContainEqual(["x-mine", "1"]);
    expect(seen?.h).toContainEqual([CLIENT_HEADER, expect.stringMatching(/^127\.0\.0\.1 \w+$/)]);
    expect(seen?.h.map(([name]) => name)).not.toContain("x-jumpstarter-passphrase");
    await client.close(CloseCode.stopped);
    await page.close();
    await test.settled(NOTHING_OPEN);
  });

  it("shows the credential of its HELLO, whatever its streams say", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ links: { ana: "link-a", ben: "link-b" } });
    const client = await test.client({ passphrase: "link-a" });
    for (const headers of [
      [["x-jumpstarter-passphrase", "link-b"]],
      [["X-Jumpstarter-Passphrase", "secret"]],
      [[CREDENTIAL_HEADER, "ben"]],
      [["X-JumpTab-Credential", "ben"]],
      [["x-jumptab-client", "10.0.0.1 1"]],
    ] as const) {
      expect((await client.call({ headers })).status).toBe(0);
      const { h = [] } = page.streams.at(-1)?.request ?? {};
      const own = h.filter(([name]) => name.toLowerCase().startsWith("x-jumptab-") || name.includes("pass"));
      expect(own).toEqual([
        [CLIENT_HEADER, expect.stringMatching(/^127\.0\.0\.1 /)],
        [CREDENTIAL_HEADER, "ana"],
      ]);
    }
  });

  it("carries bytes both ways at once, 8 MiB each", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = await test.client();
    const sent = pattern(8 * 1024 * 1024);
    const stream = client.start(STREAM);
    const answer = clientResult(stream);
    for (let at = 0; at < sent.length; at += 64 * 1024) await stream.write(sent.subarray(at, at + 64 * 1024));
    stream.end();
    const { body, status } = await answer;
    expect(status).toBe(0);
    expect(Buffer.compare(body, sent)).toBe(0);
    await test.settled({ calls: 0, streams: 0, clientStreams: 0 });
  });

  it("gives both directions their bytes as they come", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = await test.client();
    const stream = client.start(STREAM);
    await stream.response;
    const echoed = stream.body[Symbol.asyncIterator]();
    for (const word of ["one", "two", "three"]) {
      void stream.write(Buffer.from(word));
      expect(Buffer.from((await echoed.next()).value).toString()).toBe(word);
    }
    stream.end();
    expect((await echoed.next()).done).toBe(true);
    expect(stream.trailers).toContainEqual(["grpc-status", "0"]);
  });

  it("is one client to the exporter, over all its connections, and another one is another", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const [one, two] = [await test.client(), await test.client()];
    await one.call();
    await two.call();
    await one.drop();
    await once(one.dial(), "message");
    await one.call();
    const names = page.streams.map(({ request }) => new Map(request.h).get(CLIENT_HEADER));
    expect(names[0]).toBe(names[2]);
    expect(names[0]).not.toBe(names[1]);
  });

  it("looks each call up again: one whose link has been taken back opens nothing any more", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ links: { ana: "link-a" } });
    const client = await test.client({ passphrase: "link-a" });
    expect((await client.call()).status).toBe(0);
    await page.putCredentials({});
    expect(await client.call()).toMatchObject({
      status: GrpcStatus.unauthenticated,
      message: "invalid or missing passphrase",
    });
    await page.putCredentials({ ana: "link-a" });
    expect((await client.call()).status).toBe(0);
  });

  it("waits for a page that is on its way back, and hears who it was when it is not", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ links: { ana: "link-a" } });
    const client = await test.client({ passphrase: "link-a" });
    await page.drop();
    const call = client.call();
    await test.settled({ waiting: 1 });
    await once(page.dial(), "message");
    expect((await call).status).toBe(0);
    await page.close(CloseCode.stopped);
    await test.settled({ exporters: 0 });
    expect(await client.call()).toMatchObject({
      status: GrpcStatus.failedPrecondition,
      message: expect.stringContaining('exporter "board" was here until'),
    });
    // Also one that comes now.
    const late = await test.client({ passphrase: "link-a" });
    expect((await late.call()).status).toBe(GrpcStatus.failedPrecondition);
  });

  it("needs no passphrase with --unsafe-no-auth", async () => {
    await using test = await startTestRelay({ noAuth: true });
    const page = await test.page({ passphrase: null });
    for (const passphrase of [null, "anything"]) {
      const client = await test.client({ passphrase });
      expect((await client.call()).status).toBe(0);
    }
    const names = page.streams[1]?.request.h.map(([name]) => name);
    expect(names).not.toContain(CREDENTIAL_HEADER);
    expect(names).not.toContain("x-jumpstarter-passphrase");
  });

  it("takes a passphrase beyond ASCII by its bytes in UTF-8", async () => {
    await using test = await startTestRelay();
    await test.page({ passphrase: "pässwörd" });
    await test.client({ passphrase: "pässwörd" });
    expect(await refusal(test.clientUnconnected({ passphrase: "p\u0173ssw\u0173rd" }))).toMatchObject({
      code: CloseCode.unauthorized,
    });
  });

  it("tells a client to stop that still sends when its answer is whole", async () => {
    await using test = await startTestRelay();
    await test.page({
      answer: (stream) => {
        stream.respond({ status: 200, h: [["content-type", "application/grpc"]] });
        void stream.write(Buffer.from("enough"));
        stream.end([["grpc-status", "0"]]);
      },
    });
    const client = await test.client();
    const stream = client.start(STREAM);
    void stream.write(pattern(1024 * 1024));
    expect(await clientResult(stream)).toMatchObject({ status: 0, body: Buffer.from("enough") });
    expect(await stream.closed).toMatchObject({ code: 0 });
    // So is one that is no call at all.
    const other = client.start("/", [], { method: "GET" });
    void other.write(pattern(1024 * 1024));
    expect(await clientResult(other)).toMatchObject({ httpStatus: 404 });
    await other.closed;
    await test.settled({ calls: 0, streams: 0, clientStreams: 0 });
  });
});

describe("a client with a wrong passphrase", () => {
  it("is told so, and so is one with none", async () => {
    await using test = await startTestRelay();
    await test.page();
    for (const passphrase of ["wrong", "", null]) {
      expect(await refusal(test.clientUnconnected({ passphrase }))).toMatchObject({
        code: CloseCode.unauthorized,
        reason: "invalid or missing passphrase",
      });
    }
    const text = await (await fetch(`${test.origin}/metrics`)).text();
    expect(text).toContain('jumptab_refusals_total{reason="passphrase"} 3');
  });

  it("is told later and later, together with calls, and a right one is let in at once", async () => {
    await using test = await startTestRelay();
    await test.page();
    const guesser = new GrpcClient(test.origin);
    using timeouts = stopTimeouts();
    // More than are answered at once, and than a slow machine is forgiven meanwhile.
    const guesses = Array.from({ length: 2 * FAILURES_PER_MINUTE }, () =>
      guesser.call({ headers: { "x-jumpstarter-passphrase": "wrong" } }),
    );
    // On the same connection: when this one is answered, all of them have been counted.
    expect((await guesser.call()).status).toBe(0);
    let refused = false;
    const wrong = refusal(test.clientUnconnected({ passphrase: "wrong" })).then(({ code }) => {
      refused = true;
      return code;
    });
    await test.settled({ clientTunnels: 1 });
    const client = await test.client();
    expect((await client.call()).status).toBe(0);
    expect(refused).toBe(false);
    // Its HELLO may come while time passes.
    while (!refused) {
      timeouts.pass(FAILURE_MAX_DELAY_MS);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await Promise.all(guesses);
    expect(await wrong).toBe(CloseCode.unauthorized);
    await guesser.close();
  });

  it("may be right in a moment, when the relay has just been started", async () => {
    await using test = await startTestRelay({ timing: { returningMs: 600_000 } });
    using timeouts = stopTimeouts();
    await test.page({ name: "first", passphrase: "first" });
    const client = test.clientUnconnected({ passphrase: "second" });
    const wrong = test.clientUnconnected({ passphrase: "wrong" });
    await test.settled({ clientTunnels: 2 });
    await test.page({ name: "second", passphrase: "second" });
    let told = 0;
    const tell = (): void => {
      told += 1;
    };
    client.connected.then(tell, tell);
    wrong.connected.then(tell, tell);
    // Their HELLOs may come while time passes.
    while (told < 2) {
      timeouts.pass(600_000);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect((await client.call()).status).toBe(0);
    expect(await refusal(wrong)).toMatchObject({ code: CloseCode.unauthorized });
  });
});

describe("a client that leaves", () => {
  it("is the end of its calls, once the browser has said so and a moment is over", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const client = await test.client();
    void client.start(STREAM).write(Buffer.from("x"));
    const stream = await page.stream();
    using timeouts = stopTimeouts();
    await client.close();
    await test.settled({ clientTunnels: 0 });
    expect(stream.signal.aborted).toBe(false);
    timeouts.pass(LEAVING_GRACE_MS);
    expect(await stream.closed).toMatchObject({
      code: GrpcStatus.cancelled,
      message: "the client went away",
    });
    await test.settled({ calls: 0, streams: 0, clientStreams: 0 });
  });

  it("still has delivered what it sent before", async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<number>();
    await using test = await startTestRelay();
    await test.page({
      answer: async (stream) => {
        stream.respond({ status: 200, h: [] });
        await begun;
        let bytes = 0;
        try {
          for await (const chunk of stream.body) bytes += chunk.length;
        } catch {
          taken.resolve(bytes);
        }
      },
    });
    const client = await test.client();
    const stream = client.start(STREAM);
    await stream.response;
    void stream.write(pattern(200 * 1024));
    stream.reset(GrpcStatus.cancelled, "enough", { afterFlush: true });
    await stream.closed;
    begin();
    expect(await taken.promise).toBe(200 * 1024);
    await test.settled({ calls: 0, streams: 0, clientStreams: 0 });
  });

  it("with one call, by a reset, goes on with the others", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const client = await test.client();
    const [one, two] = [client.start(STREAM), client.start(STREAM)];
    await Promise.all([one.response, two.response]);
    one.reset(GrpcStatus.cancelled, "no more");
    expect(await (await page.stream(0)).closed).toMatchObject({ code: GrpcStatus.cancelled });
    two.end();
    expect((await clientResult(two)).status).toBe(0);
  });

  it("before its page is back waits no more", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const client = await test.client();
    await page.drop();
    const stream = client.start();
    await test.settled({ waiting: 1 });
    stream.reset(GrpcStatus.cancelled, "no more");
    await test.settled({ waiting: 0, clientStreams: 0 });
  });
});

describe("a client whose connection breaks", () => {
  it("goes on where it was, with nothing lost and nothing twice", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = await test.client();
    const sent = pattern(4 * 1024 * 1024);
    const stream = client.start(STREAM);
    const answer = clientResult(stream);
    for (let at = 0; at < sent.length; at += 64 * 1024) {
      if (at % (1024 * 1024) === 512 * 1024) {
        await client.drop();
        await once(client.dial(), "message");
      }
      await stream.write(sent.subarray(at, at + 64 * 1024));
    }
    stream.end();
    const { body, status } = await answer;
    expect(status).toBe(0);
    expect(Buffer.compare(body, sent)).toBe(0);
    const text = await (await fetch(`${test.origin}/metrics`)).text();
    expect(text).toContain("jumptab_resumes_total 4");
  });

  it("is one whose calls end, when it does not come back in time", async () => {
    await using test = await startTestRelay({ clientTunnelLimits: { graceMs: 50 } });
    const page = await test.page();
    const client = await test.client();
    void client.start(STREAM);
    const stream = await page.stream();
    await client.drop();
    expect(await stream.closed).toMatchObject({ code: GrpcStatus.cancelled });
    await test.settled({ calls: 0, clientStreams: 0 });
    // It begins anew then.
    await once(client.dial(), "message");
    expect((await client.call()).status).toBe(0);
  });

  it("is nobody else's: neither another page load nor another secret goes on with it", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ links: { ana: "link-a" } });
    const client = await test.client();
    void client.start(STREAM);
    await page.stream();
    const { tunnel } = await client.connected;
    if (tunnel === undefined) throw new Error("the relay's HELLO names no tunnel");
    for (const [what, options] of [
      ["another load", { instance: "another load", hello: { tunnel, received: 1 } }],
      ["another secret", { passphrase: "link-a", hello: { tunnel, received: 1, dial: 9 } }],
    ] as const) {
      const other = await test.client(options);
      expect((await other.connected).tunnel, what).not.toBe(tunnel);
    }
    expect(client.tunnel.isOpen).toBe(true);
  });
});

describe("a relay that ends", () => {
  it("tells its clients, takes no call any more, and lets what runs come to its end", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = await test.client();
    const stream = client.start(STREAM);
    await stream.response;
    const drained = test.relay.drain();
    const late = test.clientUnconnected();
    expect(await refusal(late)).toMatchObject({
      code: CloseCode.goingAway,
      reason: "the relay is shutting down",
    });
    await client.goneAway;
    expect(() => client.start()).toThrow(StreamReset);
    stream.end();
    expect((await clientResult(stream)).status).toBe(0);
    await drained;
    await test.relay.close();
    expect(await client.closed).toMatchObject({ code: CloseCode.goingAway });
  });

  it("ends what is left with UNAVAILABLE", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = await test.client();
    const stream = client.start(STREAM);
    await stream.response;
    const answer = clientResult(stream);
    await test.relay.close();
    expect(await answer).toMatchObject({
      status: GrpcStatus.unavailable,
      message: "the relay is shutting down",
    });
  });
});

describe("the limits of clients' tunnels", () => {
  it("is given up for who has a right passphrase, when it came while no exporter was there to tell a wrong one", async () => {
    await using test = await startTestRelay();
    const strangers = await Promise.all(
      Array.from({ length: MAX_CLIENT_TUNNELS_PER_ADDRESS }, () => test.client({ passphrase: "guess" })),
    );
    await test.page();
    const client = await test.client();
    expect((await client.call()).status).toBe(0);
    const left = await Promise.race(strangers.map(({ closed }) => closed));
    expect(left.code).toBe(CloseCode.unauthorized);
    // The others hear it with their calls, as those do whose link was taken away.
    expect((await strangers.at(-1)?.call())?.status).toBe(GrpcStatus.unauthenticated);
  });

  it("are for one address, and leave room for another", async () => {
    await using test = await startTestRelay();
    await test.page();
    for (let index = 0; index < MAX_CLIENT_TUNNELS_PER_ADDRESS; index += 1) await test.client();
    expect(await refusal(test.clientUnconnected())).toMatchObject({
      code: CloseCode.limit,
      reason: `your address has ${MAX_CLIENT_TUNNELS_PER_ADDRESS} pages of clients, which is all it may have: close one`,
    });
    const other = await test.client({ localAddress: "127.0.0.2" });
    expect((await other.call()).status).toBe(0);
  });

  it("count calls as those of other clients", async () => {
    await using test = await startTestRelay({ addressLimits: { calls: 1 } });
    await test.page();
    const client = await test.client();
    const stream = client.start(STREAM);
    await stream.response;
    expect(await client.call()).toMatchObject({
      status: GrpcStatus.resourceExhausted,
      message: expect.stringContaining("1 calls from your address are running"),
    });
    stream.end();
    expect((await clientResult(stream)).status).toBe(0);
    expect((await client.call()).status).toBe(0);
  });
});
