/** Calls that wait for their page, through real sockets; and through a gateway alone where a page cannot be made to do it. */

import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { constants } from "node:http2";
import { describe, expect, it } from "vitest";
import {
  CloseCode,
  GrpcStatus,
  type HeaderList,
  StreamReset,
  type TunnelStream,
} from "../proto/tunnel/index.ts";
import { type AttachedExporter, Exporters, type ExporterTunnel } from "./exporters.ts";
import { Gateway } from "./gateway.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { silentLogger } from "./logging.ts";
import { GrpcClient } from "./testing/grpc-call.ts";
import { NOTHING_OPEN, startTestRelay, type TestRelay } from "./testing/start-test-relay.ts";
import { stopTimeouts } from "./testing/stop-timeouts.ts";

const PATH = "/jumpstarter.v1.ExporterService/DriverCall";
/** Of the relay's own clock: no machine takes as long to send a call. */
const RETURNING_MS = 600_000;

/** A page that was here, and left without a word of stopping. */
async function leftPage(test: TestRelay, name = "board"): Promise<{ uuid: string; name: string }> {
  const page = await test.page({ name });
  await page.close();
  await test.settled({ exporters: 0, tunnels: 0 });
  return { uuid: page.identity.uuid, name };
}

describe("a call just after the relay's start", () => {
  it("waits for the page of a relay that was here before, whose passphrase nobody knows yet", async () => {
    await using test = await startTestRelay({ timing: { returningMs: RETURNING_MS } });
    using _timeouts = stopTimeouts();
    const client = new GrpcClient(test.origin);
    const other = await test.page({ name: "other", passphrase: "other" });
    const early = client.call();
    await test.settled({ waiting: 1 });
    const page = await test.page();
    expect((await early).status).toBe(0);
    expect([page.streams.length, other.streams.length]).toEqual([1, 0]);
    await client.close();
  });

  it("hears what is wrong when nobody comes", async () => {
    await using test = await startTestRelay({ timing: { returningMs: RETURNING_MS } });
    using timeouts = stopTimeouts();
    const client = new GrpcClient(test.origin);
    const parked = client.call();
    await test.settled({ waiting: 1 });
    timeouts.pass(RETURNING_MS);
    expect(await parked).toMatchObject({
      status: GrpcStatus.failedPrecondition,
      message: expect.stringMatching(/^no page attached to this relay/),
    });
    await client.close();
  });

  it("hears that its passphrase is wrong when another page came", async () => {
    await using test = await startTestRelay({ timing: { returningMs: RETURNING_MS } });
    await test.page();
    using timeouts = stopTimeouts();
    const client = new GrpcClient(test.origin);
    const parked = client.call({ headers: { "x-jumpstarter-passphrase": "wrong" } });
    await test.settled({ waiting: 1 });
    timeouts.pass(RETURNING_MS);
    const { status } = await parked;
    expect(status).toBe(GrpcStatus.unauthenticated);
    await client.close();
  });
});

