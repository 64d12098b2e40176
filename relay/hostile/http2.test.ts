import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import {
  HTTP2_MAX_STREAMS,
  HTTP2_RESET_BURST,
  HTTP2_SILENCE_MS,
  MAX_HEADERS,
  MAX_STREAMS_PER_ADDRESS,
} from "../limits.ts";
import { bare, bystander, closed, pour } from "../testing/bystander.ts";
import { GrpcClient } from "../testing/grpc-call.ts";
import {
  callHeaders,
  END_HEADERS,
  END_STREAM,
  FrameReader,
  Http2Frame,
  headerBlock,
  http2Frame,
  PREFACE,
  setting,
} from "../testing/raw-http2.ts";
import { startTestRelay, type TestRelay } from "../testing/start-test-relay.ts";
import { stopTimeouts } from "../testing/stop-timeouts.ts";

const ENHANCE_YOUR_CALM = 11;
const ACK = 1;
const INITIAL_WINDOW_SIZE = 4;
const SETTINGS = http2Frame(Http2Frame.settings);

/** An HTTP/2 connection by hand, on which both sides have agreed on settings. */
async function attacker(
  test: TestRelay,
  settings = SETTINGS,
): Promise<{ socket: Socket; reader: FrameReader }> {
  const socket = bare(test);
  const reader = new FrameReader(socket);
  socket.write(Buffer.concat([PREFACE, settings]));
  await reader.find(({ type }) => type === Http2Frame.settings);
  socket.write(http2Frame(Http2Frame.settings, { flags: ACK }));
  return { socket, reader };
}

function call(port: number, stream: number, more: Readonly<Record<string, string>> = {}, flags = 0): Buffer {
  return http2Frame(Http2Frame.headers, {
    flags: END_HEADERS | flags,
    stream,
    payload: headerBlock(callHeaders(port, more)),
  });
}

const odd = (index: number): number => 2 * index + 1;

/** The bystander's calls go through, at the same time as what the attacker does. */
async function servesOthersDuring(test: TestRelay, attack: () => Promise<unknown>): Promise<void> {
  const other = bystander(test);
  const attacking = attack();
  for (let turn = 0; turn < 5; turn += 1) {
    expect((await other.call({ body: Buffer.alloc(1000, turn) })).body).toEqual(Buffer.alloc(1000, turn));
  }
  await attacking;
  expect((await other.call()).status).toBe(0);
  await other.close();
}

/** Nothing is left but the page's own connection. */
const ONLY_THE_PAGE = { sockets: 1, http2Sessions: 0, calls: 0, streams: 0 };

