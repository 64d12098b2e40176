import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { CLIENT_TUNNEL_SUBPROTOCOL } from "../../proto/client-tunnel.ts";
import {
  CloseCode,
  encodeHello,
  encodeMessage,
  FrameType,
  GrpcStatus,
  type HeaderList,
  type TunnelStream,
} from "../../proto/tunnel/index.ts";
import { MAX_CLIENT_STREAMS, MAX_HEADERS, MAX_HELLO_BYTES, MAX_UNGREETED_PER_ADDRESS } from "../limits.ts";
import { bare, bystander, closed, OTHER_ADDRESS, pour } from "../testing/bystander.ts";
import { GrpcClient } from "../testing/grpc-call.ts";
import { closeCode, Opcode, upgradeRequest, webSocketFrame } from "../testing/raw-web-socket.ts";
import { NOTHING_OPEN, startTestRelay, type TestRelay } from "../testing/start-test-relay.ts";
import { clientResult } from "../testing/test-client.ts";

const STREAM = "/jumpstarter.v1.RouterService/Stream";

function open({ port }: TestRelay, protocols: readonly string[] = [CLIENT_TUNNEL_SUBPROTOCOL]): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}/client`, [...protocols]);
}

async function closing(socket: WebSocket): Promise<readonly [code: number, reason: string]> {
  const [code, reason] = await once(socket, "close");
  return [code, String(reason)];
}

const HELLO = { role: "page", received: 0, dial: 1, passphrase: "secret" } as const;

/** A client's tunnel by hand: its HELLO has been answered. */
async function tunnelByHand(test: TestRelay): Promise<Socket> {
  const socket = bare(test);
  socket.write(upgradeRequest(test.port, "/client").replace("jumptab-tunnel.v1", CLIENT_TUNNEL_SUBPROTOCOL));
  await once(socket, "data");
  socket.write(webSocketFrame(Opcode.binary, encodeHello({ ...HELLO, instance: randomUUID() })));
  await once(socket, "data");
  return socket;
}

describe("a client's WebSocket", () => {
  for (const protocol of ["jumptab-tunnel.v1", "jumptab-client.v2", "x"]) {
    it(`that asks for the subprotocol ${protocol} is told which one there is`, async () => {
      await using test = await startTestRelay();
      const socket = bare(test);
      const chunks: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        // The relay waits for our close frame, as it has to.
        if (closing() !== undefined) socket.end(webSocketFrame(Opcode.close));
      });
      const closing = () => {
        const said = Buffer.concat(chunks);
        const end = said.indexOf("\r\n\r\n");
        return end < 0 ? undefined : closeCode(said.subarray(end + 4));
      };
      socket.write(upgradeRequest(test.port, "/client").replace("jumptab-tunnel.v1", protocol));
      await closed(socket);
      expect(closing()).toEqual({
        code: CloseCode.protocolError,
        reason: "ask for the subprotocol jumptab-client.v1",
      });
      await test.settled(NOTHING_OPEN);
    });
  }

  it("without HELLO is closed", async () => {
    await using test = await startTestRelay({ timing: { helloTimeoutMs: 50 } });
    expect(await closing(open(test))).toEqual([
      CloseCode.helloTimeout,
      "HELLO did not come within 0.05 s: reload the page",
    ]);
    await test.settled(NOTHING_OPEN);
  });

  for (const [what, message, sentence] of [
    ["text", "hello", /binary/],
    ["no frame", Buffer.from([1, 2, 3]), /frame/],
    [
      "a stream before its HELLO",
      encodeMessage([
        {
          type: FrameType.open,
          flags: 0,
          stream: 2,
          payload: Buffer.from('{"method":"POST","path":"/","h":[]}'),
        },
      ]),
      /HELLO/,
    ],
    ["a HELLO that is too large", Buffer.alloc(MAX_HELLO_BYTES + 1), /are allowed/],
    [
      "a HELLO of an exporter",
      encodeHello({ ...HELLO, instance: "i", exporter: { uuid: randomUUID(), name: "board" } }),
      /exporters dial \/tunnel/,
    ],
    ["a HELLO of a relay", encodeHello({ ...HELLO, role: "relay", instance: "i" }), /relay/],
  ] as const) {
    it(`with ${what} is closed, and its neighbour is not`, async () => {
      await using test = await startTestRelay();
      await test.page();
      const neighbour = await test.client();
      const socket = open(test);
      await once(socket, "open");
      socket.send(message);
      const [code, reason] = await closing(socket);
      expect(code).toBe(CloseCode.protocolError);
      expect(reason).toMatch(sentence);
      expect((await neighbour.call()).status).toBe(0);
      await test.settled({ clientTunnels: 1 });
    });
  }

  it("that goes on before its HELLO is answered is closed", async () => {
    await using test = await startTestRelay({ timing: { returningMs: 600_000 } });
    await test.page();
    const socket = open(test);
    await once(socket, "open");
    const hello = encodeHello({ ...HELLO, instance: "i", passphrase: "not yet known" });
    socket.send(hello);
    socket.send(hello);
    expect(await closing(socket)).toEqual([
      CloseCode.protocolError,
      "a message came before the answer to HELLO",
    ]);
    await test.settled({ clientTunnels: 0 });
  });

  it("of a page from elsewhere, or to a name that is not the relay's, gets no tunnel", async () => {
    await using test = await startTestRelay();
    for (const [headers, status] of [
      [{ origin: "https://evil.example" }, 403],
      [{ origin: "null" }, 403],
      [{ host: "evil.example" }, 421],
    ] as const) {
      const client = test.clientUnconnected({ headers });
      await expect(client.connected).rejects.toThrow(`Unexpected server response: ${status}`);
    }
    const own = test.clientUnconnected({ passphrase: "x", headers: { origin: test.origin } });
    await own.connected;
    await own.close();
    await test.settled(NOTHING_OPEN);
  });

  it("has an address that answers no plain request", async () => {
    await using test = await startTestRelay();
    const asked = request({ port: test.port, path: "/client", agent: false }).end();
    const [response] = await once(asked, "response");
    expect(response.statusCode).toBe(426);
    response.resume();
    await once(response, "close");
  });

  it("by the hundred, that say nothing, leave room for exporters, and for clients of another address", async () => {
    await using test = await startTestRelay({ timing: { helloTimeoutMs: 60_000 } });
    const strangers = Array.from({ length: MAX_UNGREETED_PER_ADDRESS }, () => open(test));
    await Promise.all(strangers.map((socket) => once(socket, "open")));
    expect(await closing(open(test))).toEqual([
      CloseCode.limit,
      `${MAX_UNGREETED_PER_ADDRESS} pages of your address are connecting at once: try again in a moment`,
    ]);
    await test.page();
    const far = await test.client({ localAddress: OTHER_ADDRESS });
    expect((await far.call()).status).toBe(0);
    for (const socket of strangers) socket.terminate();
    await test.settled({ clientTunnels: 1 });
  });
});

describe("a stream of a client", () => {
  const grpc: HeaderList = [["content-type", "application/grpc"]];
  const many: HeaderList = Array.from({ length: MAX_HEADERS }, (_, at) => [`x-${at}`, "1"] as const);
  for (const [what, head, status] of [
    ["GET", { method: "GET", h: grpc }, 405],
    ["PUT to the credentials", { method: "PUT", path: "/jumptab/credentials" }, 404],
    ["a file by URL", { method: "GET", path: "/jumptab/fetch" }, 404],
    ["the page", { method: "GET", path: "/" }, 404],
    ["the bench", { method: "POST", path: "/api/boot", h: grpc }, 404],
    ["no path at all", { path: "", h: grpc }, 404],
    ["a path with a query", { path: `${STREAM}?x=1`, h: grpc }, 404],
    ["no content type", { h: [] }, 415],
    ["gRPC-Web", { h: [["content-type", "application/grpc-web+proto"]] }, 415],
    ["a header's name with a line end", { h: [...grpc, ["x\r\ny", "1"]] }, 400],
    ["a header with a line end", { h: [...grpc, ["x", "1\r\ny: 2"]] }, 400],
    ["a header that is not Latin", { h: [...grpc, ["x", "\u4e2d"]] }, 400],
    ["a pseudo header", { h: [...grpc, [":authority", "evil"]] }, 400],
    ["too many headers", { h: [...grpc, ...many] }, 431],
    ["too large headers", { h: [...grpc, ["x", "y".repeat(20_000)]] }, 431],
  ] as const) {
    it(`that asks for ${what} gets ${status} and a sentence, and reaches nobody`, async () => {
      await using test = await startTestRelay();
      const page = await test.page();
      const client = await test.client();
      const answer = await client.call({ head });
      expect(answer.httpStatus).toBe(status);
      expect(answer.body.toString()).toMatch(/^[A-Z].*[.]\n$/);
      expect(page.streams).toEqual([]);
      expect((await client.call()).status).toBe(0);
      await test.settled({ calls: 0, clientStreams: 0 });
    });
  }

  it("of a thousand at once is one too many, and the others go on", async () => {
    await using test = await startTestRelay();
    const held: TunnelStream[] = [];
    await test.page({
      answer: (stream) => {
        held.push(stream);
      },
    });
    const client = await test.client();
    const streams = Array.from({ length: 1000 }, () => client.start(STREAM));
    const refused = await Promise.all(
      streams.slice(MAX_CLIENT_STREAMS).map((stream) => clientResult(stream)),
    );
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([GrpcStatus.resourceExhausted]));
    const other = bystander(test);
    await test.settled({ calls: MAX_CLIENT_STREAMS });
    const call = other.call();
    await test.settled({ calls: MAX_CLIENT_STREAMS + 1 });
    // Each of those that were let in is answered.
    while (held.length < MAX_CLIENT_STREAMS + 1) await new Promise<void>((resolve) => setImmediate(resolve));
    for (const stream of held) stream.respond({ status: 200, h: [["grpc-status", "0"]] }, { end: true });
    expect((await call).status).toBe(0);
    for (const stream of streams.slice(0, MAX_CLIENT_STREAMS)) {
      stream.end();
      expect((await clientResult(stream)).status).toBe(0);
    }
    await other.close();
    await test.settled({ calls: 0, streams: 0, clientStreams: 0 });
  });

  it("opened and given up without end costs its tunnel, and nobody else", async () => {
    await using test = await startTestRelay({
      timing: { clientResetBurst: MAX_CLIENT_STREAMS, clientResetsPerSecond: 0 },
    });
    const page = await test.page();
    const client = await test.client();
    const giveUp = (): void => client.start().reset(GrpcStatus.cancelled, "never mind");
    for (let index = 0; index < MAX_CLIENT_STREAMS; index += 1) giveUp();
    expect((await client.call()).status).toBe(0);
    giveUp();
    expect(await client.closed).toMatchObject({
      code: CloseCode.limit,
      reason: "too many calls are given up at once: slow down",
    });
    expect(page.tunnel.isOpen).toBe(true);
    const other = bystander(test);
    expect((await other.call()).status).toBe(0);
    await other.close();
    await test.settled({ calls: 0, streams: 0, clientStreams: 0 });
  });

  it("that is given up in the middle of its answer ends on both sides", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ answer: (stream) => flood(stream) });
    const client = await test.client();
    const stream = client.start(STREAM);
    const body = stream.body[Symbol.asyncIterator]();
    expect((await body.next()).done).toBe(false);
    stream.reset(GrpcStatus.cancelled, "enough");
    expect(await (await page.stream()).closed).toMatchObject({ code: GrpcStatus.cancelled });
    await test.settled({ calls: 0, streams: 0, clientStreams: 0 });
  });
});

/** What a page may have sent that nobody takes: windows and queues on the way, and one chunk. */
const ON_THE_WAY_BYTES = 4 * 1024 * 1024;

/** Sends without end, as fast as it is let. @returns how many bytes. */
async function flood(stream: TunnelStream, count: { bytes: number } = { bytes: 0 }): Promise<void> {
  const chunk = Buffer.alloc(32 * 1024);
  stream.respond({ status: 200, h: [["content-type", "application/grpc"]] });
  while (!stream.signal.aborted) {
    count.bytes += chunk.length;
    await stream.write(chunk);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

describe("a client that does not read", () => {
  it("one stream holds back who sends on it, and no other call", async () => {
    await using test = await startTestRelay();
    const count = { bytes: 0 };
    await test.page({
      answer: (stream) => {
        if (stream.request.path === STREAM) void flood(stream, count);
        else stream.respond({ status: 200, h: [["grpc-status", "0"]] }, { end: true });
      },
    });
    const client = await test.client();
    const stream = client.start(STREAM);
    await stream.response;
    for (let turn = 0; turn < 200; turn += 1) expect((await client.call()).status).toBe(0);
    expect(count.bytes).toBeLessThanOrEqual(ON_THE_WAY_BYTES);
    stream.reset(GrpcStatus.cancelled, "enough");
    await test.settled({ calls: 0, clientStreams: 0 });
  });

  it("its socket holds back who sends to it, and nobody else", async () => {
    await using test = await startTestRelay({ clientTunnelLimits: { graceMs: 50 } });
    const count = { bytes: 0 };
    await test.page({
      answer: (stream) => {
        if (stream.request.path === STREAM) void flood(stream, count);
        else stream.respond({ status: 200, h: [["grpc-status", "0"]] }, { end: true });
      },
    });
    const socket = await tunnelByHand(test);
    socket.pause();
    const head = { method: "POST", path: STREAM, h: [["content-type", "application/grpc"]] };
    const payload = Buffer.from(JSON.stringify(head));
    socket.write(
      webSocketFrame(Opcode.binary, encodeMessage([{ type: FrameType.open, flags: 0, stream: 2, payload }])),
    );
    const other = bystander(test);
    while (count.bytes === 0) expect((await other.call()).status).toBe(0);
    for (let turn = 0; turn < 200; turn += 1) expect((await other.call()).status).toBe(0);
    expect(count.bytes).toBeLessThanOrEqual(ON_THE_WAY_BYTES);
    await other.close();
    socket.destroy();
    await test.settled({ calls: 0, clientTunnels: 0, clientStreams: 0 });
  });

  it("and pours pings is ended", async () => {
    await using test = await startTestRelay();
    await test.page();
    const socket = await tunnelByHand(test);
    socket.pause();
    const other = bystander(test);
    const frame = { type: FrameType.ping, flags: 0, stream: 0, payload: Buffer.alloc(8) };
    const message = webSocketFrame(Opcode.binary, encodeMessage(Array.from({ length: 5000 }, () => frame)));
    for (let turn = 0; turn < 2000 && socket.writable; turn += 1) {
      await pour(socket, message, 1);
      if (turn % 10 === 0) expect((await other.call()).status).toBe(0);
      if (test.log.join().includes("client tunnel closed")) break;
    }
    expect(test.log.join()).toContain("which does not take them");
    await other.close();
    socket.destroy();
    await closed(socket);
    await test.settled({ clientTunnels: 0 });
  });
});

describe("a link of one exporter", () => {
  it("opens no other one, in a tunnel as little as elsewhere", async () => {
    await using test = await startTestRelay();
    const one = await test.page({ name: "one", passphrase: "p1", links: { ana: "link-1" } });
    const two = await test.page({
      name: "two",
      passphrase: "p2",
      links: { ana: "link-2", own: "p1", x: "link-1" },
    });
    for (const [passphrase, page] of [
      ["link-1", one],
      ["p1", one],
      ["link-2", two],
    ] as const) {
      const before = page.streams.length;
      const client = await test.client({ passphrase });
      expect((await client.call()).status).toBe(0);
      expect(page.streams).toHaveLength(before + 1);
    }
    const http2 = new GrpcClient(test.origin);
    expect((await http2.call({ headers: { "x-jumpstarter-passphrase": "link-1" } })).status).toBe(0);
    expect(one.streams).toHaveLength(3);
    await http2.close();
  });
});
