import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { CloseCode, decodeHello, encodeHello, encodeMessage, FrameType } from "../proto/tunnel/index.ts";
import { GrpcClient, result } from "./testing/grpc-call.ts";
import { NOTHING_OPEN, startTestRelay } from "./testing/start-test-relay.ts";
import { stopTimeouts } from "./testing/stop-timeouts.ts";
import type { RefusedError, TestPage } from "./testing/test-page.ts";

async function refusal(page: TestPage): Promise<{ code: number; reason: string }> {
  const error = (await page.attached.then(
    () => {
      throw new Error("the page was let in");
    },
    (reason: unknown) => reason,
  )) as RefusedError;
  return { code: error.code, reason: error.reason };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("a page at the relay's door", () => {
  it("is let in, and leaves nothing behind when it goes", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    expect(test.relay.exporters.isAttached(page.identity.uuid)).toBe(true);
    expect(test.relay.stats()).toMatchObject({ tunnels: 1, exporters: 1 });
    await page.close();
    await test.settled(NOTHING_OPEN);
  });

  it("N05 is refused when its exporter is open in another page, and the first one stays", async () => {
    await using test = await startTestRelay();
    const uuid = randomUUID();
    const first = await test.page({ uuid });
    expect(await refusal(test.pageUnattached({ uuid }))).toEqual({
      code: CloseCode.conflict,
      reason: expect.stringMatching(
        /^exporter "board" is open in another tab or browser since \d\d:\d\d UTC: close it there$/,
      ),
    });
    expect(first.tunnel.isOpen).toBe(true);
    await test.settled({ tunnels: 1, exporters: 1 });
  });

  it("takes an exporter over when it asks to, and the other page hears why", async () => {
    await using test = await startTestRelay();
    const uuid = randomUUID();
    const first = await test.page({ uuid });
    await test.page({ uuid, takeOver: true });
    expect(await first.closed).toMatchObject({ code: CloseCode.replaced, byUs: false });
    await test.settled({ tunnels: 1, exporters: 1 });
  });

  it("takes the place of its own older connection, and goes on with its tunnel", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const first = page.webSocket;
    const gone = once(first, "close");
    await once(page.dial(), "message");
    await gone;
    expect(page.tunnel.isOpen).toBe(true);
    await test.settled({ tunnels: 1, exporters: 1 });
  });

  it("is refused on a connection that was late on its way, and keeps the newer one", async () => {
    await using test = await startTestRelay();
    const same = { uuid: randomUUID(), instance: "one page load" };
    const page = await test.page(same);
    expect(await refusal(test.pageUnattached(same))).toEqual({
      code: CloseCode.replaced,
      reason: "a newer connection of this page is there already",
    });
    expect(page.tunnel.isOpen).toBe(true);
  });

  it("needs the attach token where there is one", async () => {
    await using test = await startTestRelay({ attachToken: "door" });
    for (const token of [{}, { attachToken: "dor" }, { attachToken: "door2" }]) {
      const { code, reason } = await refusal(test.pageUnattached(token));
      expect(code).toBe(CloseCode.unauthorized);
      expect(reason).toContain("attach token");
    }
    await test.page({ attachToken: "door" });
    expect(test.log.join()).not.toContain("dor");
  });

  it("is turned away without HELLO", async () => {
    await using test = await startTestRelay({ timing: { helloTimeoutMs: 50 } });
    const socket = new WebSocket(`ws://127.0.0.1:${test.port}/tunnel`, ["jumptab-tunnel.v1"]);
    const [code, reason] = await once(socket, "close");
    expect([code, String(reason)]).toEqual([4408, "HELLO did not come within 0.05 s: reload the page"]);
    await test.settled(NOTHING_OPEN);
  });

  for (const [what, message] of [
    ["text", "hello"],
    ["bytes that are no frame", Buffer.from([1, 2, 3])],
    [
      "a frame before HELLO",
      encodeMessage([{ type: FrameType.ping, flags: 0, stream: 0, payload: Buffer.alloc(8) }]),
    ],
    [
      "a HELLO that is no JSON",
      encodeMessage([{ type: FrameType.hello, flags: 0, stream: 0, payload: Buffer.from("{") }]),
    ],
  ] as const) {
    it(`is turned away when it sends ${what}`, async () => {
      await using test = await startTestRelay();
      const socket = new WebSocket(`ws://127.0.0.1:${test.port}/tunnel`, ["jumptab-tunnel.v1"]);
      await once(socket, "open");
      socket.send(message);
      const [code] = await once(socket, "close");
      expect(code).toBe(CloseCode.protocolError);
      await test.settled(NOTHING_OPEN);
    });
  }

  it("is cut off when it sends a message above 1 MiB, and nobody else is", async () => {
    await using test = await startTestRelay();
    const good = await test.page();
    const socket = new WebSocket(`ws://127.0.0.1:${test.port}/tunnel`, ["jumptab-tunnel.v1"]);
    await once(socket, "open");
    socket.send(Buffer.alloc(1024 * 1024 + 1));
    const [code] = await once(socket, "close");
    expect(code).toBe(1009);
    expect(good.tunnel.isOpen).toBe(true);
    await test.settled({ tunnels: 1 });
  });

  it("is refused with another subprotocol", async () => {
    await using test = await startTestRelay();
    const socket = new WebSocket(`ws://127.0.0.1:${test.port}/tunnel`);
    const [code] = await once(socket, "close");
    expect(code).toBe(CloseCode.protocolError);
    await test.settled(NOTHING_OPEN);
  });

  for (const [headers, status] of [
    [{ origin: "https://evil.example" }, 403],
    [{ host: "evil.example" }, 421],
    [{ host: "evil.example", origin: "http://evil.example" }, 421],
  ] as const) {
    it(`is refused with ${status} for ${JSON.stringify(headers)}`, async () => {
      await using test = await startTestRelay();
      const upgrade = request({
        port: test.port,
        path: "/tunnel",
        headers: {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
          ...headers,
        },
      });
      upgrade.end();
      const [response] = await once(upgrade, "response");
      expect(response.statusCode).toBe(status);
      response.resume();
      await test.settled(NOTHING_OPEN);
    });
  }

  it("may come from the relay's own origin, by whatever loopback name", async () => {
    await using test = await startTestRelay();
    await test.page({ headers: { origin: `http://localhost:${test.port}` } });
  });

  it("N07 is away when it does not answer, and its calls end with a status after the grace time", async () => {
    await using test = await startTestRelay({
      timing: { pingIntervalMs: 500, deadMs: 2000 },
      tunnelLimits: { graceMs: 100 },
    });
    // Its looks at the page, and the clock that it looks at.
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    const frozen = await test.page({ answer: () => undefined });
    const client = new GrpcClient(test.origin);
    const answered = client.call();
    await test.settled({ calls: 1 });
    // What a frozen page does: the socket is open, and nobody reads it.
    frozen.webSocket.pause();
    vi.advanceTimersByTime(2000);
    const { status, message } = await answered;
    expect({ status, message }).toEqual({
      status: 14,
      message:
        "the page has not answered for 2 s (its tab is frozen or its computer asleep), and it did not come back within 0.1 s",
    });
    await client.close();
    await test.settled(NOTHING_OPEN);
  });

  it("stays while it answers pings", async () => {
    await using test = await startTestRelay({ timing: { pingIntervalMs: 10, deadMs: 60_000 } });
    const page = await test.page();
    const before = page.tunnel.stats.receivedMessages;
    while (page.tunnel.stats.receivedMessages < before + 20) await once(page.webSocket, "message");
    expect(page.tunnel.isOpen).toBe(true);
  });

  it("comes back after its connection broke, and its calls have lost nothing", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const client = new GrpcClient(test.origin);
    const call = client.start();
    const answered = result(call);
    const sent = Buffer.from(
      Array.from({ length: 3_000_000 }, (_, index) => (index * 7 + (index >>> 10)) & 0xff),
    );
    const third = sent.length / 3;
    await test.settled({ calls: 1 });
    for (const round of [0, 1, 2]) {
      call.write(sent.subarray(round * third, (round + 1) * third));
      await page.drop();
      await test.settled({ tunnels: 0, exporters: 1, calls: 1 });
      await once(page.dial(), "message");
    }
    call.end();
    const { status, body } = await answered;
    expect(status).toBe(0);
    expect(Buffer.compare(body, sent)).toBe(0);
    await client.close();
    expect(test.log.filter((line) => line.includes("exporter back"))).toHaveLength(3);
  });

  it("does not go on with the tunnel of another page load, even one that knows its name", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ answer: () => undefined });
    const { tunnel } = await page.attached;
    if (tunnel === undefined) throw new Error("the relay names its tunnels");
    const client = new GrpcClient(test.origin);
    const answered = client.call();
    await test.settled({ calls: 1 });
    await page.drop();
    await test.settled({ tunnels: 0 });
    const other = new WebSocket(`ws://127.0.0.1:${test.port}/tunnel`, ["jumptab-tunnel.v1"]);
    await once(other, "open");
    const hello = {
      role: "page",
      instance: "another load",
      exporter: page.identity,
      tunnel,
      received: 0,
      dial: 1,
    } as const;
    other.send(encodeHello(hello));
    const [message] = (await once(other, "message")) as [Buffer];
    expect(decodeHello(message, "relay").tunnel).not.toBe(tunnel);
    expect(await answered).toMatchObject({ status: 14 });
    other.terminate();
    await client.close();
  });

  it("may be replaced without asking while it is away, by a page that knows its passphrase", async () => {
    await using test = await startTestRelay();
    const uuid = randomUUID();
    const first = await test.page({ uuid });
    await first.drop();
    await test.settled({ tunnels: 0, exporters: 1 });
    expect(await refusal(test.pageUnattached({ uuid, passphrase: "wrong" }))).toMatchObject({
      code: CloseCode.conflict,
    });
    const reloaded = await test.page({ uuid });
    first.dial();
    await once(first.webSocket, "close");
    expect(reloaded.tunnel.isOpen, "the one that comes back late throws nobody out").toBe(true);
    await test.settled({ tunnels: 1, exporters: 1 });
  });

  it("ends its calls soon when it is closed", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ answer: () => undefined });
    const client = new GrpcClient(test.origin);
    const answered = client.call();
    await test.settled({ calls: 1 });
    await page.close(1001, "");
    expect(await answered).toMatchObject({
      status: 14,
      message: "the page was closed or reloaded, and it did not come back within 2 s",
    });
    await client.close();
  });

  it("ends the calls of before as soon as it is back from a reload", async () => {
    await using test = await startTestRelay();
    const uuid = randomUUID();
    const page = await test.page({ uuid, answer: () => undefined });
    const client = new GrpcClient(test.origin);
    const answered = client.call();
    await test.settled({ calls: 1 });
    using _timeouts = stopTimeouts();
    await page.close(1001, "");
    await test.page({ uuid });
    expect(await answered).toMatchObject({
      status: 14,
      message: expect.stringMatching(/^the page was reloaded/),
    });
    await client.close();
  });

  it("goes on when its browser has closed the connection and it was only frozen", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const client = new GrpcClient(test.origin);
    const call = client.start();
    const answered = result(call);
    call.write("before");
    await test.settled({ calls: 1 });
    using _timeouts = stopTimeouts();
    const { webSocket } = page;
    webSocket.close(1001);
    // As a browser does it: the page itself hears of a connection that was lost.
    await page.lost();
    await once(page.dial(), "message");
    call.end(" and after");
    expect(await answered).toMatchObject({ status: 0, body: Buffer.from("before and after") });
    await client.close();
  });
});
