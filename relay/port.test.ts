import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectHttp2, constants } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SHUTDOWN_GRACE_MS } from "./limits.ts";
import { silentLogger } from "./logging.ts";
import { createRelay } from "./relay.ts";
import { said } from "./testing/bystander.ts";
import { GrpcClient, result } from "./testing/grpc-call.ts";
import { selfSigned } from "./testing/self-signed.ts";
import { NOTHING_OPEN, startTestRelay } from "./testing/start-test-relay.ts";
import { stopTimeouts } from "./testing/stop-timeouts.ts";
import { loadTlsIdentity, type TlsIdentity } from "./tls.ts";
import { StartError } from "./usage-error.ts";

let directory: string;
let tls: TlsIdentity;
let ca: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "jumptab-port-test-"));
  const { cert, key } = selfSigned(["127.0.0.1", "localhost", "lab.example"]);
  writeFileSync(join(directory, "cert.pem"), cert);
  writeFileSync(join(directory, "key.pem"), key);
  tls = loadTlsIdentity(join(directory, "cert.pem"), join(directory, "key.pem"));
  ca = cert;
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Everything that the relay says on a bare connection, until it closes it. */
async function saidUntilClosed(socket: Socket): Promise<string> {
  socket.on("error", () => undefined);
  return await said(socket);
}

describe("one port", () => {
  it("takes a preface and a request that come byte by byte", async () => {
    await using test = await startTestRelay();
    const socket = connect({ port: test.port, noDelay: true });
    await once(socket, "connect");
    const answer = saidUntilClosed(socket);
    for (const byte of "PUT /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n") {
      await new Promise<void>((resolve) => socket.write(byte, () => resolve()));
    }
    expect(await answer).toMatch(/^HTTP\/1.1 200 OK/);
    await test.settled(NOTHING_OPEN);
  });

  it("serves the page and calls over one HTTP/2 connection", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = new GrpcClient(test.origin);
    const page = client.session.request({ ":path": "/" });
    expect((await result(page)).body.toString()).toContain("<title>jumptab</title>");
    expect((await client.call()).status).toBe(0);
    await client.close();
  });

  it("speaks TLS with HTTP/2, HTTP/1.1 and WebSocket inside", async () => {
    await using test = await startTestRelay({ tls });
    expect(test.origin).toBe(`https://127.0.0.1:${test.port}`);
    await test.page({ ca });
    const client = new GrpcClient(test.origin, { ca });
    expect((await client.call({ body: Buffer.alloc(300_000, 7) })).body).toHaveLength(300_000);
    await client.close();
    const get = httpsRequest(`${test.origin}/healthz`, {
      ca,
      agent: false,
      headers: { host: "lab.example" },
    });
    get.end();
    const [response] = await once(get, "response");
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  it("C05 refuses plaintext where it speaks TLS: with a sentence for HTTP/1.1, at once for HTTP/2", async () => {
    await using test = await startTestRelay({ tls });
    const http1 = connect(test.port);
    http1.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    expect(await saidUntilClosed(http1)).toMatch(/^HTTP\/1.1 400 [\s\S]*This relay speaks TLS on this port/);
    const http2 = connect(test.port);
    http2.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    expect(await saidUntilClosed(http2)).toBe("");
    await test.settled(NOTHING_OPEN);
  });

  it("refuses TLS where it has no certificate, and says so once", async () => {
    await using test = await startTestRelay();
    for (let turn = 0; turn < 2; turn += 1) {
      const socket = connectTls({ port: test.port, rejectUnauthorized: false });
      expect(await saidUntilClosed(socket)).toBe("");
    }
    expect(test.log.filter((line) => line.includes("--tls-grpc-insecure"))).toHaveLength(1);
    await test.settled(NOTHING_OPEN);
  });

  it("takes both on one port when it is told to", async () => {
    await using test = await startTestRelay({ tls, plaintextToo: true });
    await test.page({ ca });
    for (const [origin, options] of [
      [`https://127.0.0.1:${test.port}`, { ca }],
      [`http://127.0.0.1:${test.port}`, {}],
    ] as const) {
      const client = new GrpcClient(origin, options);
      expect((await client.call()).status).toBe(0);
      await client.close();
    }
  });

  it("closes a connection that says nothing, or no whole request", async () => {
    await using test = await startTestRelay({ timing: { firstBytesTimeoutMs: 50, headersTimeoutMs: 100 } });
    const silent = connect(test.port);
    expect(await saidUntilClosed(silent)).toBe("");
    const slow = connect(test.port);
    slow.write("GET / HTTP/1.1\r\nhost: ");
    // 408 or 400, whatever Node calls it; the point is that it ends.
    expect(await saidUntilClosed(slow)).toMatch(/^HTTP\/1.1 4\d\d/);
    await test.settled(NOTHING_OPEN);
  });

  it("survives garbage", async () => {
    await using test = await startTestRelay();
    for (const garbage of [
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxxxxxxxxxxxx",
      "\0\0\0\0",
      "\x16\x03\x01",
      "GET\r\n\r\n",
    ]) {
      const socket = connect(test.port);
      socket.end(garbage);
      await saidUntilClosed(socket);
    }
    const client = new GrpcClient(test.origin);
    expect((await client.call()).status).toBe(9);
    await client.close();
    await test.settled(NOTHING_OPEN);
  });

  it("answers a thousand pings without a complaint", async () => {
    await using test = await startTestRelay();
    const session = connectHttp2(test.origin, { maxOutstandingPings: 1000 });
    let goaways = 0;
    session.on("goaway", () => {
      goaways += 1;
    });
    await once(session, "connect");
    for (let turn = 0; turn < 100; turn += 1) {
      const pongs = Array.from({ length: 10 }, () => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        session.ping((error) => (error === null ? resolve() : reject(error)));
        return promise;
      });
      await Promise.all(pongs);
    }
    expect(goaways).toBe(0);
    session.close();
    await once(session, "close");
  });

  it("says how to get a port that somebody else has", async () => {
    await using test = await startTestRelay();
    await using second = createRelay({
      listener: { host: "127.0.0.1", port: test.port },
      pageDirectory: directory,
      log: silentLogger,
    });
    const failure = await second.listen().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect(String(failure)).toContain(
      `port ${test.port} on 127.0.0.1 is in use by another program, perhaps another relay: stop it, or choose another`,
    );
  });
});

