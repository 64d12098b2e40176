import { describe, expect, it } from "vitest";
import { GrpcStatus, type TunnelStream } from "../../proto/tunnel/index.ts";
import { FETCH_ANSWER_MS, FETCH_SILENCE_MS, FETCH_TOTAL_MS } from "../limits.ts";
import { fetchByPage, openFetch } from "../testing/fetch-by-page.ts";
import { type Answer, startFileServer } from "../testing/file-server.ts";
import { NOTHING_OPEN, startTestRelay } from "../testing/start-test-relay.ts";
import { stopTimeouts } from "../testing/stop-timeouts.ts";
import { parseFetchRule } from "./fetch-rule.ts";

const LOOPBACK = { allow: [parseFetchRule("127.0.0.0/8")] };
const IMAGE = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 251));

async function write(stream: TunnelStream, bytes: Buffer): Promise<void> {
  for (let begin = 0; begin < bytes.length; begin += 65_536) {
    await stream.write(bytes.subarray(begin, begin + 65_536));
  }
}

/** Keeps what it is sent, and says that it has it. */
function taking(taken: { body?: Buffer }): Answer {
  return async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    taken.body = Buffer.concat(chunks);
    if (!response.headersSent) response.writeHead(201);
    response.end("thanks");
  };
}

describe("a file to a URL, through the relay", () => {
  it("arrives whole, and only then the page hears so", async () => {
    const taken: { body?: Buffer } = {};
    await using server = await startFileServer({ "/a": taking(taken) });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    const stream = openFetch(page, `${server.origin}/a?secret`, { method: "PUT" });
    await write(stream, IMAGE);
    stream.end();
    expect(await stream.response).toEqual({ status: 201, h: [["x-jumptab-reason", "Created"]] });
    expect(taken.body?.equals(IMAGE)).toBe(true);
    expect(await stream.closed).toBeUndefined();
    expect(test.log.join()).not.toContain("secret");
    await page.close();
    await test.settled(NOTHING_OPEN);
  });

  it("arrives when it is empty", async () => {
    const taken: { body?: Buffer } = {};
    await using server = await startFileServer({ "/a": taking(taken) });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const stream = openFetch(await test.page(), `${server.origin}/a`, { method: "PUT" });
    stream.end();
    expect((await stream.response).status).toBe(201);
    expect(taken.body?.length).toBe(0);
  });

  it("has to be as long as its Content-Length says", async () => {
    await using server = await startFileServer({ "/a": (request) => void request.resume() });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    for (const [length, sentence] of [
      ["9", "the file is longer than the 9 bytes that its Content-Length says"],
      ["11", "the file has 10 bytes, and its Content-Length says 11"],
    ] as const) {
      const headers = [["content-length", length]] as const;
      const stream = openFetch(page, `${server.origin}/a`, { method: "PUT", headers });
      void stream.write(Buffer.alloc(10));
      stream.end();
      await expect(stream.response).rejects.toMatchObject({
        code: GrpcStatus.invalidArgument,
        message: sentence,
      });
    }
    await test.settled({ fetches: 0, streams: 0 });
  });

  it("is taken from the page no faster than its server takes it", async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await startFileServer({ "/a": () => asked.resolve() });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    using timeouts = stopTimeouts();
    const stream = openFetch(page, `${server.origin}/a`, { method: "PUT" });
    let over = false;
    let bytes = 0;
    const closed = stream.closed.finally(() => {
      over = true;
    });
    const sent = (async () => {
      for (; !over; bytes += 65_536) await stream.write(Buffer.alloc(65_536));
    })();
    await asked.promise;
    // Others go on beside it, until what the sockets hold is full and nothing moves any more: only then it waits for its server.
    for (let before = -1; !over; before = bytes) {
      for (let turn = 0; turn < 20; turn += 1) await fetchByPage(page, `${server.origin}/none`);
      if (bytes === before) timeouts.pass(FETCH_SILENCE_MS);
    }
    expect(await closed).toMatchObject({
      code: GrpcStatus.deadlineExceeded,
      message: `${server.origin}/a has taken nothing for 60 s`,
    });
    await sent;
  });

  it("ends for a server that does not say that it has it", async () => {
    const whole = Promise.withResolvers<void>();
    await using server = await startFileServer({
      "/a": (request) => void request.on("end", whole.resolve).resume(),
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    using timeouts = stopTimeouts();
    const stream = openFetch(page, `${server.origin}/a`, { method: "PUT" });
    stream.end();
    await whole.promise;
    timeouts.pass(FETCH_ANSWER_MS);
    await expect(stream.response).rejects.toMatchObject({
      code: GrpcStatus.deadlineExceeded,
      message: `${server.origin}/a has not said within 60 s that it has the file`,
    });
  });

  it("ends after two hours, also while it waits for its page", async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await startFileServer({ "/a": () => asked.resolve() });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    using timeouts = stopTimeouts();
    const stream = openFetch(page, `${server.origin}/a?b`, { method: "PUT" });
    await asked.promise;
    timeouts.pass(FETCH_TOTAL_MS);
    await expect(stream.response).rejects.toMatchObject({
      code: GrpcStatus.deadlineExceeded,
      message: `Presigned HTTP PUT request timed out after 7200s for ${server.origin}/a?[REDACTED]`,
    });
  });

  it("ends at once when its server goes while the page sends nothing", async () => {
    await using server = await startFileServer({ "/a": (request) => void request.socket.destroy() });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const stream = openFetch(await test.page(), `${server.origin}/a`, { method: "PUT" });
    await expect(stream.response).rejects.toMatchObject({
      code: GrpcStatus.unknown,
      message: expect.stringContaining("Presigned HTTP PUT stream failed (connection/read error)"),
    });
    await test.settled({ fetches: 0, streams: 0 });
  });

  it("arrives whole also where its server has begun to answer before, and reads it then", async () => {
    const reading = Promise.withResolvers<void>();
    const taken: { body?: Buffer } = {};
    const take = taking(taken);
    await using server = await startFileServer({
      "/a": async (request, response) => {
        response.writeHead(201);
        response.flushHeaders();
        await reading.promise;
        await take(request, response);
      },
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    const stream = openFetch(page, `${server.origin}/a`, { method: "PUT" });
    await write(stream, IMAGE.subarray(0, 200_000));
    stream.end();
    // Others go on beside it, until whatever the relay would do with such an answer is done.
    for (let turn = 0; turn < 20; turn += 1) await fetchByPage(page, `${server.origin}/none`);
    reading.resolve();
    expect((await stream.response).status).toBe(201);
    expect(taken.body?.equals(IMAGE.subarray(0, 200_000))).toBe(true);
    await test.settled({ fetches: 0, streams: 0 });
  });

  it("is not there when its server breaks off its answer", async () => {
    await using server = await startFileServer({
      "/a": async (request, response) => {
        response.writeHead(200, { "content-length": 100 });
        response.write("some");
        for await (const _ of request);
        response.destroy();
      },
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const stream = openFetch(await test.page(), `${server.origin}/a`, { method: "PUT" });
    await write(stream, IMAGE);
    stream.end();
    await expect(stream.response).rejects.toMatchObject({
      code: GrpcStatus.unknown,
      message: expect.stringContaining("Presigned HTTP PUT stream failed (connection/read error)"),
    });
  });

  it("is not sent to where a redirect leads", async () => {
    await using server = await startFileServer({
      "/a": (_request, response) => void response.writeHead(307, { location: "/b" }).end(),
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const stream = openFetch(await test.page(), `${server.origin}/a`, { method: "PUT" });
    expect(await stream.response).toMatchObject({ status: 307 });
    await test.settled({ fetches: 0, streams: 0 });
    expect(server.asked.map(({ path }) => path)).toEqual(["/a"]);
  });
});
