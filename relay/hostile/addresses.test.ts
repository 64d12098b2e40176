import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GrpcStatus } from "../../proto/tunnel/index.ts";
import {
  MAX_CLIENTS_PER_ADDRESS,
  MAX_PAGE_REQUESTS_PER_ADDRESS,
  MAX_TOLD_REFUSALS,
  REFUSAL_LINGER_MS,
} from "../limits.ts";
import { bare, bystander, closed, said } from "../testing/bystander.ts";
import { GrpcClient, result } from "../testing/grpc-call.ts";
import { FrameReader, PREFACE } from "../testing/raw-http2.ts";
import { NOTHING_OPEN, startTestRelay, type TestRelay } from "../testing/start-test-relay.ts";
import { stopTimeouts } from "../testing/stop-timeouts.ts";

const warnings = ({ log }: TestRelay): readonly string[] => log.filter((line) => line.includes('"WARNING"'));

describe("an address", () => {
  it("that opens thousands of connections gets its share of them, and others are served", async () => {
    await using test = await startTestRelay();
    await test.page();
    using timeouts = stopTimeouts();
    const sockets = Array.from({ length: 2 * MAX_CLIENTS_PER_ADDRESS }, () => bare(test).resume());
    const other = bystander(test);
    for (let turn = 0; turn < 5; turn += 1) expect((await other.call()).status).toBe(0);
    // Those that were not cut at once wait to be told.
    await test.settled({ sockets: MAX_CLIENTS_PER_ADDRESS + MAX_TOLD_REFUSALS + 1 });
    timeouts.pass(REFUSAL_LINGER_MS);
    // The page has one of them.
    await test.settled({ sockets: MAX_CLIENTS_PER_ADDRESS + 1 });
    expect((await other.call()).status).toBe(0);
    await other.close();
    for (const socket of sockets) socket.destroy();
    await test.settled({ sockets: 1 });
    expect(warnings(test)).toHaveLength(1);
    expect(warnings(test)[0]).toContain("--max-clients-per-address allows more");
  });

  it("is told in the words of its protocol that it has all the connections that it may have", async () => {
    await using test = await startTestRelay({ addressLimits: { clients: 2 } });
    using _timeouts = stopTimeouts();
    const held = [bare(test), bare(test)];
    await test.settled({ sockets: 2 });
    const sentence = "Your address has 2 connections to this relay, which is all it may have: close some.";
    const http1 = bare(test);
    http1.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    const answer = await said(http1);
    expect(answer).toMatch(/^HTTP\/1.1 503 /);
    expect(answer).toContain(`\r\n\r\n${sentence}\n`);
    const http2 = bare(test);
    const reader = new FrameReader(http2);
    http2.write(PREFACE);
    expect(await reader.goaway()).toBe(`11 ${sentence}`);
    const tls = bare(test);
    tls.write(Buffer.from([0x16, 3, 1, 2, 0]));
    expect(await said(tls)).toBe("");
    for (const socket of held) socket.destroy();
    await test.settled(NOTHING_OPEN);
    const client = new GrpcClient(test.origin);
    expect((await client.call()).status).toBe(GrpcStatus.failedPrecondition);
    await client.close();
  });

  it("with a hundred connections too many has only some of them told, the others cut", async () => {
    await using test = await startTestRelay({ addressLimits: { clients: 2 } });
    using timeouts = stopTimeouts();
    const held = [bare(test), bare(test)];
    await test.settled({ sockets: 2 });
    // They say nothing: whoever would be told has to be waited for.
    const more = Array.from({ length: 100 }, () => bare(test).resume());
    const cut = Promise.withResolvers<void>();
    let gone = 0;
    for (const socket of more) {
      socket.once("close", () => {
        gone += 1;
        if (gone === more.length - MAX_TOLD_REFUSALS) cut.resolve();
      });
    }
    await cut.promise;
    expect(test.relay.stats().sockets).toBe(2 + MAX_TOLD_REFUSALS);
    timeouts.pass(REFUSAL_LINGER_MS);
    await Promise.all(more.map(closed));
    for (const socket of held) socket.destroy();
    await test.settled(NOTHING_OPEN);
  });

  it("with all the calls that it may have hears RESOURCE_EXHAUSTED, and another is served", async () => {
    await using test = await startTestRelay({ addressLimits: { calls: 3 } });
    const page = await test.page({
      answer: async (stream) => {
        stream.respond({ status: 200, h: [["content-type", "application/grpc"]] });
        for await (const _ of stream.body) {
          // Until the client ends it.
        }
        stream.end([["grpc-status", "0"]]);
      },
    });
    const client = new GrpcClient(test.origin);
    const streams = [client.start(), client.start(), client.start()];
    const answers = streams.map((stream) => result(stream));
    await test.settled({ calls: 3 });
    expect(await client.call()).toMatchObject({
      status: GrpcStatus.resourceExhausted,
      message: "3 calls from your address are running, which is all it may have: wait for some of them",
    });
    // Another connection is no other address.
    const second = new GrpcClient(test.origin);
    expect((await second.call()).status).toBe(GrpcStatus.resourceExhausted);
    await second.close();
    const other = bystander(test);
    expect((await other.call()).status).toBe(0);
    await other.close();
    streams[0]?.end();
    expect((await answers[0])?.status).toBe(0);
    expect((await client.call()).status).toBe(0);
    for (const stream of streams) stream.end();
    await Promise.all(answers);
    await client.close();
    expect(page.streams).toHaveLength(5);
    expect(warnings(test)).toHaveLength(1);
    expect(warnings(test)[0]).toContain("--max-calls-per-address allows more");
    await test.settled({ calls: 0, streams: 0, sockets: 1 });
  });

  it("is the one of the connection, whatever the headers say", async () => {
    await using test = await startTestRelay({ addressLimits: { calls: 1 } });
    await test.page({ answer: (stream) => stream.respond({ status: 200, h: [] }) });
    const client = new GrpcClient(test.origin);
    const claim = (address: string) => ({
      "x-jumpstarter-passphrase": "secret",
      "x-forwarded-for": address,
      forwarded: `for=${address}`,
      "x-real-ip": address,
    });
    const running = client.start(undefined, claim("192.0.2.1"));
    await test.settled({ calls: 1 });
    const second = await client.call({ headers: claim("192.0.2.2") });
    expect(second.status).toBe(GrpcStatus.resourceExhausted);
    running.close();
    await test.settled({ calls: 0 });
    await client.close();
  });

  it("gets its calls back when its client is gone without a word", async () => {
    await using test = await startTestRelay({ addressLimits: { calls: 2 } });
    await test.page({ answer: (stream) => stream.respond({ status: 200, h: [] }) });
    for (let turn = 0; turn < 5; turn += 1) {
      const client = new GrpcClient(test.origin);
      client.start();
      client.start();
      await test.settled({ calls: 2 });
      client.session.destroy();
      await test.settled({ calls: 0 });
    }
  });

  it("that loads the page a thousand times at once, and takes nothing, leaves it to others", async () => {
    await using test = await startTestRelay();
    await test.page();
    // More than the connection's buffers hold.
    writeFileSync(`${test.directory}/large.js`, Buffer.alloc(2 * 1024 * 1024, "x"));
    const client = new GrpcClient(test.origin, { settings: { initialWindowSize: 0 } });
    await once(client.session, "connect");
    const statuses = await Promise.all(
      Array.from({ length: 2 * MAX_PAGE_REQUESTS_PER_ADDRESS }, async () => {
        const stream = client.session.request({ ":path": "/large.js" });
        stream.on("error", () => undefined);
        const [headers] = await once(stream, "response");
        return headers[":status"];
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(MAX_PAGE_REQUESTS_PER_ADDRESS);
    expect(statuses.filter((status) => status === 429)).toHaveLength(MAX_PAGE_REQUESTS_PER_ADDRESS);
    const other = bystander(test);
    const stream = other.session.request({ ":path": "/large.js" });
    expect((await result(stream)).body).toHaveLength(2 * 1024 * 1024);
    await other.close();
    client.session.destroy();
    await test.settled({ sockets: 1 });
  });
});
