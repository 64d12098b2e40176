/**
 * What the page sees of files that come and go, and what it can do about them; files of its own, and files behind URLs.
 */

import { Code } from "@connectrpc/connect";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { CommandFile } from "../../drivers/base/command.ts";
import type { Driver, DriverContext } from "../../drivers/base/driver.ts";
import { DriverError } from "../../drivers/base/error.ts";
import type { Image } from "../../drivers/base/image.ts";
import { type CallOptions, exportedCall, exportedMethods } from "../../drivers/base/methods.ts";
import { resourceArgument } from "../../drivers/base/resource.ts";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { createTestImages, joinBytes, streamOfBytes } from "../../drivers/testing/test-resources.ts";
import type { HttpRequest, HttpTransfer } from "./http-transfer.ts";
import { MAX_OPEN_FILES } from "./resource-table.ts";
import { type Connected, connect, driverNode, testDriver } from "./testing/connected.ts";
import { driverCall, FileClient } from "./testing/file-client.ts";
import { MAX_TRANSFERS } from "./transfers.ts";

const FLASHER = "test.Flasher";
const PATH = ["storage"];
const IMAGE = { sha256: "ab".repeat(32), size: 5 };

/** What the driver does with a file; the test decides, call by call. */
interface Script {
  flash(readable: ReadableStream<Uint8Array>, options: CallOptions): Promise<void>;
  dump(writable: WritableStream<Uint8Array>, options: CallOptions): Promise<void>;
  verify?(image: Image, target: string | null, options: CallOptions): Promise<void>;
}

async function readAll(readable: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readable) chunks.push(chunk);
  return joinBytes(chunks);
}

const OBEDIENT: Script = {
  flash: async (readable) => void (await readAll(readable)),
  dump: async (writable) => {
    const writer = writable.getWriter();
    await writer.write(Uint8Array.of(1, 2, 3));
    await writer.close();
  },
};

function flasher(script: Script): (context: DriverContext) => Driver {
  return ({ resources }) =>
    testDriver({
      category: "storage",
      methods: exportedMethods({
        flash: exportedCall(
          { source: resourceArgument, target: v.nullish(v.union([v.string(), v.number()])) },
          async ({ source }, options) => {
            const { readable } = await resources.read(source, options);
            await script.flash(readable, options);
          },
        ),
        dump: exportedCall({ to: resourceArgument }, async ({ to }, options) => {
          await script.dump(await resources.write(to, options), options);
        }),
      }),
      ...(script.verify === undefined
        ? {}
        : {
            verify: async (image, target, options) => {
              await script.verify?.(image, target, options);
              return { matches: true, detail: "5 bytes are the same" };
            },
          }),
    });
}

interface Bench extends Connected {
  readonly uuid: string;
  readonly clock: ManualClock;
  readonly changes: { count: number };
}

async function bench(script: Partial<Script> = {}, http?: HttpTransfer): Promise<Bench> {
  const clock = new ManualClock();
  const changes = { count: 0 };
  const world = await connect({
    children: [driverNode("storage", FLASHER)],
    drivers: { [FLASHER]: flasher({ ...OBEDIENT, ...script }) },
    clock,
    onChange: () => {
      changes.count += 1;
    },
    ...(http === undefined ? {} : { http }),
  });
  const [storage] = world.exporter.root.children;
  if (storage?.kind !== "instance") throw new Error("the bench has no storage");
  return { ...world, uuid: storage.uuid, clock, changes };
}

/** A file of the page's own, that a test looks at from the other side. */
function pageFile(bytes: Uint8Array, name = "disk.img") {
  const state: { cancelled: unknown } = { cancelled: undefined };
  let at = 0;
  const readable = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.subarray(at, at + 2));
        at += 2;
      },
      cancel(reason) {
        state.cancelled = reason ?? "without a reason";
      },
    },
    { highWaterMark: 0 },
  );
  const file: CommandFile = { direction: "to-driver", readable, size: bytes.length, name, encoding: null };
  return { file, state };
}

function pageTarget() {
  const chunks: Uint8Array[] = [];
  const state: { end: unknown } = { end: undefined };
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) => void chunks.push(chunk),
    close: () => {
      state.end = "closed";
    },
    abort: (reason) => {
      state.end = reason;
    },
  });
  const file: CommandFile = { direction: "from-driver", writable, encoding: null };
  return { file, state, bytes: () => joinBytes(chunks) };
}

