import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { constants } from "node:http2";
import { describe, expect, it } from "vitest";
import { GrpcStatus, type TunnelStream } from "../proto/tunnel/index.ts";
import { GrpcClient, result } from "./testing/grpc-call.ts";
import { NOTHING_OPEN, startTestRelay } from "./testing/start-test-relay.ts";

const PATH = "/jumpstarter.v1.ExporterService/DriverCall";

function pattern(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31 + (index >>> 8)) & 0xff));
}

/** Waits for the first stream that a page is asked to answer. */
function nextStream(): { answer: (stream: TunnelStream) => void; stream: Promise<TunnelStream> } {
  const { promise, resolve } = Promise.withResolvers<TunnelStream>();
  return { answer: resolve, stream: promise };
}

describe("a call through the relay", () => {
  it("reaches the page with method, path, headers and body, and comes back with trailers", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const client = new GrpcClient(test.origin);
    const { head, body, status, trailers } = await client.call({
      path: `${PATH}?x=1`,
      headers: { "x-jumpstarter-passphrase": "secret", request: '{"kind":"driver"}' },
      body: Buffer.from("hello"),
    });
    expect(head[":status"]).toBe(200);
    expect(head.date).toBeUndefined();
    expect(body.toString()).toBe("hello");
    expect(status).toBe(0);
    expect(trailers).toBeDefined();
    const seen = page.streams[0]?.request;
    expect(seen).toMatchObject({ method: "POST", path: `${PATH}?x=1` });
    expect(seen?.h).toContainEqual(["request", '{"kind":"driver"}']);
    await client.close();
    await page.close();
    await test.settled(NOTHING_OPEN);
  });

  it("never hands the passphrase or a hop-by-hop header to the page", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const client = new GrpcClient(test.origin);
    await client.call();
    const names = page.streams[0]?.request.h.map(([name]) => name);
    expect(names).not.toContain("x-jumpstarter-passphrase");
    expect(names).not.toContain("te");
    expect(names?.filter((name) => name.startsWith(":"))).toEqual([]);
    await client.close();
  });

  it("carries 8 MiB both ways unchanged", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = new GrpcClient(test.origin);
    const sent = pattern(8 * 1024 * 1024);
    const { body, status } = await client.call({ body: sent });
    expect(status).toBe(0);
    expect(body.equals(sent)).toBe(true);
    await client.close();
    await test.settled({ calls: 0, streams: 0, http2Sessions: 0 });
  });

  it("sends the response head before the body, and lets the client end its side first", async () => {
    await using test = await startTestRelay();
    const next = nextStream();
    await test.page({ answer: next.answer });
    const client = new GrpcClient(test.origin);
    const call = client.start();
    const stream = await next.stream;
    stream.respond({ status: 200, h: [["content-type", "application/grpc"]] });
    const [head] = await once(call, "response");
    expect(head[":status"]).toBe(200);
    call.end("ping");
    const received: Buffer[] = [];
    for await (const chunk of stream.body) received.push(Buffer.from(chunk));
    expect(Buffer.concat(received).toString()).toBe("ping");
    const answered = result(call);
    await stream.write(Buffer.from("pong"));
    stream.end([["grpc-status", "0"]]);
    expect((await answered).body.toString()).toBe("pong");
    await client.close();
    await test.settled({ calls: 0, streams: 0 });
  });

  it("ends an answer while the client still sends, without an error", async () => {
    await using test = await startTestRelay();
    const next = nextStream();
    await test.page({ answer: next.answer });
    const client = new GrpcClient(test.origin);
    const call = client.start();
    call.write("part of a request");
    const stream = await next.stream;
    stream.respond({ status: 200, h: [["content-type", "application/grpc"]] });
    stream.end([
      ["grpc-status", "9"],
      ["grpc-message", "not now"],
    ]);
    const { status, message, rstCode } = await result(call);
    expect({ status, message, rstCode }).toEqual({ status: 9, message: "not now", rstCode: 0 });
    await client.close();
    await test.settled({ calls: 0, streams: 0, http2Sessions: 0 });
  });

  it("sends a trailers-only answer as one HEADERS that ends the stream", async () => {
    await using test = await startTestRelay();
    await test.page({
      answer: (stream) =>
        stream.respond(
          {
            status: 200,
            h: [
              ["content-type", "application/grpc"],
              ["grpc-status", "12"],
            ],
          },
          { end: true },
        ),
    });
    const client = new GrpcClient(test.origin);
    const { status, trailers, body } = await client.call();
    expect(status).toBe(12);
    expect(trailers).toBeUndefined();
    expect(body).toHaveLength(0);
    await client.close();
    await test.settled({ calls: 0, streams: 0 });
  });

  it("lets a client's reset reach the page as CANCELLED", async () => {
    await using test = await startTestRelay();
    const next = nextStream();
    await test.page({ answer: next.answer });
    const client = new GrpcClient(test.origin);
    const call = client.start();
    call.write("x");
    const stream = await next.stream;
    call.close(constants.NGHTTP2_CANCEL);
    const reset = await stream.closed;
    expect(reset).toMatchObject({ code: GrpcStatus.cancelled });
    await client.close();
    await test.settled({ calls: 0, streams: 0 });
  });

  it("delivers what a client sent before it left, to a page that reads later", async () => {
    await using test = await startTestRelay();
    const next = nextStream();
    await test.page({ answer: next.answer });
    const client = new GrpcClient(test.origin);
    const call = client.start();
    const sent = pattern(700 * 1024);
    // More than the tunnel's window, so that a part waits in the relay. It is on the wire when this resolves.
    await new Promise((resolve) => call.write(sent, resolve));
    const stream = await next.stream;
    call.close(constants.NGHTTP2_CANCEL);
    await once(call, "close");
    const received: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of stream.body) received.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ code: GrpcStatus.cancelled });
    expect(Buffer.compare(Buffer.concat(received), sent)).toBe(0);
    await client.close();
    await test.settled({ calls: 0, streams: 0 });
  });

  it("lets a broken connection reach the page as CANCELLED", async () => {
    await using test = await startTestRelay();
    const next = nextStream();
    await test.page({ answer: next.answer });
    const client = new GrpcClient(test.origin);
    client.start().write("x");
    const stream = await next.stream;
    client.session.destroy();
    expect(await stream.closed).toMatchObject({ code: GrpcStatus.cancelled });
    await test.settled({ calls: 0, streams: 0, http2Sessions: 0, sockets: 1 });
  });

  it("turns the page's reset into a status, before and after the head", async () => {
    for (const headFirst of [false, true]) {
      await using test = await startTestRelay();
      await test.page({
        answer: async (stream) => {
          if (headFirst) {
            stream.respond({ status: 200, h: [["content-type", "application/grpc"]] });
            await stream.write(Buffer.from("half a message"));
          }
          stream.reset(GrpcStatus.resourceExhausted, "zu viel: ü 100 %");
        },
      });
      const client = new GrpcClient(test.origin);
      const { status, message } = await client.call();
      expect({ status, message }).toEqual({ status: 8, message: "zu viel: ü 100 %" });
      await client.close();
      await test.settled({ calls: 0, streams: 0 });
    }
  });

  it("ends with UNAVAILABLE and a sentence when the page is lost in the middle", async () => {
    await using test = await startTestRelay({ tunnelLimits: { graceMs: 50 } });
    const next = nextStream();
    const page = await test.page({ answer: next.answer });
    const client = new GrpcClient(test.origin);
    const call = client.start();
    const answered = result(call);
    await next.stream;
    page.webSocket.terminate();
    const { status, message } = await answered;
    expect(status).toBe(GrpcStatus.unavailable);
    expect(message).toBe("the connection to the page was lost, and it did not come back within 0.05 s");
    await client.close();
    await test.settled(NOTHING_OPEN);
  });

  it("holds the page back when the client does not read", async () => {
    await using test = await startTestRelay();
    let written = 0;
    const stalled = Promise.withResolvers<void>();
    await test.page({
      answer: async (stream) => {
        stream.respond({ status: 200, h: [["content-type", "application/grpc"]] });
        const chunk = pattern(32 * 1024);
        while (written < 64 * 1024 * 1024) {
          const room = stream.write(chunk);
          written += chunk.length;
          if (room === undefined) continue;
          const late = Promise.withResolvers<"late">();
          const timer = setTimeout(() => late.resolve("late"), 300);
          if ((await Promise.race([room, late.promise])) === "late") {
            stalled.resolve();
            await room;
          }
          clearTimeout(timer);
          if (stream.signal.aborted) return;
        }
        stalled.reject(new Error("all of it was taken"));
      },
    });
    const client = new GrpcClient(test.origin);
    const call = client.start();
    call.end();
    await once(call, "response");
    call.pause();
    await stalled.promise;
    expect(written).toBeLessThan(16 * 1024 * 1024);
    // Another call is not held up by the stalled one.
    call.close(constants.NGHTTP2_CANCEL);
    await client.close();
    await test.settled({ calls: 0, streams: 0 });
  });

  it("holds the client back when the page does not read", async () => {
    await using test = await startTestRelay();
    const next = nextStream();
    await test.page({ answer: next.answer });
    const client = new GrpcClient(test.origin);
    const call = client.start();
    call.write(pattern(12 * 1024 * 1024));
    const stream = await next.stream;
    // What is on its way is bounded by windows; the rest is still with the client.
    await new Promise<void>((resolve) => setTimeout(resolve, 300));
    expect(call.writableLength + call.bufferSize).toBeGreaterThan(0);
    let received = 0;
    call.end();
    for await (const chunk of stream.body) received += chunk.length;
    expect(received).toBe(12 * 1024 * 1024);
    stream.respond({ status: 200, h: [["grpc-status", "0"]] }, { end: true });
    await result(call);
    await client.close();
    await test.settled({ calls: 0, streams: 0 });
  });

  it("runs 200 calls at once", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = new GrpcClient(test.origin);
    const bodies = Array.from({ length: 200 }, (_, index) => Buffer.from(`call ${index}`));
    const results = await Promise.all(bodies.map((body) => client.call({ body })));
    expect(results.map(({ body }) => body.toString())).toEqual(bodies.map(String));
    await client.close();
    await test.settled({ calls: 0, streams: 0, http2Sessions: 0 });
  });

  for (const [what, header] of [
    ["a name that HTTP does not allow", ["bad name", "x"]],
    ["a pseudo header", [":status", "500"]],
    ["a header between neighbours", ["connection", "close"]],
    ["a second content-type", ["content-type", "text/html"]],
    ["a control character in a value", ["x-note", "a\u0001b"]],
    ["a line break in a value", ["x-note", "a\r\nset-cookie: b"]],
    ["a cookie for the relay's own page", ["set-cookie", "a=b"]],
    ["a length that is not so", ["content-length", "2"]],
  ] as const) {
    it(`passes over ${what}, in the head and in the trailers, and serves the next call`, async () => {
      await using test = await startTestRelay();
      await test.page({
        answer: (stream) => {
          stream.respond({ status: 200, h: [["content-type", "application/grpc"], header] });
          void stream.write(Buffer.alloc(7));
          stream.end([["grpc-status", "0"], ["content-type", "application/grpc"], header]);
        },
      });
      const client = new GrpcClient(test.origin);
      for (const { head, status, body } of [await client.call(), await client.call()]) {
        expect(status).toBe(0);
        expect(body).toHaveLength(7);
        expect(head["content-type"]).toBe("application/grpc");
        expect(head["set-cookie"]).toBeUndefined();
      }
      await client.close();
      await test.settled({ calls: 0, streams: 0 });
    });
  }
});

