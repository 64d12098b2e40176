import { afterEach, describe, expect, it } from "vitest";
import { STREAM_PORT_CREDIT, STREAM_PORT_WRITE_CREDIT, type StreamPortMessage } from "../messages.ts";
import type { PageStreamItem } from "../ui/model.ts";
import { streamOverPort } from "./stream-port.ts";

const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

/** A stream, and the worker's end of it as a list of messages that can be awaited. */
function setup(now?: () => number) {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  const received: StreamPortMessage[] = [];
  let wake = (): void => {};
  port2.onmessage = ({ data }: MessageEvent<StreamPortMessage>) => {
    received.push(data);
    wake();
  };
  return {
    stream: streamOverPort(port1, now),
    worker: port2,
    received,
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const utf8 = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);

describe("streamOverPort()", () => {
  it("hands over what the worker sends, in order, and says what was left out", async () => {
    const { stream, worker } = setup();
    worker.postMessage({ kind: "data", bytes: utf8("login: ") });
    worker.postMessage({ kind: "skipped", bytes: 12 });
    worker.postMessage({ kind: "closed", message: undefined });
    const items: PageStreamItem[] = [];
    for await (const item of stream.items) items.push(item);
    expect(
      items.map((item) =>
        "text" in item ? item.text : item.kind === "data" ? text(item.bytes) : item.bytes,
      ),
    ).toEqual(["login: ", 12]);
  });

  it("gives credit back only when an item was consumed", async () => {
    const { stream, worker, received, until } = setup();
    worker.postMessage({ kind: "data", bytes: utf8("abc") });
    const items = stream.items[Symbol.asyncIterator]();
    await items.next();
    expect(received).toEqual([]);
    const next = items.next();
    await until(() => received.length === 1);
    expect(received[0]).toEqual({ kind: "credit", bytes: 3 });
    stream.close();
    await next;
  });

  it("joins what came while the reader was busy, up to where bytes are missing, and gives its credit back at once", async () => {
    const { stream, worker, received, until } = setup();
    for (const piece of ["a", "bc", "d"]) worker.postMessage({ kind: "data", bytes: utf8(piece) });
    worker.postMessage({ kind: "skipped", bytes: 7 });
    for (const piece of ["e", "f"]) worker.postMessage({ kind: "data", bytes: utf8(piece) });
    worker.postMessage({ kind: "credit", bytes: 1 });
    // More than the credit: it is through when the message after all the pieces has arrived.
    await stream.write(new Uint8Array(STREAM_PORT_WRITE_CREDIT + 1));
    const items = stream.items[Symbol.asyncIterator]();
    const shown: (string | number)[] = [];
    for (let item = 0; item < 3; item += 1) {
      const { value } = await items.next();
      shown.push(value.kind === "data" ? text(value.bytes) : value.bytes);
    }
    expect(shown).toEqual(["abcd", 7, "ef"]);
    const last = items.next();
    const credits = () => received.filter(({ kind }) => kind === "credit");
    await until(() => credits().length === 2);
    expect(credits()).toEqual([
      { kind: "credit", bytes: 4 },
      { kind: "credit", bytes: 2 },
    ]);
    stream.close();
    await last;
  });

  it("never sends more than its credit, and goes on when it gets more", async () => {
    const { stream, worker, received, until } = setup();
    const total = STREAM_PORT_WRITE_CREDIT + 10;
    const written = stream.write(new Uint8Array(total));
    await until(() => received.length === 1);
    expect(received[0]).toMatchObject({ kind: "data", bytes: { byteLength: STREAM_PORT_WRITE_CREDIT } });
    worker.postMessage({ kind: "credit", bytes: 100 });
    await written;
    await until(() => received.length === 2);
    expect(received[1]).toMatchObject({ kind: "data", bytes: { byteLength: 10 } });
  });

  for (const [what, takesMs, most] of [
    ["more and more at once to a device that is fast", 10, STREAM_PORT_CREDIT],
    ["no more at once to a device that is slow", 200, STREAM_PORT_WRITE_CREDIT],
  ] as const) {
    it(`sends ${what}`, async () => {
      let time = 0;
      const { stream, worker, received, until } = setup(() => time);
      const written = stream.write(new Uint8Array(2 * STREAM_PORT_CREDIT));
      let over = false;
      void written.then(() => {
        over = true;
      });
      let largest = 0;
      while (!over) {
        await until(() => received.length > 0);
        const bytes = received
          .splice(0)
          .reduce((sum, item) => sum + (item.kind === "data" ? item.bytes.length : 0), 0);
        largest = Math.max(largest, bytes);
        time += takesMs;
        worker.postMessage({ kind: "credit", bytes });
        await Promise.race([written, until(() => received.length > 0)]);
      }
      expect(largest).toBeLessThanOrEqual(most);
      expect(largest).toBeGreaterThanOrEqual(most / 2);
    });
  }

  it("sends less at once again when a device becomes slow", async () => {
    let time = 0;
    const { stream, worker, received, until } = setup(() => time);
    const total = 8 * STREAM_PORT_WRITE_CREDIT;
    void stream.write(new Uint8Array(total));
    const take = async (takesMs: number) => {
      await until(() => received.length > 0);
      const [message] = received.splice(0);
      const bytes = message?.kind === "data" ? message.bytes.length : 0;
      time += takesMs;
      worker.postMessage({ kind: "credit", bytes });
      return bytes;
    };
    expect(await take(10)).toBe(STREAM_PORT_WRITE_CREDIT);
    expect(await take(1000)).toBe(2 * STREAM_PORT_WRITE_CREDIT);
    expect(await take(1000)).toBe(STREAM_PORT_WRITE_CREDIT);
  });

  it("sends the bytes of a view and not those around it", async () => {
    const { stream, received, until } = setup();
    await stream.write(utf8("xxhixx").subarray(2, 4));
    await until(() => received.length === 1);
    const [message] = received;
    expect(message?.kind === "data" && text(message.bytes)).toBe("hi");
  });

  it("throws the sentence of a stream that failed, after what came before it", async () => {
    const { stream, worker } = setup();
    worker.postMessage({ kind: "data", bytes: utf8("a") });
    worker.postMessage({ kind: "closed", message: "the device is gone: plug it in" });
    const items = stream.items[Symbol.asyncIterator]();
    expect((await items.next()).value).toMatchObject({ kind: "data" });
    await expect(items.next()).rejects.toThrow("the device is gone: plug it in");
  });

  it("lets a writer go when the stream ends under it", async () => {
    const { stream, worker } = setup();
    const written = stream.write(new Uint8Array(STREAM_PORT_WRITE_CREDIT + 1));
    worker.postMessage({ kind: "closed", message: undefined });
    await expect(written).resolves.toBeUndefined();
  });

  it("tells the worker once when the page closes it", async () => {
    const { stream, received, until } = setup();
    stream.close();
    stream.close();
    await until(() => received.length === 1);
    expect(received).toEqual([{ kind: "closed", message: undefined }]);
  });
});