describe("a call while its page is away", () => {
  it("goes through when the page is back, with the whole of its body", async () => {
    await using test = await startTestRelay();
    const same = await leftPage(test);
    const client = new GrpcClient(test.origin);
    // More than the client may send before anybody reads.
    const body = Buffer.alloc(1024 * 1024, "jumptab ");
    const parked = client.call({ body });
    await test.settled({ waiting: 1 });
    await test.page(same);
    const { status, body: echoed } = await parked;
    expect(status).toBe(0);
    expect(echoed.equals(body)).toBe(true);
    await client.close();
    await test.settled({ waiting: 0, calls: 0, streams: 0 });
  });

  it("goes through on the same tunnel when only the connection was lost", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    await page.drop();
    await test.settled({ tunnels: 0 });
    const client = new GrpcClient(test.origin);
    const parked = client.call({ body: Buffer.from("over the gap") });
    await test.settled({ waiting: 1, exporters: 1 });
    page.dial();
    const { status, body } = await parked;
    expect({ status, body: body.toString() }).toEqual({ status: 0, body: "over the gap" });
    expect(page.streams).toHaveLength(1);
    await client.close();
    await test.settled({ waiting: 0, calls: 0, streams: 0 });
  });

  it("does not wait for an exporter that was stopped", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    await page.close(CloseCode.stopped, "stopped");
    await test.settled({ exporters: 0 });
    const client = new GrpcClient(test.origin);
    const { status, message } = await client.call();
    expect(status).toBe(GrpcStatus.failedPrecondition);
    expect(message).toMatch(/^no page attached for this passphrase: .* UTC; open its page again at /);
    await client.close();
  });

  it("keeps its place among those that wait", async () => {
    await using test = await startTestRelay();
    const same = await leftPage(test);
    const client = new GrpcClient(test.origin);
    const names = ["first", "second", "third", "fourth"];
    const calls = [];
    for (const name of names) {
      calls.push(client.call({ path: `${PATH}?${name}` }));
      await test.settled({ waiting: calls.length });
    }
    const page = await test.page(same);
    await Promise.all(calls);
    expect(page.streams.map(({ request }) => request.path)).toEqual(names.map((name) => `${PATH}?${name}`));
    await client.close();
  });

  it("is told in one sentence when the page does not come back in time", async () => {
    await using test = await startTestRelay({ timing: { parkMs: 60 } });
    await leftPage(test, "one");
    const client = new GrpcClient(test.origin);
    const { status, message } = await client.call();
    expect(status).toBe(GrpcStatus.failedPrecondition);
    expect(message).toMatch(
      /^no page attached for this passphrase: exporter "one" was here until [\d:]{8} UTC, it did not come back within 0.06 s; open its page again at http:\/\/127.0.0.1:\d+\/$/,
    );
    await client.close();
    await test.settled(NOTHING_OPEN);
  });

  it("hears of no passphrase where there is none", async () => {
    await using test = await startTestRelay({ noAuth: true, timing: { parkMs: 20 } });
    const page = await test.page({ name: "one", passphrase: null });
    await page.close();
    await test.settled({ exporters: 0 });
    const client = new GrpcClient(test.origin);
    const { message } = await client.call({ headers: {} });
    expect(message).toMatch(/^no page attached to this relay: exporter "one" was here until /);
    expect(message).not.toContain("passphrase");
    await client.close();
  });

  it("waits no longer than its client does", async () => {
    await using test = await startTestRelay();
    await leftPage(test);
    const client = new GrpcClient(test.origin);
    const { status, message } = await client.call({
      headers: { "x-jumpstarter-passphrase": "secret", "grpc-timeout": "30m" },
    });
    expect({ status, message }).toEqual({
      status: 4,
      message: "the exporter's page is away, and did not come back within the 0.03 s that this call had",
    });
    await client.close();
    const connect = await postJson(test.port, { "connect-timeout-ms": "30" });
    expect(connect.status).toBe(504);
    expect(JSON.parse(connect.body)).toMatchObject({ code: "deadline_exceeded" });
    await test.settled(NOTHING_OPEN);
  });

  it("frees its place when its client leaves, over HTTP/2 and HTTP/1.1", async () => {
    await using test = await startTestRelay();
    await leftPage(test);
    const client = new GrpcClient(test.origin);
    const leaving = client.start();
    await test.settled({ waiting: 1 });
    leaving.close(constants.NGHTTP2_CANCEL);
    await test.settled({ waiting: 0 });
    const request = httpRequest({
      port: test.port,
      method: "POST",
      path: PATH,
      headers: { "content-type": "application/json", "x-jumpstarter-passphrase": "secret" },
      agent: false,
    });
    request.on("error", () => undefined);
    request.end("{}");
    await test.settled({ waiting: 1 });
    request.destroy();
    await test.settled({ waiting: 0 });
    await client.close();
    await test.settled(NOTHING_OPEN);
  });

  it("is answered at once when there is no room, and disturbs nobody who waits", async () => {
    await using test = await startTestRelay({ parking: { maxCalls: 2 } });
    const same = await leftPage(test);
    const client = new GrpcClient(test.origin);
    const parked = [client.call(), client.call()];
    await test.settled({ waiting: 2 });
    const { status, message } = await client.call();
    expect({ status, message }).toEqual({
      status: GrpcStatus.unavailable,
      message: "2 calls wait for their pages already, and there is no room for more: try again in a moment",
    });
    await test.page(same);
    for (const { status } of await Promise.all(parked)) expect(status).toBe(0);
    await client.close();
  });

  it("takes as much of the room as it may hold: a body of known length less than one without", async () => {
    await using test = await startTestRelay({ parking: { maxBytes: 300 * 1024 } });
    await leftPage(test);
    const client = new GrpcClient(test.origin);
    const first = client.start();
    await test.settled({ waiting: 1 });
    expect((await client.call()).status).toBe(GrpcStatus.unavailable);
    // Ten bytes and a head still fit beside it.
    const small = postJson(test.port, { "connect-timeout-ms": "50" }, '"01234567"');
    expect((await small).status).toBe(504);
    first.close(constants.NGHTTP2_CANCEL);
    await client.close();
    await test.settled(NOTHING_OPEN);
  });

  it("is never let in to an exporter that came back with another passphrase", async () => {
    await using test = await startTestRelay({ timing: { parkMs: 200 } });
    const same = await leftPage(test);
    const client = new GrpcClient(test.origin);
    const parked = client.call();
    await test.settled({ waiting: 1 });
    const page = await test.page({ ...same, passphrase: "changed" });
    expect((await parked).status).toBe(GrpcStatus.failedPrecondition);
    expect(page.streams).toEqual([]);
    await client.close();
  });
});