describe("finding the exporter", () => {
  it("N01 says in one sentence that no page is attached", async () => {
    await using test = await startTestRelay();
    const client = new GrpcClient(test.origin);
    const { status, message, trailers } = await client.call();
    expect(status).toBe(GrpcStatus.failedPrecondition);
    expect(message).toBe(
      `no page attached to this relay: open http://127.0.0.1:${test.port}/ in a browser and press Start`,
    );
    expect(trailers).toBeUndefined();
    await client.close();
    await test.settled(NOTHING_OPEN);
  });

  it("A06 refuses wrong and missing passphrases on every method, and logs no value", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = new GrpcClient(test.origin);
    const methods = ["ExporterService/GetReport", "ExporterService/LogStream", "RouterService/Stream"];
    for (const method of methods) {
      for (const headers of [{}, { "x-jumpstarter-passphrase": "wr0ng-value" }]) {
        const path = `/jumpstarter.v1.${method}`;
        const { status, message } = await client.call({ path, headers: headers as Record<string, string> });
        expect({ status, message }).toEqual({ status: 16, message: "invalid or missing passphrase" });
        const line = test.log.find((each) => each.includes(path) && each.includes("WARNING"));
        expect(JSON.parse(line ?? "{}")).toMatchObject({
          level: "WARNING",
          message: `authentication failed: invalid or missing passphrase for method ${path}`,
        });
      }
    }
    expect(test.log.join("\n")).not.toMatch(/wr0ng-value|secret/);
    await client.close();
  });

  it("tells two exporters apart by their passphrases", async () => {
    await using test = await startTestRelay();
    const say = (text: string) => (stream: TunnelStream) => {
      stream.respond({ status: 200, h: [] });
      void stream.write(Buffer.from(text));
      stream.end([["grpc-status", "0"]]);
    };
    await test.page({ name: "one", passphrase: "1111", answer: say("one") });
    await test.page({ name: "two", passphrase: "2222", answer: say("two") });
    const client = new GrpcClient(test.origin);
    for (const [passphrase, expected] of [
      ["1111", "one"],
      ["2222", "two"],
    ] as const) {
      const { body } = await client.call({ headers: { "x-jumpstarter-passphrase": passphrase } });
      expect(body.toString()).toBe(expected);
    }
    await client.close();
  });

  it("N04 tells a client with the right passphrase that its page is away, while others are there", async () => {
    await using test = await startTestRelay({ timing: { parkMs: 50 } });
    const page = await test.page({ name: "one", passphrase: "1111" });
    await test.page({ name: "two", passphrase: "2222" });
    await page.close();
    await test.settled({ exporters: 1 });
    const client = new GrpcClient(test.origin);
    const { status, message } = await client.call({ headers: { "x-jumpstarter-passphrase": "1111" } });
    expect(status).toBe(GrpcStatus.failedPrecondition);
    expect(message).toMatch(
      /^no page attached for this passphrase: exporter "one" was here until \d\d:\d\d:\d\d UTC, it did not come back within 0.05 s; open/,
    );
    await client.close();
  });

  it("A07 lets everybody in with --unsafe-no-auth, passphrase or not", async () => {
    await using test = await startTestRelay({ noAuth: true });
    await test.page({ passphrase: null });
    const client = new GrpcClient(test.origin);
    for (const headers of [{}, { "x-jumpstarter-passphrase": "anything" }] as Record<string, string>[]) {
      expect((await client.call({ headers })).status).toBe(0);
    }
    await client.close();
  });

  it("lets a client wait for a browser that still starts, and serves it when the page is there", async () => {
    await using test = await startTestRelay({ unattended: true });
    const client = new GrpcClient(test.origin);
    const waiting = client.call({ body: Buffer.from("early") });
    await test.settled({ waiting: 1 });
    await test.page();
    const { status, body } = await waiting;
    expect({ status, body: body.toString() }).toEqual({ status: 0, body: "early" });
    await client.close();
    await test.settled({ waiting: 0, calls: 0 });
  });

  it("answers a waiting client when the page does not come, and forgets one that leaves", async () => {
    const file = { id: "00000000-0000-4000-8000-000000000001", path: "/bench.yaml", name: "bench.yaml" };
    const options = { unattended: true, bench: { file }, timing: { waitForPageMs: 100 } };
    await using test = await startTestRelay(options);
    const client = new GrpcClient(test.origin);
    const { status, message } = await client.call();
    expect(status).toBe(GrpcStatus.failedPrecondition);
    expect(message).toBe(
      "no page attached to this relay: the exporter of bench.yaml has not started, see the relay's log",
    );
    const leaving = client.start();
    await test.settled({ waiting: 1 });
    leaving.close(constants.NGHTTP2_CANCEL);
    await test.settled({ waiting: 0 });
    await client.close();
  });

  it("answers gRPC over HTTP/1.1 with a sentence", async () => {
    await using test = await startTestRelay();
    const { status, body } = await post(test.port, { "content-type": "application/grpc" });
    expect(status).toBe(505);
    expect(body).toContain("HTTP/2");
  });
});