const { signal: NEVER } = new AbortController();
const FIVE = Uint8Array.of(1, 2, 3, 4, 5);

describe("a transfer", () => {
  it("is what a client's call with a file looks like on the page", async () => {
    const reached = Promise.withResolvers<CallOptions>();
    const go = Promise.withResolvers<void>();
    await using world = await bench({
      flash: async (readable, options) => {
        await readAll(readable);
        reached.resolve(options);
        await go.promise;
      },
    });
    const { exporter, clock, transport, uuid } = world;
    const file = await FileClient.open(transport, uuid);
    void file.sendFile(FIVE);
    const startedAt = clock.now();
    const call = driverCall(transport, uuid, "flash", [file.handle, "uboot"]);
    const { report } = await reached.promise;
    expect(exporter.transfers).toEqual([
      {
        id: expect.stringMatching(/./),
        path: PATH,
        method: "flash",
        direction: "to-device",
        target: "uboot",
        name: undefined,
        by: "client",
        startedAt,
        endedAt: undefined,
        state: "running",
        step: { phase: "receiving", done: 5, total: undefined, since: startedAt },
        message: undefined,
        image: undefined,
      },
    ]);
    await clock.advance(10);
    report?.step({ phase: "writing", done: 0, total: 5 });
    report?.image(IMAGE);
    await clock.advance(10);
    const before = world.changes.count;
    report?.step({ phase: "writing", done: 3, total: 5 });
    expect(world.changes.count).toBeGreaterThan(before);
    expect(exporter.transfers).toMatchObject([
      { step: { phase: "writing", done: 3, total: 5, since: startedAt + 10 }, image: IMAGE },
    ]);
    go.resolve();
    await call;
    expect(exporter.transfers).toMatchObject([
      { state: "done", endedAt: startedAt + 20, step: { phase: "writing", done: 3, total: 5 }, image: IMAGE },
    ]);
    report?.step({ phase: "writing", done: 4, total: 5 });
    expect(exporter.transfers).toMatchObject([{ step: { done: 3 } }]);
  });

  it("goes the way that the driver opens its file", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    void file.end();
    await driverCall(world.transport, world.uuid, "dump", [file.handle]);
    expect(world.exporter.transfers).toMatchObject([
      {
        method: "dump",
        direction: "from-device",
        target: undefined,
        step: { phase: "reading", done: 3, total: 3 },
      },
    ]);
  });

  it("has failed with the driver's sentence", async () => {
    await using world = await bench({
      flash: async () => {
        throw new DriverError("device-io", "the chip did not answer");
      },
    });
    const file = await FileClient.open(world.transport, world.uuid);
    await expect(driverCall(world.transport, world.uuid, "flash", [file.handle, 4096])).rejects.toThrow();
    expect(world.exporter.transfers).toMatchObject([
      { state: "failed", message: "the chip did not answer", target: "4096", endedAt: expect.any(Number) },
    ]);
  });

  it("has failed also when its handle was no good", async () => {
    await using world = await bench();
    const handle = { kind: "client_stream", uuid: crypto.randomUUID() };
    await expect(driverCall(world.transport, world.uuid, "flash", [handle])).rejects.toThrow();
    expect(world.exporter.transfers).toMatchObject([
      { state: "failed", message: expect.stringMatching(/^the file's handle is unknown/) },
    ]);
  });

  it("is cancelled when its client goes", async () => {
    const reached = Promise.withResolvers<void>();
    await using world = await bench({
      flash: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          reached.resolve();
        }),
    });
    const file = await FileClient.open(world.transport, world.uuid);
    const client = new AbortController();
    const call = driverCall(world.transport, world.uuid, "flash", [file.handle], { signal: client.signal });
    await reached.promise;
    client.abort();
    file.vanish();
    await expect(call).rejects.toMatchObject({ code: Code.Canceled });
    // The page hears of it with the messages before the next answer.
    await expect(driverCall(world.transport, world.uuid, "none", [])).rejects.toThrow();
    expect(world.exporter.transfers).toMatchObject([{ state: "cancelled", message: expect.any(String) }]);
  });

  it("is cancelled on the page, also when the driver does not listen", async () => {
    const reached = Promise.withResolvers<AbortSignal>();
    await using world = await bench({
      flash: (_, { signal }) => {
        reached.resolve(signal);
        return new Promise(() => undefined);
      },
    });
    const { exporter, transport, uuid, clock } = world;
    const file = await FileClient.open(transport, uuid);
    const call = driverCall(transport, uuid, "flash", [file.handle]);
    const signal = await reached.promise;
    exporter.cancelTransfer("another");
    expect(signal.aborted).toBe(false);
    exporter.cancelTransfer(exporter.transfers[0]?.id ?? "");
    expect(signal.aborted).toBe(true);
    const failure = { code: Code.Unknown, rawMessage: "cancelled on the page of the exporter" };
    await expect(call).rejects.toMatchObject(failure);
    await clock.advance(1000);
    expect(await file.received).toMatchObject({ goaway: false, error: failure });
    expect(exporter.transfers).toMatchObject([
      { state: "cancelled", message: "cancelled on the page of the exporter" },
    ]);
    exporter.cancelTransfer(exporter.transfers[0]?.id ?? "");
    expect(exporter.transfers).toHaveLength(1);
  });

  it("leads the list while it runs, and is one of so many that have ended", async () => {
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    await using world = await bench({
      flash: async (readable) => {
        const bytes = await readAll(readable);
        if (bytes.length !== 1) return;
        reached.resolve();
        await go.promise;
      },
    });
    const { exporter } = world;
    const send = (bytes: Uint8Array, name: string): Promise<unknown> => {
      const handle = exporter.resource(PATH, pageFile(bytes, name).file, NEVER);
      return exporter.call(PATH, "flash", [handle], NEVER);
    };
    const first = send(Uint8Array.of(1), "first");
    await reached.promise;
    for (let count = 0; count <= MAX_TRANSFERS; count += 1) await send(FIVE, String(count));
    const names = exporter.transfers.map(({ name }) => name);
    expect(names).toHaveLength(MAX_TRANSFERS + 1);
    expect(names[0]).toBe(String(MAX_TRANSFERS));
    expect(names.at(-1)).toBe("first");
    expect(names).not.toContain("0");
    go.resolve();
    await first;
    expect(exporter.transfers).toHaveLength(MAX_TRANSFERS);
    expect(exporter.transfers.map(({ name }) => name)).not.toContain("first");
  });

  it("is not made of a call without a file", async () => {
    await using world = await bench();
    await expect(world.exporter.call(PATH, "flash", ["no file"], NEVER)).rejects.toThrow(
      /no resource handle/,
    );
    expect(world.exporter.transfers).toEqual([]);
  });
});

