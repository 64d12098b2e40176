/** Bodies that wait in the relay, byte by byte: what they cost, and that they arrive whole. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { FAILURES_PER_MINUTE, HTTP2_STREAM_WINDOW_BYTES } from "./limits.ts";
import {
  callHeaders,
  END_HEADERS,
  END_STREAM,
  FrameReader,
  Http2Frame,
  headerBlock,
  http2Frame,
  PREFACE,
} from "./testing/raw-http2.ts";
import { startTestRelay, type TestRelay } from "./testing/start-test-relay.ts";

const STREAMS = 4;
const ALL_BYTES = STREAMS * HTTP2_STREAM_WINDOW_BYTES;
const FRAMES_AT_ONCE = 8192;

describe("the body of an HTTP/2 request", () => {
  it("costs its bytes while it is parked, whatever its frames are, and arrives whole", async () => {
    await using test = await startTestRelay({ timing: { parkMs: 60_000 } });
    const page = await test.page();
    await page.drop();
    await test.settled({ tunnels: 0 });
    const client = await rawClient(test);
    const before = heldBytes();
    client.begin(1, STREAMS);
    await client.sendByteByByte(1, STREAMS);
    await test.settled({ waiting: STREAMS });
    expect(heldBytes() - before).toBeLessThan(4 * ALL_BYTES);
    for (const stream of client.streams(1, STREAMS)) {
      client.socket.write(http2Frame(Http2Frame.data, { flags: END_STREAM, stream }));
    }
    page.dial();
    await test.settled({ waiting: 0, calls: 0, streams: 0 });
    const ended = test.log.map((line) => JSON.parse(line)).filter(({ message }) => message === "call");
    expect(ended.map(({ bytesIn }) => bytesIn)).toEqual(Array(STREAMS).fill(HTTP2_STREAM_WINDOW_BYTES));
    client.socket.destroy();
  }, 30_000);

  it("costs nothing while its refusal is delayed", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = await rawClient(test);
    const wrong = { "x-jumpstarter-passphrase": "wrong" };
    // Enough that the later ones are delayed by seconds.
    const first = FAILURES_PER_MINUTE + 10;
    client.begin(1, first, wrong, END_STREAM);
    await client.taken();
    const before = heldBytes();
    client.begin(1 + 2 * first, STREAMS, wrong);
    await client.sendByteByByte(1 + 2 * first, STREAMS);
    expect(heldBytes() - before).toBeLessThan(4 * ALL_BYTES);
    client.socket.destroy();
  }, 30_000);
});

/** A client that sends frames of one byte. */
async function rawClient({ port }: TestRelay) {
  const socket: Socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const reader = new FrameReader(socket);
  socket.write(Buffer.concat([PREFACE, http2Frame(Http2Frame.settings)]));
  socket.write(http2Frame(Http2Frame.settings, { flags: 1 }));
  // Room for answers as long as the bodies, on the connection and on each stream.
  socket.write(http2Frame(Http2Frame.windowUpdate, { payload: Buffer.of(0, 0x7f, 0, 0) }));
  const streams = (first: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => first + 2 * index);
  /** Resolves when the relay has read all that was sent. */
  let pings = 0;
  const taken = async (): Promise<void> => {
    pings += 1;
    const payload = Buffer.of(0, 0, 0, 0, 0, 0, 0, pings);
    socket.write(http2Frame(Http2Frame.ping, { payload }));
    const answer = await reader.find(
      (frame) => frame.type === Http2Frame.ping && frame.flags === 1 && frame.payload.equals(payload),
    );
    expect(answer).toBeDefined();
  };
  return {
    socket,
    streams,
    taken,
    begin(first: number, count: number, headers: Record<string, string> = {}, flags = 0): void {
      const payload = headerBlock(callHeaders(port, headers));
      for (const stream of streams(first, count)) {
        socket.write(http2Frame(Http2Frame.headers, { flags: END_HEADERS | flags, stream, payload }));
        socket.write(http2Frame(Http2Frame.windowUpdate, { stream, payload: Buffer.of(0, 0x10, 0, 0) }));
      }
    },
    async sendByteByByte(first: number, count: number): Promise<void> {
      for (const stream of streams(first, count)) {
        const frame = http2Frame(Http2Frame.data, { stream, payload: Buffer.of(7) });
        const frames = Buffer.concat(Array<Buffer>(FRAMES_AT_ONCE).fill(frame));
        for (let sent = 0; sent < HTTP2_STREAM_WINDOW_BYTES; sent += FRAMES_AT_ONCE) {
          if (!socket.write(frames)) await once(socket, "drain");
        }
      }
      await taken();
    },
  };
}

/** What JavaScript holds, after a collection: objects, and the buffers behind them. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
