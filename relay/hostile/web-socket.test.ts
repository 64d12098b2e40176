import { hash, randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { CloseCode, encodeHello, encodeMessage, FrameType } from "../../proto/tunnel/index.ts";
import { MAX_HELLO_BYTES, MAX_UNGREETED_PER_ADDRESS, SHUTDOWN_GRACE_MS } from "../limits.ts";
import { bare, bystander, closed, OTHER_ADDRESS, pour } from "../testing/bystander.ts";
import { closeCode, Opcode, upgrade, upgradeRequest, webSocketFrame } from "../testing/raw-web-socket.ts";
import { NOTHING_OPEN, startTestRelay, type TestRelay } from "../testing/start-test-relay.ts";
import { stopTimeouts } from "../testing/stop-timeouts.ts";

const { binary, close, continuation, ping, text } = Opcode;

async function webSocket(test: TestRelay, options: { localAddress?: string } = {}): Promise<Socket> {
  const socket = bare(test, options);
  await upgrade(socket, test.port);
  return socket;
}

/** How the relay closes. */
async function closing(socket: Socket): Promise<{ code: number; reason: string } | undefined> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // The relay waits for our close frame, as it has to.
  const answer = (): void => {
    if (closeCode(Buffer.concat(chunks)) !== undefined) socket.end(webSocketFrame(close));
  };
  socket.on("data", answer);
  await closed(socket);
  return closeCode(Buffer.concat(chunks));
}

const hello = (name: string): Buffer =>
  webSocketFrame(
    binary,
    encodeHello({
      role: "page",
      instance: randomUUID(),
      received: 0,
      dial: 1,
      exporter: { uuid: randomUUID(), name, passphraseHash: hash("sha256", name, "hex") },
    }),
  );

