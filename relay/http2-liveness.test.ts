import { once } from "node:events";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { GrpcStatus } from "../proto/tunnel/index.ts";
import { type Http2Connection, watchClient } from "./http2-liveness.ts";
import { HTTP2_DEAD_MS, HTTP2_LINGER_MS, HTTP2_PING_INTERVAL_MS } from "./limits.ts";
import { bare, closed } from "./testing/bystander.ts";
import { GrpcClient } from "./testing/grpc-call.ts";
import {
  callHeaders,
  END_HEADERS,
  FrameReader,
  Http2Frame,
  headerBlock,
  http2Frame,
  PREFACE,
} from "./testing/raw-http2.ts";
import { NOTHING_OPEN, startTestRelay, type TestRelay } from "./testing/start-test-relay.ts";

/** Counted in looks, with a turn of the event loop between two of them at least: a machine that is held up changes nothing. */
const QUICK = { http2PingIntervalMs: 10, http2DeadMs: 400, http2LingerMs: 100 };

/** A client by hand that acknowledges nothing, and closes its side only when it is told to. */
function mute(test: TestRelay): Socket {
  const socket = bare(test, { allowHalfOpen: true });
  socket.write(Buffer.concat([PREFACE, http2Frame(Http2Frame.settings)]));
  return socket;
}

function startCall(socket: Socket, port: number): void {
  const payload = headerBlock(callHeaders(port));
  socket.write(http2Frame(Http2Frame.headers, { flags: END_HEADERS, stream: 1, payload }));
}

const GOAWAY = http2Frame(Http2Frame.goaway, { payload: Buffer.alloc(8) });

describe("a client that is gone without a word", () => {
  it("is let go, and the page hears that its call is over", async () => {
    await using test = await startTestRelay({ timing: QUICK });
    const page = await test.page({ answer: () => undefined });
    // It answers nothing, as from behind a pulled cable: no PING, no SETTINGS.
    const socket = bare(test);
    socket.write(PREFACE);
    socket.write(http2Frame(Http2Frame.settings));
    startCall(socket, test.port);
    socket.resume();
    await closed(socket);
    await test.settled({ calls: 0, http2Sessions: 0, streams: 0 });
    expect(await (await page.stream()).closed).toMatchObject({ code: GrpcStatus.cancelled });
    expect(test.log.filter((line) => line.includes("gone without a word"))).toHaveLength(1);
  });

  it("is not what an idle client is: that one answers", async () => {
    await using test = await startTestRelay({ timing: QUICK });
    await test.page();
    const client = new GrpcClient(test.origin);
    expect((await client.call()).status).toBe(0);
    let pings = 0;
    client.session.on("ping", () => {
      pings += 1;
    });
    while (pings < (2 * QUICK.http2DeadMs) / QUICK.http2PingIntervalMs) await once(client.session, "ping");
    expect((await client.call()).status).toBe(0);
    await client.close();
  });

  it("is not one that only sends: its bytes are signs of life", async () => {
    await using test = await startTestRelay({ timing: QUICK });
    await test.page();
    const socket = mute(test);
    const reader = new FrameReader(socket);
    startCall(socket, test.port);
    const byte = http2Frame(Http2Frame.data, { stream: 1, payload: Buffer.alloc(1) });
    const began = performance.now();
    while (performance.now() - began < 3 * QUICK.http2DeadMs) {
      socket.write(byte);
      expect(await reader.find(({ type }) => type === Http2Frame.data)).toBeDefined();
      reader.frames.length = 0;
    }
    expect(test.log.join()).not.toContain("gone without a word");
    // And then it does not.
    await test.settled({ ...NOTHING_OPEN, tunnels: 1, exporters: 1, sockets: 1 });
    expect(test.log.join()).toContain("gone without a word");
    socket.destroy();
  });

  it("may have sent the preface only", async () => {
    await using test = await startTestRelay({ timing: QUICK });
    const socket = bare(test);
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    socket.resume();
    await closed(socket);
    await test.settled(NOTHING_OPEN);
  });

  it("is left alone when it has just left, in whatever moment that is", async () => {
    await using test = await startTestRelay({ timing: { http2PingIntervalMs: 1, http2DeadMs: 5000 } });
    await test.page();
    for (let round = 0; round < 150; round += 1) {
      const client = new GrpcClient(test.origin);
      expect((await client.call()).status).toBe(0);
      if (round % 2 === 0) client.session.destroy();
      else await client.close();
    }
    await test.settled({ http2Sessions: 0 });
  });
});

