import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DelayLink } from "./delay-link.ts";

/** 40 ms each way: much, beside the milliseconds that a timer may be off. */
const DELAY_MS = 40;
/** 2 ms: timers and the clock count from other moments. */
const TIMER_MS = 2;

describe("DelayLink", () => {
  let server: Server;
  let link: DelayLink;
  let client: Socket;
  let target: Socket;

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    link = await DelayLink.open({ host: "127.0.0.1", port: portOf(server), delayMs: DELAY_MS });
    const met = once(server, "connection");
    client = connect({ host: "127.0.0.1", port: Number(link.address.split(":")[1]), allowHalfOpen: true });
    [target] = await met;
  });

  afterEach(async () => {
    client.destroy();
    target.destroy();
    await link[Symbol.asyncDispose]();
    server.close();
    await once(server, "close");
  });

  it("passes on every byte, in order, and the end of each direction by itself", async () => {
    const up = pattern(20 * 2 ** 20);
    const down = pattern(300_001);
    const [heardUp, heardDown] = [buffer(target), buffer(client)];
    client.end(up);
    expect((await heardUp).equals(up)).toBe(true);
    target.end(down);
    expect((await heardDown).equals(down)).toBe(true);
  });

  it("takes its time each way, and not for each byte", async () => {
    target.on("data", (bytes) => target.write(bytes));
    const began = performance.now();
    client.write("first");
    client.write(" and second");
    let heard = "";
    for await (const bytes of client) {
      heard += String(bytes);
      if (heard.length === "first and second".length) break;
    }
    expect(heard).toBe("first and second");
    expect(performance.now() - began).toBeGreaterThan(2 * (DELAY_MS - TIMER_MS));
  });

  it("breaks at one side when it breaks at the other", async () => {
    const broken = Promise.withResolvers<unknown>();
    client.on("error", broken.resolve);
    target.write("last words");
    expect(String((await once(client, "data"))[0])).toBe("last words");
    target.resetAndDestroy();
    client.resume();
    expect(await broken.promise).toMatchObject({ code: "ECONNRESET" });
  });
});

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has an address");
  return address.port;
}

/** Bytes of which no piece is like another. */
function pattern(bytes: number): Buffer {
  const made = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) made.writeUInt32LE((at * 2_654_435_761) % 2 ** 32, at);
  return made;
}