describe("a WebSocket", () => {
  for (const [what, frame, code] of [
    ["a text message", webSocketFrame(text, "hello"), CloseCode.protocolError],
    ["text that is no UTF-8", webSocketFrame(text, Buffer.from([0xff])), 1007],
    ["a frame without a mask", webSocketFrame(binary, "x", { masked: false }), 1002],
    ["a reserved bit", webSocketFrame(binary, "x", { reserved: 4 }), 1002],
    ["an unknown opcode", webSocketFrame(3, "x"), 1002],
    ["the end of a message that has not begun", webSocketFrame(continuation, "x"), 1002],
    ["a ping in two parts", webSocketFrame(ping, "x", { final: false }), 1002],
    ["a ping of 126 bytes", webSocketFrame(ping, Buffer.alloc(126)), 1002],
    ["a close code that is none", webSocketFrame(close, Buffer.from([0, 5])), 1002],
    ["the length of a message above 1 MiB", webSocketFrame(binary, "", { length: 1_048_577n }), 1009],
    ["a length beyond all numbers", webSocketFrame(binary, "", { length: 2n ** 63n }), 1009],
    ["an empty message", webSocketFrame(binary), CloseCode.protocolError],
    ["bytes that are no frame of the tunnel", webSocketFrame(binary, "xxxxxxxxx"), CloseCode.protocolError],
  ] as const) {
    it(`with ${what} is closed with ${code}, and its neighbour is not`, async () => {
      await using test = await startTestRelay();
      const page = await test.page();
      const socket = await webSocket(test);
      socket.write(frame);
      expect(await closing(socket)).toMatchObject({ code });
      expect(page.tunnel.isOpen).toBe(true);
      await test.settled({ tunnels: 1, sockets: 1 });
    });
  }

  it("with a HELLO that is too large is told so", async () => {
    await using test = await startTestRelay();
    const socket = await webSocket(test);
    socket.write(webSocketFrame(binary, Buffer.alloc(MAX_HELLO_BYTES + 1)));
    expect(await closing(socket)).toEqual({
      code: CloseCode.protocolError,
      reason: `HELLO has ${MAX_HELLO_BYTES + 1} bytes, ${MAX_HELLO_BYTES} are allowed`,
    });
    await test.settled(NOTHING_OPEN);
  });

  it("with a message in a hundred thousand parts is closed", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const socket = await webSocket(test);
    const answer = closing(socket);
    socket.write(webSocketFrame(binary, "x", { final: false }));
    const part = webSocketFrame(continuation, "x", { final: false });
    await pour(socket, Buffer.concat(Array.from({ length: 1000 }, () => part)), 100);
    expect(await answer).toMatchObject({ code: 1008 });
    expect(page.tunnel.isOpen).toBe(true);
    await test.settled({ tunnels: 1 });
  });

  it("that pours pings and takes no answer is cut, and others are served", async () => {
    await using test = await startTestRelay({ timing: { helloTimeoutMs: 60_000 } });
    await test.page();
    const socket = await webSocket(test);
    socket.pause();
    const other = bystander(test);
    const frame = webSocketFrame(ping, Buffer.alloc(125));
    const flood = pour(socket, Buffer.concat(Array.from({ length: 1000 }, () => frame)), 1000);
    for (let turn = 0; turn < 5; turn += 1) expect((await other.call()).status).toBe(0);
    await flood;
    expect(socket.writable).toBe(false);
    await other.close();
    socket.destroy();
    await test.settled({ tunnels: 1, sockets: 1 });
  });

  for (const [what, frame] of [
    ["PING", { type: FrameType.ping, flags: 0, stream: 0, payload: Buffer.alloc(8) }],
    [
      "OPEN",
      {
        type: FrameType.open,
        flags: 0,
        stream: 2,
        payload: Buffer.from('{"method":"POST","path":"/","h":[]}'),
      },
    ],
  ] as const) {
    it(`of a page that pours ${what} and takes no answer is ended, and others are served`, async () => {
      await using test = await startTestRelay({ tunnelLimits: { replayBytes: 1024 * 1024 } });
      await test.page();
      const socket = await webSocket(test);
      socket.write(hello("a"));
      await test.settled({ exporters: 2 });
      socket.pause();
      const other = bystander(test);
      let stream = 0;
      const message = (): Buffer =>
        webSocketFrame(
          binary,
          encodeMessage(
            Array.from({ length: 5000 }, () => {
              stream += 2;
              return frame.type === FrameType.open ? { ...frame, stream } : frame;
            }),
          ),
        );
      for (let turn = 0; turn < 2000 && socket.writable; turn += 1) {
        await pour(socket, message(), 1);
        if (turn % 10 === 0) expect((await other.call()).status).toBe(0);
        if (test.relay.stats().exporters === 1) break;
      }
      await test.settled({ exporters: 1 });
      expect((await other.call()).status).toBe(0);
      await other.close();
      socket.destroy();
      await test.settled({ tunnels: 1, sockets: 1, streams: 0 });
    });
  }

  it("whose page closes only its own side is gone", async () => {
    await using test = await startTestRelay();
    const socket = bare(test, { allowHalfOpen: true });
    await upgrade(socket, test.port);
    socket.write(hello("a"));
    await test.settled({ exporters: 1 });
    socket.resume().end();
    await closed(socket);
    await test.settled({ tunnels: 0, sockets: 0 });
  });

  it("by the hundred, that say nothing, leave room for the page of another address", async () => {
    await using test = await startTestRelay({ timing: { helloTimeoutMs: 60_000 } });
    using timeouts = stopTimeouts();
    const strangers = Array.from({ length: 5 * MAX_UNGREETED_PER_ADDRESS }, () => bare(test));
    const refused: (string | undefined)[] = [];
    const allRefused = Promise.withResolvers<void>();
    for (const socket of strangers) {
      socket.on("data", (bytes: Buffer) => {
        const end = bytes.indexOf("\r\n\r\n");
        const code = closeCode(end < 0 ? bytes : bytes.subarray(end + 4));
        if (code === undefined) return;
        refused.push(`${code.code} ${code.reason}`);
        if (refused.length === 4 * MAX_UNGREETED_PER_ADDRESS) allRefused.resolve();
      });
      socket.write(upgradeRequest(test.port));
    }
    await test.settled({ tunnels: strangers.length });
    const page = await webSocket(test, { localAddress: OTHER_ADDRESS });
    page.write(hello("far"));
    await test.settled({ exporters: 1 });
    await allRefused.promise;
    // Also those that do not answer a close frame are gone in the end.
    timeouts.pass(SHUTDOWN_GRACE_MS);
    await test.settled({ tunnels: MAX_UNGREETED_PER_ADDRESS + 1 });
    expect(refused).toHaveLength(4 * MAX_UNGREETED_PER_ADDRESS);
    expect(new Set(refused)).toEqual(
      new Set([
        `4429 ${MAX_UNGREETED_PER_ADDRESS} pages of your address are connecting at once: try again in a moment`,
      ]),
    );
    for (const socket of [...strangers, page]) socket.destroy();
    await test.settled({ tunnels: 0, sockets: 0 });
  });

  it("is refused for one exporter too many of its address, not for one that comes again", async () => {
    await using test = await startTestRelay({ addressLimits: { exporters: 2 } });
    const uuid = randomUUID();
    await test.page({ uuid, name: "a", passphrase: "a" });
    await test.page({ name: "b", passphrase: "b" });
    await expect(test.page({ name: "c", passphrase: "c" })).rejects.toMatchObject({
      code: CloseCode.limit,
      reason: "your address has 2 exporters, which is all it may have: stop one",
    });
    // Another load of the first one's page.
    const again = await test.page({ uuid, name: "a", passphrase: "a", takeOver: true });
    await test.settled({ exporters: 2 });
    await again.close(CloseCode.stopped);
    await test.settled({ exporters: 1 });
    await test.page({ name: "c", passphrase: "c" });
    await test.settled({ exporters: 2 });
  });
});