describe("a client that says GOAWAY", () => {
  it("finishes the calls that it has, however long they are silent", async () => {
    await using test = await startTestRelay({ timing: QUICK });
    const page = await test.page({ answer: () => undefined });
    const client = new GrpcClient(test.origin);
    const call = client.start();
    const stream = await page.stream();
    client.session.goaway(0);
    // Each is a question of the relay, which has no PING any more.
    for (let asked = 0; asked < (2 * QUICK.http2DeadMs) / QUICK.http2PingIntervalMs; asked += 1) {
      await once(client.session, "remoteSettings");
    }
    expect(stream.signal.aborted).toBe(false);
    expect(call.closed).toBe(false);
    client.session.destroy();
  });

  it("and answers nothing after that is let go, and the page hears that its call is over", async () => {
    await using test = await startTestRelay({ timing: QUICK });
    const page = await test.page({ answer: () => undefined });
    const socket = mute(test);
    socket.resume();
    startCall(socket, test.port);
    await test.settled({ streams: 1 });
    socket.write(GOAWAY);
    await test.settled({ calls: 0, http2Sessions: 0, streams: 0, sockets: 1 });
    expect(await (await page.stream()).closed).toMatchObject({ code: GrpcStatus.cancelled });
    socket.destroy();
  });

  for (const takes of ["reads on", "reads nothing"]) {
    it(`and holds its connection, and ${takes}, is cut off`, async () => {
      // Its silence is noticed while the connection is still there.
      await using test = await startTestRelay({ timing: { ...QUICK, http2SilenceMs: 20 } });
      const sockets = Array.from({ length: 20 }, () => mute(test));
      for (const socket of sockets) {
        const reader = new FrameReader(socket);
        expect(await reader.find(({ type }) => type === Http2Frame.settings)).toBeDefined();
        if (takes === "reads nothing") socket.pause();
        socket.write(GOAWAY);
      }
      await test.settled({ sockets: 0, http2Sessions: 0 });
      for (const socket of sockets) socket.destroy();
    });
  }

  it("and breaks its connection then is nobody's news", async () => {
    await using test = await startTestRelay({ timing: QUICK });
    const socket = mute(test);
    const reader = new FrameReader(socket);
    socket.write(GOAWAY);
    expect(await reader.goaway()).toBeDefined();
    socket.resetAndDestroy();
    await test.settled({ sockets: 0, http2Sessions: 0 });
  });
});

describe("a client that the relay tells to go elsewhere", () => {
  it("is cut off when it holds its connection, before the relay's patience with the calls of others is over", async () => {
    await using test = await startTestRelay({
      timing: { ...QUICK, http2SilenceMs: 300, http2LingerMs: 400 },
    });
    await test.page({ answer: () => undefined });
    const busy = new GrpcClient(test.origin);
    const call = busy.start();
    await test.settled({ streams: 1 });
    const idle = mute(test);
    await test.settled({ http2Sessions: 2 });
    const drained = test.relay.drain();
    await test.settled({ http2Sessions: 1, calls: 1 });
    call.close();
    await drained;
    idle.destroy();
    busy.session.destroy();
  });
});

describe("the watch of a client", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  function watched(session: Partial<Http2Connection["session"]> = {}) {
    vi.useFakeTimers();
    const told: string[] = [];
    const state = { closed: false, destroyed: false, bytesRead: 0, onClose: (): void => undefined };
    const tell = (what: string) => (): void => {
      told.push(what);
    };
    const socket = {
      get bytesRead() {
        return state.bytesRead;
      },
      destroy: tell("cut"),
      once: (_event: string, listener: () => void) => {
        state.onClose = listener;
      },
    };
    const fake = {
      get closed() {
        return state.closed;
      },
      get destroyed() {
        return state.destroyed;
      },
      ping: tell("ping"),
      settings: tell("settings"),
      destroy: () => {
        told.push("end");
        state.destroyed = true;
      },
      ...session,
    };
    const timing = {
      http2PingIntervalMs: HTTP2_PING_INTERVAL_MS,
      http2DeadMs: HTTP2_DEAD_MS,
      http2LingerMs: HTTP2_LINGER_MS,
    };
    watchClient({ session: fake, socket } as unknown as Http2Connection, timing, tell("dead"));
    return { told, state };
  }

  it("lets a client live that answers no PING and sends a byte now and then", () => {
    const { told, state } = watched();
    for (let turn = 0; turn < 20; turn += 1) {
      vi.advanceTimersByTime(HTTP2_DEAD_MS - HTTP2_PING_INTERVAL_MS);
      state.bytesRead += 1;
    }
    expect(new Set(told)).toEqual(new Set(["ping"]));
    vi.advanceTimersByTime(HTTP2_DEAD_MS + 2 * HTTP2_PING_INTERVAL_MS);
    expect(told.slice(-2)).toEqual(["dead", "end"]);
  });

  it("ends and cuts a silent one, each in its time, and once", () => {
    const { told, state } = watched();
    vi.advanceTimersByTime(HTTP2_DEAD_MS);
    expect(told.slice(-2)).toEqual(["dead", "end"]);
    vi.advanceTimersByTime(HTTP2_LINGER_MS);
    expect(told.at(-1)).toBe("end");
    vi.advanceTimersByTime(HTTP2_PING_INTERVAL_MS);
    expect(told.at(-1)).toBe("cut");
    state.onClose();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("asks a closed session with SETTINGS, one at a time", () => {
    const answers: (() => void)[] = [];
    const { told, state } = watched({
      settings: (_settings, callback) => {
        answers.push(() => callback?.(null, {}, 0));
      },
    });
    state.closed = true;
    vi.advanceTimersByTime(3 * HTTP2_PING_INTERVAL_MS);
    expect(answers).toHaveLength(1);
    answers[0]?.();
    vi.advanceTimersByTime(HTTP2_PING_INTERVAL_MS);
    expect(answers).toHaveLength(2);
    expect(told).toEqual([]);
  });
});