describe("browsers' protocols", () => {
  it("carries a Connect call over HTTP/1.1", async () => {
    await using test = await startTestRelay();
    await test.page({
      answer: async (stream) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of stream.body) chunks.push(chunk);
        stream.respond({ status: 200, h: [["content-type", "application/json"]] });
        void stream.write(Buffer.concat(chunks));
        stream.end();
      },
    });
    const { status, body } = await post(
      test.port,
      { "content-type": "application/json", "x-jumpstarter-passphrase": "secret" },
      '{"uuid":"1"}',
    );
    expect({ status, body }).toEqual({ status: 200, body: '{"uuid":"1"}' });
    await test.settled({ calls: 0, streams: 0 });
  });

  it("says errors in the words of each protocol", async () => {
    await using test = await startTestRelay();
    const text = `no page attached to this relay: open http://127.0.0.1:${test.port}/ in a browser and press Start`;
    const connectUnary = await post(test.port, { "content-type": "application/json" });
    expect(connectUnary.status).toBe(400);
    expect(JSON.parse(connectUnary.body)).toEqual({ code: "failed_precondition", message: text });
    const connectStream = await post(test.port, { "content-type": "application/connect+json" });
    expect(connectStream.status).toBe(200);
    expect(JSON.parse(connectStream.body.slice(5))).toEqual({
      error: { code: "failed_precondition", message: text },
    });
    const grpcWeb = await post(test.port, { "content-type": "application/grpc-web+proto" });
    expect(grpcWeb.headers["grpc-status"]).toBe("9");
    expect(grpcWeb.headers["grpc-message"]).toBe(text);
  });

  it("ends a gRPC-Web answer that breaks off with a trailer frame", async () => {
    await using test = await startTestRelay();
    await test.page({
      answer: async (stream) => {
        stream.respond({ status: 200, h: [["content-type", "application/grpc-web+proto"]] });
        await stream.write(Buffer.from([0, 0, 0, 0, 0]));
        stream.reset(GrpcStatus.unavailable, "gone");
      },
    });
    const { body } = await post(test.port, {
      "content-type": "application/grpc-web+proto",
      "x-jumpstarter-passphrase": "secret",
    });
    expect(body).toContain("grpc-status: 14\r\ngrpc-message: gone\r\n");
  });

  it("lets pages of other origins call, since they need the passphrase", async () => {
    await using test = await startTestRelay();
    const origin = { origin: "https://lab.example" };
    const preflight = await send(test.port, "OPTIONS", {
      ...origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-jumpstarter-passphrase",
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers["access-control-allow-origin"]).toBe("*");
    expect(preflight.headers["access-control-allow-headers"]).toBe("content-type,x-jumpstarter-passphrase");
    const called = await post(test.port, { ...origin, "content-type": "application/grpc-web+proto" });
    expect(called.headers["access-control-allow-origin"]).toBe("*");
    expect(called.headers["access-control-expose-headers"]).toContain("grpc-status");
  });

  it("keeps pages of other origins out with --unsafe-no-auth", async () => {
    await using test = await startTestRelay({ noAuth: true });
    const origin = { origin: "https://lab.example" };
    expect((await send(test.port, "OPTIONS", origin)).status).toBe(403);
    const called = await post(test.port, { ...origin, "content-type": "application/json" });
    expect(called.status).toBe(403);
    expect(JSON.parse(called.body)).toMatchObject({ code: "permission_denied" });
    const own = await post(test.port, { origin: test.origin, "content-type": "application/json" });
    expect(JSON.parse(own.body)).toMatchObject({ code: "failed_precondition" });
  });
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

function post(port: number, headers: Record<string, string>, body = ""): Promise<Answer> {
  return send(port, "POST", headers, body);
}

async function send(
  port: number,
  method: string,
  headers: Record<string, string>,
  body = "",
): Promise<Answer> {
  const request = httpRequest({ port, method, path: PATH, headers, agent: false });
  request.end(body);
  const [response] = await once(request, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}