describe("the gateway alone", () => {
  it("answers at once when the exporter turns out to be stopped", () => {
    const { gateway, exporters, tunnel } = gatewayAlone();
    const attached = attach(exporters, tunnel);
    exporters.detach(attached, { unfinished: true });
    const exchange = new FakeExchange();
    gateway.handle(exchange, "grpc");
    expect(gateway.stats).toEqual({ calls: 0, waiting: 1 });
    const back = attach(exporters, { ...tunnel, awaySince: 0 });
    expect(gateway.stats.waiting).toBe(1);
    exporters.detach(back, { unfinished: false });
    expect(gateway.stats.waiting).toBe(0);
    expect(exchange.head?.[1]).toContainEqual(["grpc-status", "9"]);
  });

  it("waits when the page goes away in the instant in which the call comes, and sends it once", () => {
    const { gateway, exporters, tunnel } = gatewayAlone();
    const opened: string[] = [];
    let whole = false;
    attach(exporters, {
      ...tunnel,
      open: ({ path }) => {
        if (!whole) throw new StreamReset(GrpcStatus.unavailable, "the tunnel is not open");
        opened.push(path);
        return idleStream();
      },
    });
    gateway.handle(new FakeExchange(), "grpc");
    exporters.moved();
    expect(gateway.stats).toEqual({ calls: 0, waiting: 1 });
    whole = true;
    exporters.moved();
    exporters.moved();
    expect(gateway.stats).toEqual({ calls: 1, waiting: 0 });
    expect(opened).toEqual([PATH]);
  });

  it("ends a call alone that breaks when its page is back, and lets the next one through", () => {
    const { gateway, exporters, tunnel } = gatewayAlone();
    const opened: string[] = [];
    const attached = attach(exporters, tunnel);
    exporters.detach(attached, { unfinished: true });
    const broken = new FakeExchange();
    gateway.handle(broken, "grpc");
    gateway.handle(new FakeExchange(), "grpc");
    attach(exporters, {
      ...tunnel,
      open: ({ path }) => {
        opened.push(path);
        if (opened.length === 1) throw new TypeError("not what anybody expects");
        return idleStream();
      },
    });
    expect(broken.aborted).toBe(true);
    expect(gateway.stats).toEqual({ calls: 1, waiting: 0 });
  });

  it("says so when a page that is there takes no call for long", () => {
    const { gateway, exporters, tunnel, expire } = gatewayAlone();
    attach(exporters, {
      ...tunnel,
      open: () => {
        throw new StreamReset(GrpcStatus.unavailable, "the other side does not keep up");
      },
    });
    const exchange = new FakeExchange();
    gateway.handle(exchange, "grpc");
    expire(10_000);
    expect(exchange.head?.[1]).toEqual([
      ["content-type", "application/grpc"],
      ["grpc-status", "14"],
      ["grpc-message", "the exporter's page has taken no call for 10 s: look at its tab, or try again"],
    ]);
  });
});