describe("an HTTP/2 client", () => {
  it("that says nothing after the preface is closed with a sentence", async () => {
    await using test = await startTestRelay();
    using timeouts = stopTimeouts();
    const { reader } = await attacker(test);
    timeouts.pass(HTTP2_SILENCE_MS);
    expect(await reader.goaway()).toBe("0 no request came within 60 s");
    expect(await reader.find(() => false)).toBeUndefined();
    await test.settled({ sockets: 0, http2Sessions: 0 });
  });

  it("that only answers the relay's pings is closed as well", async () => {
    await using test = await startTestRelay({ timing: { http2PingIntervalMs: 20 } });
    using timeouts = stopTimeouts();
    const session = connectHttp2(test.origin);
    session.on("error", () => undefined);
    for (let pings = 0; pings < 3; pings += 1) await once(session, "ping");
    const goaway = once(session, "goaway");
    timeouts.pass(HTTP2_SILENCE_MS);
    await goaway;
    await test.settled({ sockets: 0, http2Sessions: 0 });
  });

  it("that stops in the middle of the preface is closed", async () => {
    await using test = await startTestRelay();
    using timeouts = stopTimeouts();
    const socket = bare(test);
    socket.write(PREFACE.subarray(0, 10));
    socket.resume();
    await test.settled({ http2Sessions: 1 });
    timeouts.pass(HTTP2_SILENCE_MS);
    await closed(socket);
    await test.settled({ sockets: 0, http2Sessions: 0 });
  });

  it("C14 that pings stays for as long as it pings, without a call", async () => {
    await using test = await startTestRelay();
    using timeouts = stopTimeouts();
    const { reader, socket } = await attacker(test);
    for (let turn = 1; turn <= 5; turn += 1) {
      timeouts.pass(HTTP2_SILENCE_MS - 1);
      const payload = Buffer.alloc(8);
      payload.writeUInt32BE(turn);
      socket.write(http2Frame(Http2Frame.ping, { payload }));
      expect(
        await reader.find((frame) => frame.type === Http2Frame.ping && frame.payload.equals(payload)),
      ).toBeDefined();
      reader.frames.length = 0;
    }
    expect(reader.closed).toBe(false);
    timeouts.pass(HTTP2_SILENCE_MS);
    expect(await reader.goaway()).toContain("no request came");
  });

  it("C14 that has made a call may be idle for ever", async () => {
    await using test = await startTestRelay();
    await test.page();
    using timeouts = stopTimeouts();
    const client = new GrpcClient(test.origin);
    let goaways = 0;
    client.session.on("goaway", () => {
      goaways += 1;
    });
    expect((await client.call()).status).toBe(0);
    for (let turn = 0; turn < 3; turn += 1) {
      const { reader } = await attacker(test);
      timeouts.pass(HTTP2_SILENCE_MS);
      expect(await reader.goaway()).toBeDefined();
    }
    expect(goaways).toBe(0);
    expect((await client.call()).status).toBe(0);
    await client.close();
  });

  it("with too many or too large headers hears RESOURCE_EXHAUSTED on that stream, and its other calls go on", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = new GrpcClient(test.origin);
    const passphrase = { "x-jumpstarter-passphrase": "secret" };
    const many = Object.fromEntries(Array.from({ length: MAX_HEADERS }, (_, index) => [`x-${index}`, "v"]));
    // Above what was announced a client would not send it: by hand.
    const { socket, reader } = await attacker(test);
    for (const [index, headers] of [
      many,
      { x: "a".repeat(8000), y: "b".repeat(8000), z: "c".repeat(8000) },
    ].entries()) {
      const stream = odd(index);
      socket.write(call(test.port, stream, { ...passphrase, ...headers }));
      const reset = await reader.find(
        (frame) => frame.type === Http2Frame.rstStream && frame.stream === stream,
      );
      expect(reset?.payload.readUInt32BE()).toBe(ENHANCE_YOUR_CALM);
    }
    expect((await client.call({ headers: { ...passphrase, x: "a".repeat(8000) } })).status).toBe(0);
    socket.write(call(test.port, odd(2)));
    await reader.find((frame) => frame.type === Http2Frame.headers && frame.stream === odd(2));
    socket.destroy();
    await client.close();
    await test.settled(ONLY_THE_PAGE);
  });

  it("with a header bomb is refused: references to one large header make no call", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    await servesOthersDuring(test, async () => {
      const { socket, reader } = await attacker(test);
      // Into the dynamic table, once; then 60 KiB of references to it: 240 MB each time, if anybody took them.
      const seed = headerBlock([["bomb", "a".repeat(3900)]], { indexed: true });
      const references = Buffer.alloc(60_000, 0x80 | 62);
      for (let index = 0; index < 20 && socket.writable; index += 1) {
        const payload = Buffer.concat([
          headerBlock(callHeaders(test.port)),
          index === 0 ? seed : Buffer.alloc(0),
          references,
        ]);
        socket.write(
          http2Frame(Http2Frame.headers, { flags: END_HEADERS | END_STREAM, stream: odd(index), payload }),
        );
      }
      expect(
        await reader.find(({ type }) => type === Http2Frame.rstStream || type === Http2Frame.goaway),
      ).toBeDefined();
      // An answer to what comes after them: the relay has seen them all, or has closed.
      socket.write(http2Frame(Http2Frame.ping, { payload: Buffer.alloc(8) }));
      await reader.find(({ type, flags }) => type === Http2Frame.ping && flags === ACK);
      socket.destroy();
    });
    await test.settled(ONLY_THE_PAGE);
    // The bystander's.
    expect(page.streams).toHaveLength(6);
  });

  it("that sends CONTINUATION frames without end is cut off", async () => {
    await using test = await startTestRelay();
    await test.page();
    await servesOthersDuring(test, async () => {
      const { socket, reader } = await attacker(test);
      socket.write(
        http2Frame(Http2Frame.headers, { stream: 1, payload: headerBlock(callHeaders(test.port)) }),
      );
      const more = http2Frame(Http2Frame.continuation, {
        stream: 1,
        payload: headerBlock([["x", "a".repeat(1000)]]),
      });
      await pour(socket, more, 20_000);
      await reader.find(() => false);
      expect(reader.closed).toBe(true);
    });
    await test.settled(ONLY_THE_PAGE);
  });

  it("that opens and resets streams faster than it may is cut off, and the page's streams all end", async () => {
    // A tenth of the real burst, and hardly more a second: how fast this machine is does not count.
    const http2ResetBurst = HTTP2_RESET_BURST / 10;
    await using test = await startTestRelay({ timing: { http2ResetBurst, http2ResetsPerSecond: 1 } });
    const page = await test.page();
    await servesOthersDuring(test, async () => {
      const { socket, reader } = await attacker(test);
      const cancel = Buffer.from([0, 0, 0, 8]);
      const openAndReset = (index: number): Buffer =>
        Buffer.concat([
          call(test.port, odd(index)),
          http2Frame(Http2Frame.rstStream, { stream: odd(index), payload: cancel }),
        ]);
      for (let index = 0; index < 2 * http2ResetBurst && socket.writable; index += 100) {
        const batch = Array.from({ length: 100 }, (_, more) => openAndReset(index + more));
        await pour(socket, Buffer.concat(batch), 1);
      }
      expect(await reader.goaway()).toBeDefined();
      socket.destroy();
    });
    await test.settled(ONLY_THE_PAGE);
    expect(page.tunnel.stats.streams).toBe(0);
  });

  for (const [what, frame] of [
    ["SETTINGS", SETTINGS],
    ["PING", http2Frame(Http2Frame.ping, { payload: Buffer.alloc(8) })],
    ["PRIORITY", http2Frame(Http2Frame.priority, { stream: 1, payload: Buffer.from([0, 0, 0, 0, 1]) })],
    ["an unknown type", http2Frame(0xbb, { payload: Buffer.alloc(100) })],
  ] as const) {
    it(`that pours frames of ${what}, and reads nothing, is cut off`, async () => {
      await using test = await startTestRelay();
      await test.page();
      const { socket } = await attacker(test);
      socket.pause();
      await servesOthersDuring(test, async () => {
        await pour(socket, Buffer.concat(Array.from({ length: 1000 }, () => frame)), 1000);
        socket.resume();
        await closed(socket);
      });
      await test.settled(ONLY_THE_PAGE);
    });
  }

  it("that pours frames of WINDOW_UPDATE, which need no answer, holds up nobody", async () => {
    await using test = await startTestRelay();
    await test.page();
    const { socket, reader } = await attacker(test);
    const frame = http2Frame(Http2Frame.windowUpdate, { payload: Buffer.from([0, 0, 0, 1]) });
    await servesOthersDuring(test, () =>
      pour(socket, Buffer.concat(Array.from({ length: 1000 }, () => frame)), 200),
    );
    socket.write(http2Frame(Http2Frame.ping, { payload: Buffer.alloc(8) }));
    expect(await reader.find(({ type }) => type === Http2Frame.ping)).toBeDefined();
    socket.destroy();
    await test.settled(ONLY_THE_PAGE);
  });

  it("that pours empty DATA frames is cut off", async () => {
    await using test = await startTestRelay();
    await test.page();
    await servesOthersDuring(test, async () => {
      const { socket, reader } = await attacker(test);
      socket.write(call(test.port, 1));
      const empty = http2Frame(Http2Frame.data, { stream: 1 });
      await pour(socket, Buffer.concat(Array.from({ length: 1000 }, () => empty)), 100);
      await reader.find(() => false);
      expect(reader.closed).toBe(true);
    });
    await test.settled(ONLY_THE_PAGE);
  });

  it("that sends more than its window, or breaks a rule, hears which", async () => {
    await using test = await startTestRelay();
    const { socket, reader } = await attacker(test);
    socket.write(http2Frame(Http2Frame.data, { stream: 3, payload: Buffer.alloc(10) }));
    expect(await reader.goaway()).toMatch(/^1 /); // PROTOCOL_ERROR
    socket.destroy();
    await test.settled({ sockets: 0, http2Sessions: 0 });
  });

  it("that takes none of its answers finds a bound for all its connections together", async () => {
    // They answer no PING, and some have to wait here until the others have said all they have.
    await using test = await startTestRelay({ timing: { http2DeadMs: 3_600_000 } });
    await test.page();
    const noWindow = http2Frame(Http2Frame.settings, { payload: setting(INITIAL_WINDOW_SIZE, 0) });
    const connections = await Promise.all(
      Array.from({ length: Math.ceil(MAX_STREAMS_PER_ADDRESS / HTTP2_MAX_STREAMS) + 1 }, () =>
        attacker(test, noWindow),
      ),
    );
    await servesOthersDuring(test, async () => {
      // Connect has its status in the body, and for that there is no window: the stream stays.
      const wrong = { "content-type": "application/json", "x-jumpstarter-passphrase": "wrong" };
      for (const { socket } of connections) {
        for (let index = 0; index < HTTP2_MAX_STREAMS - 1; index += 1) {
          await pour(socket, call(test.port, odd(index), wrong, END_STREAM), 1);
        }
      }
      const last = connections.at(-1)?.reader;
      const reset = await last?.find((frame) => frame.type === Http2Frame.rstStream);
      expect(reset?.payload.readUInt32BE()).toBe(ENHANCE_YOUR_CALM);
    });
    for (const { socket } of connections) socket.destroy();
    await test.settled(ONLY_THE_PAGE);
  });

  it("that closes its side in the middle of a call is gone", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const { socket } = await attacker(test);
    socket.write(call(test.port, 1));
    await test.settled({ streams: 1 });
    socket.end();
    await test.settled(ONLY_THE_PAGE);
    expect(await (await page.stream()).closed).toMatchObject({ code: 1 });
  });
});
