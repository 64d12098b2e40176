import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { MAX_HEADERS, UNREAD_REQUEST_MS } from "../limits.ts";
import { bare, bystander, pour, said } from "../testing/bystander.ts";
import { NOTHING_OPEN, startTestRelay } from "../testing/start-test-relay.ts";
import { stopTimeouts } from "../testing/stop-timeouts.ts";

const HEAD = "host: localhost\r\n";

describe("an HTTP/1.1 client", () => {
  it("that sends its headers drop by drop is told so, with fifty others like it, and others are served", async () => {
    await using test = await startTestRelay({ timing: { headersTimeoutMs: 200 } });
    await test.page();
    // Time enough to take the answer: who writes on after a cut may lose it.
    using _timeouts = stopTimeouts();
    const slow = Array.from({ length: 50 }, () => {
      const socket = bare(test);
      socket.write("GET / HTTP/1.1\r\nx: ");
      const drops = setInterval(() => socket.write("a"), 20);
      socket.once("close", () => clearInterval(drops));
      return said(socket);
    });
    const other = bystander(test);
    expect((await other.call()).status).toBe(0);
    await other.close();
    for (const answer of await Promise.all(slow)) {
      expect(answer).toMatch(/^HTTP\/1.1 408 [\s\S]*headers did not come within 0.2 s/);
    }
    await test.settled({ sockets: 1 });
  });

  it("that says nothing after its first request is closed, and one that never had a request too", async () => {
    await using test = await startTestRelay({ timing: { http1IdleMs: 50, headersTimeoutMs: 100 } });
    const idle = bare(test);
    idle.write(`GET /healthz HTTP/1.1\r\n${HEAD}\r\n`);
    expect(await said(idle)).toMatch(/^HTTP\/1.1 200/);
    const begun = bare(test);
    begun.write("GET");
    expect(await said(begun)).toMatch(/^HTTP\/1.1 408/);
    await test.settled(NOTHING_OPEN);
  });

  it("with too large or too many headers gets 431 and a sentence", async () => {
    await using test = await startTestRelay();
    const many = Array.from({ length: MAX_HEADERS + 10 }, (_, index) => `x-${index}: v\r\n`).join("");
    for (const headers of [`x: ${"a".repeat(20_000)}\r\n`, many]) {
      const socket = bare(test);
      socket.write(`GET /healthz HTTP/1.1\r\n${HEAD}${headers}\r\n`);
      expect(await said(socket)).toMatch(/^HTTP\/1.1 431 [\s\S]*16 KiB of headers, or more than 128 of them/);
    }
    const path = bare(test);
    path.write(`GET /${"a".repeat(20_000)} HTTP/1.1\r\n${HEAD}\r\n`);
    expect(await said(path)).toMatch(/^HTTP\/1.1 431/);
    await test.settled(NOTHING_OPEN);
  });

  it("that pours headers without end is cut after a few of them", async () => {
    await using test = await startTestRelay();
    using _timeouts = stopTimeouts();
    const socket = bare(test);
    const answer = said(socket);
    socket.write("GET / HTTP/1.1\r\n");
    await pour(socket, Buffer.from(`x: ${"a".repeat(60_000)}\r\n`), 2000);
    expect(await answer).toMatch(/^HTTP\/1.1 431/);
    await test.settled(NOTHING_OPEN);
  });

  it("that asks ten thousand times without reading is held back, and costs nobody else", async () => {
    await using test = await startTestRelay();
    await test.page();
    const greedy = bare(test);
    await once(greedy, "connect");
    greedy.pause();
    const request = Buffer.from(`GET /index.html HTTP/1.1\r\n${HEAD}\r\n`.repeat(100));
    for (let turn = 0; turn < 100; turn += 1) greedy.write(request);
    const other = bystander(test);
    for (let turn = 0; turn < 10; turn += 1) expect((await other.call()).status).toBe(0);
    await other.close();
    greedy.destroy();
    await test.settled({ sockets: 1 });
  });

  it("that never ends the body of an answered request is cut", async () => {
    await using test = await startTestRelay();
    using timeouts = stopTimeouts();
    const socket = bare(test);
    const answer = said(socket);
    socket.write(`GET /healthz HTTP/1.1\r\n${HEAD}content-length: 10\r\n\r\n`);
    await once(socket, "data");
    // What it sends meanwhile gives it no more time; and whether it sees an end or a reset, it has its answer.
    for (let drop = 0; drop < 5; drop += 1) {
      timeouts.pass(UNREAD_REQUEST_MS / 5 - 1);
      await new Promise((resolve) => socket.write("a", resolve));
    }
    expect(test.relay.stats().sockets).toBe(1);
    timeouts.pass(5);
    expect(await answer).toMatch(/^HTTP\/1.1 200/);
    await test.settled(NOTHING_OPEN);
  });

  it("that sends its body in time keeps its connection", async () => {
    await using test = await startTestRelay({ timing: { unreadRequestMs: 60_000 } });
    const socket = bare(test);
    socket.write(`POST /healthz HTTP/1.1\r\n${HEAD}content-length: 3\r\n\r\n`);
    await once(socket, "data");
    socket.write(`abcGET /healthz HTTP/1.1\r\n${HEAD}connection: close\r\n\r\n`);
    expect(await said(socket)).toMatch(/^HTTP\/1.1 200/);
  });

  it("that closes its side right after its request still gets its answer", async () => {
    await using test = await startTestRelay({ timing: { halfClosedMs: 60_000 } });
    await test.page();
    const socket = bare(test, { allowHalfOpen: true });
    socket.end(`GET /index.html HTTP/1.1\r\n${HEAD}\r\n`);
    expect(await said(socket)).toMatch(/^HTTP\/1.1 200 [\s\S]*<title>jumptab/);
    const call = bare(test, { allowHalfOpen: true });
    call.end(
      `POST /jumpstarter.v1.ExporterService/GetReport HTTP/1.1\r\n${HEAD}content-type: application/proto\r\n` +
        "x-jumpstarter-passphrase: secret\r\ncontent-length: 5\r\n\r\nhello",
    );
    expect(await said(call)).toMatch(/^HTTP\/1.1 200 [\s\S]*hello/);
    await test.settled({ sockets: 1, calls: 0 });
  });

  it("that has left looks like that, and its call ends soon", async () => {
    await using test = await startTestRelay({ timing: { halfClosedMs: 100 } });
    const page = await test.page({ answer: (stream) => stream.respond({ status: 200, h: [] }) });
    const socket = bare(test, { allowHalfOpen: true });
    socket.end(
      `POST /jumpstarter.v1.ExporterService/LogStream HTTP/1.1\r\n${HEAD}content-type: application/grpc-web\r\n` +
        "x-jumpstarter-passphrase: secret\r\ncontent-length: 5\r\n\r\nhello",
    );
    await said(socket);
    // Whichever of the two the page hears of first.
    expect(await (await page.stream()).closed).toMatchObject({ code: 1 });
    await test.settled({ sockets: 1, calls: 0, streams: 0 });
  });

  it("that breaks its own request in the middle of the answer is cut, without a second answer", async () => {
    await using test = await startTestRelay();
    await test.page();
    const socket = bare(test);
    socket.write(
      `POST /jumpstarter.v1.ExporterService/LogStream HTTP/1.1\r\n${HEAD}content-type: application/grpc-web\r\n` +
        "x-jumpstarter-passphrase: secret\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    );
    const [first] = await once(socket, "data");
    expect(String(first)).toMatch(/^HTTP\/1.1 200/);
    socket.write("this is no chunk\r\n");
    expect(await said(socket)).not.toContain("HTTP/1.1");
    await test.settled({ calls: 0, streams: 0, sockets: 1 });
  });
});
