import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChaosLink, type Schedule } from "./chaos-link.ts";
import { Random } from "./random.ts";

const KIB = 1024;

describe("ChaosLink", () => {
  let server: Server;
  /** The target's ends of connections, in the order they came. */
  let targets: Socket[];
  let link: ChaosLink;
  /** What the target does with a new connection. */
  let onTarget: (socket: Socket) => unknown;

  beforeEach(async () => {
    targets = [];
    onTarget = () => undefined;
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => undefined);
      targets.push(socket);
      void onTarget(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    link = await openLink(1);
  });

  afterEach(async () => {
    await link[Symbol.asyncDispose]();
    for (const socket of targets) socket.destroy();
    server.close();
    await once(server, "close");
  });

  function openLink(seed: number): Promise<ChaosLink> {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a TCP server has an address");
    return ChaosLink.open({ host: "127.0.0.1", port: address.port, random: new Random(seed) });
  }

  function dial(to: ChaosLink = link): Socket {
    const [host, port] = to.address.split(":");
    const socket = connect({ host: host ?? "", port: Number(port), allowHalfOpen: true });
    socket.on("error", () => undefined);
    return socket;
  }

  /** A connection with both of its ends. */
  async function pair(): Promise<[client: Socket, target: Socket]> {
    const met = Promise.withResolvers<Socket>();
    onTarget = met.resolve;
    const client = dial();
    return [client, await met.promise];
  }

  it("passes on every byte, both ways, and the end of each direction by itself", async () => {
    const data = pattern(3 * 1024 * KIB);
    onTarget = async (socket) => {
      const heard = await all(socket);
      socket.end(heard);
    };
    const client = dial();
    client.end(data);
    expect(Buffer.compare(await all(client), data)).toBe(0);
    expect(link.stats).toMatchObject({ bytesUp: data.byteLength, bytesDown: data.byteLength, cuts: 0 });
    await until(() => link.stats.connections === 0);
  });

  it("holds back a sender whose receiver does not read", async () => {
    const [client, target] = await pair();
    target.pause();
    // Far more than the sockets of both legs can hold.
    client.write(Buffer.alloc(64 * 1024 * KIB));
    let passed = -1;
    await until(async () => {
      const before = passed;
      passed = link.stats.bytesUp;
      await turns(50);
      return passed > 0 && passed === before;
    });
    expect(passed).toBeLessThan(32 * 1024 * KIB);
    client.destroy();
  });

  for (const [how, code] of [
    ["reset", "ECONNRESET"],
    ["end", undefined],
  ] as const) {
    it(`cuts every connection with a ${how}, and takes new ones`, async () => {
      const [client, target] = await pair();
      client.write("hello");
      await once(target, "data");
      const errors = [errorOf(client), errorOf(target)];
      client.resume();
      target.resume();
      expect(link.cut(how)).toBe(1);
      // An end is answered with an end: the sockets of this test would stay half-open for ever.
      if (how === "end") {
        for (const socket of [client, target]) socket.once("end", () => socket.end());
      }
      expect(await Promise.all(errors)).toEqual([code, code]);
      const [again, other] = await pair();
      again.write("again");
      expect(String(await once(other, "data"))).toBe("again");
      expect(link.stats).toMatchObject({ accepted: 2, cuts: 1, connections: 1 });
    });
  }

  it("is down until it is up", async () => {
    const [client] = await pair();
    const lost = errorOf(client);
    link.down();
    expect(await lost).toBe("ECONNRESET");
    expect(await errorOf(dial())).toBe("ECONNRESET");
    link.up();
    const [again, other] = await pair();
    again.write("up");
    expect(String(await once(other, "data"))).toBe("up");
  });

  it("passes on that the target is not there", async () => {
    server.close();
    expect(await errorOf(dial())).toBe("ECONNRESET");
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  it("passes on what came right before a reset, and then the reset", async () => {
    for (let round = 0; round < 20; round += 1) {
      const [client, target] = await pair();
      const heard: Buffer[] = [];
      target.on("data", (chunk) => heard.push(chunk));
      const lost = errorOf(target);
      client.write("last words", () => client.resetAndDestroy());
      expect(await lost).toBe("ECONNRESET");
      expect(Buffer.concat(heard).toString()).toBe("last words");
    }
  });

  it("waits for last words, and not for a half-open connection", async () => {
    await pair();
    link.halfOpen();
    const [client, target] = await pair();
    const heard = all(target);
    client.end("goodbye");
    target.end();
    await link.settled(60_000);
    expect(String(await heard)).toBe("goodbye");
    expect(link.stats.connections).toBe(1);
  });

  it("stalls without closing, and loses nothing", async () => {
    const [client, target] = await pair();
    const heard: Buffer[] = [];
    target.on("data", (chunk) => heard.push(chunk));
    link.stall();
    client.write("held up");
    await turns(100);
    expect(heard).toEqual([]);
    link.unstall();
    await until(() => Buffer.concat(heard).toString() === "held up");
  });

  it("keeps a half-open connection on which nothing arrives, not even its end; new ones are clear", async () => {
    const [client, target] = await pair();
    const heard: string[] = [];
    target.on("data", (chunk) => heard.push(String(chunk)));
    target.once("end", () => heard.push("end"));
    target.once("close", () => heard.push("close"));
    expect(link.halfOpen()).toBe(1);
    client.write("swallowed");
    client.end();
    client.destroy();
    const [again, other] = await pair();
    again.write("clear");
    expect(String(await once(other, "data"))).toBe("clear");
    await turns(100);
    expect(heard).toEqual([]);
    expect(target.closed).toBe(false);
  });

  it("is a black hole until it is up: it takes connections, and nothing comes of them", async () => {
    link.blackhole();
    const client = dial();
    await once(client, "connect");
    let heard = 0;
    onTarget = (socket) => socket.on("data", () => (heard += 1));
    client.write("anybody?");
    await turns(100);
    expect(heard).toBe(0);
    expect(client.closed).toBe(false);
    link.up();
    const [again, other] = await pair();
    again.write("clear");
    expect(String(await once(other, "data"))).toBe("clear");
  });

  it("trickles a few bytes at a time, in order", async () => {
    const [client, target] = await pair();
    const data = pattern(2 * KIB);
    const pieces: number[] = [];
    target.on("data", (chunk) => pieces.push(chunk.byteLength));
    const heard = all(target);
    link.trickle(data.byteLength);
    client.end(data);
    expect(Buffer.compare(await heard, data)).toBe(0);
    expect(pieces.length).toBeGreaterThan(20);
  });

  /** How many bytes each of the connections of a schedule carried before it was cut. */
  async function cutPositions(seed: number, schedule: Schedule): Promise<number[]> {
    const bad = await openLink(seed);
    const positions: number[] = [];
    onTarget = (socket) => socket.resume();
    const over = bad.disturb(schedule);
    while (positions.length < schedule.cuts) {
      const before = bad.stats.bytesUp;
      const client = dial(bad);
      const gone = errorOf(client);
      client.once("end", () => client.end());
      client.write(Buffer.alloc(256 * KIB));
      await gone;
      positions.push(bad.stats.bytesUp - before);
    }
    await over;
    expect(bad.stats).toMatchObject({ cuts: schedule.cuts, accepted: schedule.cuts });
    await bad[Symbol.asyncDispose]();
    return positions;
  }

  it("cuts at the bytes that its seed says, and as often as it was told", async () => {
    const schedule: Schedule = { bytes: [1, 100 * KIB], cuts: 12 };
    const positions = await cutPositions(42, schedule);
    for (const position of positions) {
      expect(position).toBeGreaterThanOrEqual(1);
      expect(position).toBeLessThanOrEqual(100 * KIB);
    }
    expect(new Set(positions).size).toBeGreaterThan(6);
    expect(await cutPositions(42, schedule)).toEqual(positions);
    expect(await cutPositions(43, schedule)).not.toEqual(positions);
  });

  it("disturbs without cutting, too: what was held up or trickled is whole", async () => {
    const data = pattern(64 * KIB);
    const over = link.disturb({ bytes: [KIB, 16 * KIB], cuts: 1, kinds: ["stall", "trickle"] });
    onTarget = async (socket) => {
      const heard = await all(socket);
      socket.end(heard);
    };
    const client = dial();
    client.end(data);
    expect(Buffer.compare(await all(client), data)).toBe(0);
    expect(link.stats.cuts).toBe(0);
    expect(link.stats.troubles).toBeGreaterThan(5);
    link.calm();
    await over;
  });
});

/** Bytes that are not the same when one is lost, doubled or moved. */
function pattern(bytes: number): Buffer {
  const words = new Uint32Array(bytes / 4);
  for (let index = 0; index < words.length; index += 1) words[index] = index;
  return Buffer.from(words.buffer);
}

/** Everything up to the end. */
async function all(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "end");
  return Buffer.concat(chunks);
}

/** The error code with which it closes; undefined without an error. */
async function errorOf(socket: Socket): Promise<string | undefined> {
  let code: string | undefined;
  socket.on("error", (error: NodeJS.ErrnoException) => {
    code = error.code;
  });
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
  return code;
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await turns(1);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