function gatewayAlone() {
  const exporters = new Exporters({ noAuth: true });
  const timers = new Map<number, () => void>();
  const gateway = new Gateway({
    exporters,
    log: silentLogger,
    pageAddress: () => "http://127.0.0.1:1/",
    noAuth: true,
    startMs: 0,
    parking: {
      after: (ms, run) => {
        timers.set(ms, run);
        return () => timers.delete(ms);
      },
    },
    corsHeaders: () => [],
  });
  const tunnel: ExporterTunnel = {
    open: () => idleStream(),
    close: () => undefined,
    goAway: () => undefined,
    awaySince: undefined,
  };
  return { gateway, exporters, tunnel, expire: (ms: number) => timers.get(ms)?.() };
}

function attach(exporters: Exporters, tunnel: ExporterTunnel): AttachedExporter {
  const exporter: AttachedExporter = {
    id: "test0001",
    identity: { uuid: "00000000-0000-4000-8000-000000000001", name: "board" },
    instance: "one",
    takeOver: false,
    from: "127.0.0.1",
    attachedAt: 0,
    tunnel,
  };
  exporters.attach(exporter);
  return exporter;
}

/** A stream on which nothing happens. */
function idleStream(): TunnelStream {
  const never = new Promise<never>(() => undefined);
  return {
    id: 1,
    request: { method: "POST", path: PATH, h: [] },
    signal: new AbortController().signal,
    response: never,
    body: { [Symbol.asyncIterator]: () => ({ next: () => never }) },
    trailers: undefined,
    respond: () => undefined,
    write: () => undefined,
    end: () => undefined,
    reset: () => undefined,
    closed: never,
  };
}

class FakeExchange implements HttpExchange {
  readonly version = 2;
  readonly method = "POST";
  readonly path = PATH;
  readonly address = "192.0.2.1";
  readonly client = "192.0.2.1 1";
  readonly authority = "127.0.0.1:1";
  readonly headers: HeaderList = [["content-type", "application/grpc"]];
  readonly gone = false;
  aborted = false;
  head: readonly [status: number, headers: HeaderList] | undefined;

  get responded(): boolean {
    return this.head !== undefined;
  }

  header(name: string): string | undefined {
    return this.headers.find(([each]) => each === name)?.[1];
  }

  respond(status: number, headers: HeaderList): void {
    this.head = [status, headers];
  }

  onDone(): void {}
  onGone(): void {}
  receive(): void {}
  write(): boolean {
    return true;
  }
  drained(): Promise<void> {
    return Promise.resolve();
  }
  end(): void {}
  abort(): void {
    this.aborted = true;
  }
}

async function postJson(
  port: number,
  headers: Record<string, string>,
  body = "{}",
): Promise<{ status: number; body: string }> {
  const request = httpRequest({
    port,
    method: "POST",
    path: PATH,
    headers: {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      "x-jumpstarter-passphrase": "secret",
      ...headers,
    },
    agent: false,
  });
  request.end(body);
  const [response] = await once(request, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, body: Buffer.concat(chunks).toString() };
}