describe("the end", () => {
  it("gives running and waiting calls a status, closes tunnels with 1001, and leaves the port closed", async () => {
    await using test = await startTestRelay();
    const page = await test.page({
      answer: (stream) => stream.respond({ status: 200, h: [["content-type", "application/grpc"]] }),
    });
    const client = new GrpcClient(test.origin);
    const goaway = once(client.session, "goaway");
    const call = client.start();
    await once(call, "response");
    const answered = result(call);
    // Its own time, a millisecond at each look: what the machine takes does not count.
    using timeouts = stopTimeouts();
    let over = false;
    const closing = test.relay.close().then(() => {
      over = true;
    });
    for (let passed = 0; !over && passed < SHUTDOWN_GRACE_MS - 1; passed += 1) {
      timeouts.pass(1);
      await once(AbortSignal.timeout(1), "abort");
    }
    expect(over, "within the time after which it would cut them").toBe(true);
    expect(await answered).toMatchObject({ status: 14, message: "the relay is shutting down" });
    expect(await page.closed).toMatchObject({ code: 1001, reason: "the relay is shutting down" });
    expect((await goaway)[0]).toBe(constants.NGHTTP2_NO_ERROR);
    await closing;
    expect(test.relay.stats()).toEqual(NOTHING_OPEN);
    const socket = connect(test.port);
    const [error] = await once(socket, "error");
    expect(error.code).toBe("ECONNREFUSED");
  });

  it("does not wait for clients that never close", async () => {
    await using test = await startTestRelay();
    const idle = connect(test.port);
    idle.on("error", () => undefined);
    idle.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n");
    await once(idle, "data");
    await test.relay.close();
    expect(test.relay.stats()).toEqual(NOTHING_OPEN);
  });

  it("answers calls that wait for a browser", async () => {
    await using test = await startTestRelay({ unattended: true });
    const client = new GrpcClient(test.origin);
    const waiting = client.call();
    await test.settled({ waiting: 1 });
    const closing = test.relay.close();
    expect(await waiting).toMatchObject({ status: 14, message: "the relay is shutting down" });
    await closing;
  });
});