describe("verify()", () => {
  it("is a transfer of the page's own, with the image that it is about", async () => {
    const images = createTestImages();
    using image = await images.receive(streamOfBytes(FIVE), { signal: NEVER });
    await using world = await bench({
      verify: async (_, target, { report }) =>
        report?.step({ phase: `reading ${target}`, done: 5, total: 5 }),
    });
    expect(await world.exporter.verify(PATH, image, "uboot", NEVER)).toMatchObject({ matches: true });
    expect(world.exporter.transfers).toMatchObject([
      {
        method: "verify",
        direction: "from-device",
        by: "page",
        target: "uboot",
        state: "done",
        step: { phase: "reading uboot" },
        image: { sha256: image.sha256, size: 5 },
      },
    ]);
  });

  it("is refused by a driver that cannot read back", async () => {
    using image = await createTestImages().receive(streamOfBytes(FIVE), { signal: NEVER });
    await using world = await bench();
    await expect(world.exporter.verify(PATH, image, null, NEVER)).rejects.toMatchObject({
      code: "not-implemented",
    });
  });
});

describe("a file of the page's own", () => {
  it("is read with its name and its size, and its call is the page's", async () => {
    const got: Uint8Array[] = [];
    await using world = await bench({ flash: async (readable) => void got.push(await readAll(readable)) });
    const { file } = pageFile(FIVE);
    const handle = world.exporter.resource(PATH, file, NEVER);
    await world.exporter.call(PATH, "flash", [handle], NEVER);
    expect(got).toEqual([FIVE]);
    expect(world.exporter.transfers).toMatchObject([{ by: "page", name: "disk.img", state: "done" }]);
  });

  it("is over with its call: whoever goes later stops nothing", async () => {
    const signals: AbortSignal[] = [];
    await using world = await bench({
      flash: async (readable, { signal }) => {
        await readAll(readable);
        signals.push(signal);
      },
    });
    const page = new AbortController();
    const handle = world.exporter.resource(PATH, pageFile(FIVE).file, page.signal);
    await world.exporter.call(PATH, "flash", [handle], page.signal);
    page.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    expect(world.exporter.transfers).toMatchObject([{ state: "done" }]);
  });

  it("takes what the driver writes, and is closed with it", async () => {
    await using world = await bench();
    const { file, state, bytes } = pageTarget();
    const handle = world.exporter.resource(PATH, file, NEVER);
    await world.exporter.call(PATH, "dump", [handle], NEVER);
    expect(bytes()).toEqual(Uint8Array.of(1, 2, 3));
    expect(state.end).toBe("closed");
  });

  it("is cancelled behind what the driver has read of it", async () => {
    await using world = await bench({
      flash: async (readable) => {
        await readable.getReader().read();
      },
    });
    const { file, state } = pageFile(FIVE);
    const handle = world.exporter.resource(PATH, file, NEVER);
    await world.exporter.call(PATH, "flash", [handle], NEVER);
    expect(state.cancelled).toMatchObject({ message: "the call that the file belongs to is over" });
  });

  it("is aborted when the driver fails in the middle", async () => {
    await using world = await bench({
      dump: async (writable) => {
        await writable.getWriter().write(FIVE);
        throw new DriverError("device-io", "the chip did not answer");
      },
    });
    const { file, state } = pageTarget();
    const handle = world.exporter.resource(PATH, file, NEVER);
    await expect(world.exporter.call(PATH, "dump", [handle], NEVER)).rejects.toMatchObject({
      code: "device-io",
    });
    expect(state.end).toMatchObject({ message: expect.stringContaining("the chip did not answer") });
  });

  it("ends with its call also when the driver has no such method", async () => {
    await using world = await bench();
    const source = pageFile(FIVE);
    const target = pageTarget();
    for (const { file } of [source, target]) {
      const handle = world.exporter.resource(PATH, file, NEVER);
      await expect(world.exporter.call(PATH, "burn", [handle], NEVER)).rejects.toThrow(/burn not found/);
    }
    expect(source.state.cancelled).toMatchObject({ message: expect.stringContaining("burn not found") });
    expect(target.state.end).toMatchObject({ message: expect.stringContaining("burn not found") });
  });

  it("is good for one call", async () => {
    await using world = await bench();
    const handle = world.exporter.resource(PATH, pageFile(FIVE).file, NEVER);
    await world.exporter.call(PATH, "flash", [handle], NEVER);
    await expect(world.exporter.call(PATH, "flash", [handle], NEVER)).rejects.toThrow(/handle is unknown/);
  });

  it("ends when whoever has made it goes before the call", async () => {
    await using world = await bench();
    const { file, state } = pageFile(FIVE);
    const page = new AbortController();
    const handle = world.exporter.resource(PATH, file, page.signal);
    page.abort(new Error("the hook is over"));
    expect(state.cancelled).toMatchObject({ message: "the hook is over" });
    await expect(world.exporter.call(PATH, "flash", [handle], NEVER)).rejects.toThrow(/handle is unknown/);
  });

  it("ends when it gets no handle", async () => {
    const source = pageFile(FIVE);
    const target = pageTarget();
    await using world = await bench();
    const gone = AbortSignal.abort(new Error("the hook is over"));
    expect(() => world.exporter.resource(PATH, source.file, gone)).toThrow("the hook is over");
    expect(source.state.cancelled).toMatchObject({ message: "the hook is over" });
    const { signal } = new AbortController();
    for (let open = 0; open < MAX_OPEN_FILES; open += 1) {
      world.exporter.resource(PATH, pageFile(FIVE).file, signal);
    }
    const refusal = /^64 files are open for calls/;
    expect(() => world.exporter.resource(PATH, target.file, signal)).toThrow(refusal);
    expect(target.state.end).toMatchObject({ message: expect.stringMatching(refusal) });
  });

  for (const [method, file, message] of [
    ["flash", () => pageTarget().file, "the call reads the file, and it is there to be written"],
    ["dump", () => pageFile(FIVE).file, "the call writes the file, and it is there to be read"],
  ] as const) {
    it(`is refused by ${method} when it goes the other way`, async () => {
      await using world = await bench();
      const handle = world.exporter.resource(PATH, file(), NEVER);
      await expect(world.exporter.call(PATH, method, [handle], NEVER)).rejects.toThrow(message);
    });
  }

  it("breaks off with a sentence when it cannot be read", async () => {
    await using world = await bench();
    const readable = streamOfBytes(FIVE, { error: new DOMException("it has changed", "NotReadableError") });
    const file: CommandFile = { direction: "to-driver", readable, size: 9, name: "a", encoding: null };
    const handle = world.exporter.resource(PATH, file, NEVER);
    await expect(world.exporter.call(PATH, "flash", [handle], NEVER)).rejects.toMatchObject({
      code: "other",
      message: "the file broke off: it has changed",
    });
  });
});

describe("a file behind a URL", () => {
  class Internet implements HttpTransfer {
    readonly requests: HttpRequest[] = [];
    readonly source = pageFile(FIVE);
    readonly target = pageTarget();

    async get(request: HttpRequest) {
      this.requests.push(request);
      if (this.source.file.direction !== "to-driver") throw new Error("it is a source");
      return { readable: this.source.file.readable, size: 5 };
    }

    async put(request: HttpRequest) {
      this.requests.push(request);
      if (this.target.file.direction !== "from-driver") throw new Error("it is a target");
      return this.target.file.writable;
    }
  }

  const request = (method: string) => ({
    kind: "presigned_request",
    url: "https://images.example/a%20b/disk%201.img?signature=secret",
    method,
    headers: { "x-key": "value" },
  });

  it("R14: is got by the exporter, and named by its URL", async () => {
    const internet = new Internet();
    const got: Uint8Array[] = [];
    await using world = await bench({ flash: async (all) => void got.push(await readAll(all)) }, internet);
    await driverCall(world.transport, world.uuid, "flash", [request("GET"), null]);
    expect(got).toEqual([FIVE]);
    expect(internet.requests).toMatchObject([{ url: request("GET").url, headers: { "x-key": "value" } }]);
    expect(world.exporter.transfers).toMatchObject([{ by: "client", name: "disk 1.img", state: "done" }]);
  });

  it("is put there by the exporter", async () => {
    const internet = new Internet();
    await using world = await bench({}, internet);
    await driverCall(world.transport, world.uuid, "dump", [request("PUT")]);
    expect(internet.target.bytes()).toEqual(Uint8Array.of(1, 2, 3));
    expect(internet.target.state.end).toBe("closed");
    expect(world.exporter.transfers).toMatchObject([{ direction: "from-device", state: "done" }]);
  });

  it("is let go of behind the part that the driver wanted", async () => {
    const internet = new Internet();
    await using world = await bench(
      { flash: async (readable) => void (await readable.getReader().read()) },
      internet,
    );
    await driverCall(world.transport, world.uuid, "flash", [request("GET")]);
    expect(internet.source.state.cancelled).toBeDefined();
  });

  it("is aborted when the driver fails while it is put", async () => {
    const internet = new Internet();
    await using world = await bench(
      {
        dump: async () => {
          throw new DriverError("device-io", "the chip did not answer");
        },
      },
      internet,
    );
    await expect(driverCall(world.transport, world.uuid, "dump", [request("PUT")])).rejects.toThrow();
    expect(internet.target.state.end).toMatchObject({ message: expect.stringContaining("did not answer") });
  });

  for (const [method, wrong, message] of [
    ["flash", "PUT", "the call reads from the URL, which needs a GET request: this one is a PUT"],
    ["dump", "GET", "the call writes to the URL, which needs a PUT request: this one is a GET"],
  ] as const) {
    it(`is refused by ${method} with a ${wrong} request`, async () => {
      await using world = await bench({}, new Internet());
      await expect(driverCall(world.transport, world.uuid, method, [request(wrong)])).rejects.toMatchObject({
        code: Code.InvalidArgument,
        rawMessage: message,
      });
    });
  }

  it("R16: fails the call with the sentence of the transfer", async () => {
    const refuse = async (): Promise<never> => {
      throw new DriverError("other", "GET https://images.example/a.img failed: status=404");
    };
    await using world = await bench({}, { get: refuse, put: refuse });
    await expect(driverCall(world.transport, world.uuid, "flash", [request("GET")])).rejects.toMatchObject({
      code: Code.Unknown,
      rawMessage: "GET https://images.example/a.img failed: status=404",
    });
  });
});
