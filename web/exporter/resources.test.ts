/**
 * Files that go with driver calls, from a client through the tunnel to a driver and back.
 */

import { Code, createClient } from "@connectrpc/connect";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver, DriverContext } from "../../drivers/base/driver.ts";
import { DriverError } from "../../drivers/base/error.ts";
import { exportedCall, exportedMethods, exportedStreamingCall } from "../../drivers/base/methods.ts";
import { type Encoding, resourceArgument } from "../../drivers/base/resource.ts";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { joinBytes } from "../../drivers/testing/test-resources.ts";
import { CLIENT_HEADER } from "../../proto/client-header.ts";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import type { Codecs } from "./codecs.ts";
import { FAILURE_GRACE_MS, UNUSED_FILE_MS } from "./resource-stream.ts";
import { MAX_OPEN_FILES } from "./resource-table.ts";
import { CLIENT_END_GRACE_MS } from "./router-stream.ts";
import { type Connected, connect, driverNode, testDriver } from "./testing/connected.ts";
import { CLIENT_CHUNK_BYTES, driverCall, FileClient } from "./testing/file-client.ts";

const FLASHER = "test.Flasher";

/** What a test sees of the flashers of its bench, and how it holds them up. */
class Workshop {
  readonly kept = new Map<string | undefined, Uint8Array>();
  /** How the driver's reading, or writing, has ended: "end", or what it failed with. */
  readonly ends: string[] = [];
  readonly #reached = Promise.withResolvers<void>();
  readonly #go = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();

  /** A driver waits at `hold`. */
  get held(): Promise<void> {
    return this.#reached.promise;
  }

  /** Let it go on. */
  go(): void {
    this.#go.resolve();
  }

  hold(): Promise<void> {
    this.#reached.resolve();
    return this.#go.promise;
  }

  /** A driver has heard how its file ended. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  end(reason: unknown): void {
    this.ends.push(reason instanceof DriverError ? `${reason.code}: ${reason.message}` : String(reason));
    this.#over.resolve();
  }
}

/** A driver whose methods do with files what drivers do, and what they should not. */
function flasher(shop: Workshop): (context: DriverContext) => Driver {
  return ({ resources }) => {
    const source = { source: resourceArgument, target: v.optional(v.string()) };
    const to = { to: resourceArgument, target: v.optional(v.string()) };
    /** All that there is; `pauseAt`: it waits when it has so many bytes. */
    const readAll = async (readable: ReadableStream<Uint8Array>, pauseAt = Number.POSITIVE_INFINITY) => {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      try {
        for await (const chunk of readable) {
          const before = bytes;
          bytes += chunk.length;
          if (before < pauseAt && bytes >= pauseAt) await shop.hold();
          chunks.push(chunk);
        }
        shop.end("end");
      } catch (error) {
        shop.end(error);
        throw error;
      }
      return joinBytes(chunks);
    };
    return testDriver({
      category: "storage",
      methods: exportedMethods({
        on: exportedCall({}, () => "on"),
        flash: exportedCall(source, async (args, options) => {
          const { readable } = await resources.read(args.source, options);
          shop.kept.set(args.target, await readAll(readable));
        }),
        flash_slowly: exportedCall(source, async (args, options) => {
          const { readable } = await resources.read(args.source, options);
          shop.kept.set(args.target, await readAll(readable, 1));
        }),
        flash_part: exportedCall(source, async (args, options) => {
          const { readable } = await resources.read(args.source, options);
          const { value } = await readable.getReader().read();
          return value?.length ?? 0;
        }),
        flash_nothing: exportedCall(source, () => null),
        flash_badly: exportedCall(source, async (args, options) => {
          const { readable } = await resources.read(args.source, options);
          await readable.getReader().read();
          throw new DriverError("device-io", "the chip did not answer");
        }),
        flash_twice: exportedCall(source, async (args, options) => {
          await resources.read(args.source, options);
          await resources.read(args.source, options);
        }),
        flash_live: exportedStreamingCall(source, async function* (args, options) {
          const { readable } = await resources.read(args.source, options);
          let bytes = 0;
          for await (const chunk of readable) {
            bytes += chunk.length;
            yield bytes;
          }
        }),
        dump: exportedCall(to, async (args, options) => {
          const writer = (await resources.write(args.to, options)).getWriter();
          const bytes = shop.kept.get(args.target);
          if (bytes !== undefined) await writer.write(bytes);
          await writer.close();
        }),
        dump_badly: exportedCall(to, async (args, options) => {
          const writer = (await resources.write(args.to, options)).getWriter();
          await writer.write(random(CLIENT_CHUNK_BYTES));
          throw new DriverError("device-io", "the chip did not answer");
        }),
        dump_part: exportedCall(to, async (args, options) => {
          const writer = (await resources.write(args.to, options)).getWriter();
          await writer.write(random(CLIENT_CHUNK_BYTES));
        }),
        dump_aborted: exportedCall(to, async (args, options) => {
          const writable = await resources.write(args.to, options);
          await writable.abort(new Error("the chip is empty"));
        }),
        dump_endless: exportedCall(to, async (args, options) => {
          const writer = (await resources.write(args.to, options)).getWriter();
          await writer.write(random(CLIENT_CHUNK_BYTES));
          await shop.hold();
          try {
            for (;;) await writer.write(random(CLIENT_CHUNK_BYTES));
          } catch (error) {
            shop.end(error);
            throw error;
          }
        }),
      }),
    });
  };
}

interface Bench extends Connected {
  readonly shop: Workshop;
  readonly uuid: string;
  readonly other: string;
}

async function bench(options: Partial<Parameters<typeof connect>[0]> = {}): Promise<Bench> {
  const shop = new Workshop();
  const world = await connect({
    children: [driverNode("storage", FLASHER), driverNode("other", FLASHER)],
    drivers: { [FLASHER]: flasher(shop) },
    ...options,
  });
  return { ...world, shop, uuid: uuidOf(world, "storage"), other: uuidOf(world, "other") };
}

function uuidOf({ exporter }: Connected, name: string): string {
  const child = exporter.root.children.find((candidate) => candidate.name === name);
  if (child?.kind !== "instance") throw new Error(`there is no driver ${name}`);
  return child.uuid;
}

/** Always the same, and no two chunks alike. */
function random(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = Math.imul(index, 2_654_435_761) >>> 24;
  return bytes;
}

/** Where two files differ; a comparison byte by byte, since those of test libraries take seconds. */
function firstDifference(a: Uint8Array | undefined, b: Uint8Array): number | undefined {
  if (a?.length !== b.length) return Math.min(a?.length ?? 0, b.length);
  const index = a.findIndex((byte, at) => byte !== b[at]);
  return index < 0 ? undefined : index;
}

interface Protocol {
  readonly timeoutMs?: number;
}

/** Straight from the tunnel, and by way of Connect, which alone knows deadlines. */
const PROTOCOLS: readonly (readonly [string, Protocol])[] = [
  ["gRPC", {}],
  ["Connect's gRPC", { timeoutMs: 600_000 }],
];

async function flash(
  { transport }: Connected,
  driver: string,
  bytes: Uint8Array,
  { target, encoding, ...protocol }: Protocol & { target?: string; encoding?: string } = {},
): Promise<void> {
  const file = await FileClient.open(transport, driver, { encoding, ...protocol });
  void file.sendFile(bytes);
  await driverCall(transport, driver, "flash", [file.handle, target ?? null]);
  expect(await file.received).toMatchObject({ goaway: true, error: undefined });
}

async function dump(
  { transport }: Connected,
  driver: string,
  { target, encoding, ...protocol }: Protocol & { target?: string; encoding?: string } = {},
): Promise<Uint8Array> {
  const file = await FileClient.open(transport, driver, { encoding, ...protocol });
  void file.end();
  await driverCall(transport, driver, "dump", [file.handle, target ?? null]);
  const { bytes, goaway, error } = await file.received;
  expect({ goaway, error }).toEqual({ goaway: true, error: undefined });
  return bytes;
}

for (const [name, protocol] of PROTOCOLS) {
  describe(`a file that goes with a call, over ${name}`, () => {
    it("R01: is what was flashed when it is dumped", async () => {
      await using world = await bench();
      await flash(world, world.uuid, random(5), protocol);
      expect(await dump(world, world.uuid, protocol)).toEqual(random(5));
    });

    it("R02: is kept under its target, apart from the others", async () => {
      await using world = await bench();
      await flash(world, world.uuid, random(100), protocol);
      await flash(world, world.uuid, random(300_000), { ...protocol, target: "uboot" });
      const uboot = await dump(world, world.uuid, { ...protocol, target: "uboot" });
      expect(firstDifference(uboot, random(300_000))).toBeUndefined();
      expect(await dump(world, world.uuid, protocol)).toEqual(random(100));
    });

    it("R04: may be empty", async () => {
      await using world = await bench();
      await flash(world, world.uuid, random(0), protocol);
      expect(world.shop.kept.get(undefined)).toEqual(random(0));
    });

    it("R05: has no data frame when there is nothing to dump, and ends in order", async () => {
      await using world = await bench();
      expect(await dump(world, world.uuid, protocol)).toEqual(random(0));
    });

    it("is whole at the half-close, also without GOAWAY", async () => {
      await using world = await bench();
      const file = await FileClient.open(world.transport, world.uuid, protocol);
      void file.send(random(7)).then(() => file.halfClose());
      await driverCall(world.transport, world.uuid, "flash", [file.handle]);
      expect(world.shop.kept.get(undefined)).toEqual(random(7));
    });

    it("is not whole when the client has gone, and the driver hears of it", async () => {
      await using world = await bench();
      const file = await FileClient.open(world.transport, world.uuid, protocol);
      await file.send(random(CLIENT_CHUNK_BYTES));
      const call = driverCall(world.transport, world.uuid, "flash_slowly", [file.handle]);
      await world.shop.held;
      file.vanish();
      await file.received;
      world.shop.go();
      await expect(call).rejects.toMatchObject({
        code: Code.Unavailable,
        rawMessage: expect.stringMatching(/^the stream of the client's file broke off after 65536 bytes: /),
      });
      expect(world.shop.kept.size).toBe(0);
      expect(world.shop.ends).toEqual([
        expect.stringMatching(/^connection: the stream of the client's file/),
      ]);
    });

    it("is not whole when its call alone was cancelled, though the client ends it in order", async () => {
      const clock = new ManualClock();
      await using world = await bench({ clock });
      const { shop, transport, uuid } = world;
      const client = new AbortController();
      const file = await FileClient.open(transport, uuid, protocol);
      await file.send(random(5));
      const call = driverCall(transport, uuid, "flash_slowly", [file.handle], { signal: client.signal });
      await shop.held;
      client.abort();
      await expect(call).rejects.toMatchObject({ code: Code.Canceled });
      await file.end();
      // The answer to another call comes behind all that the exporter was told before.
      expect(await driverCall(transport, uuid, "on", [])).toBe("on");
      shop.go();
      await shop.over;
      expect(shop.ends).toEqual([
        expect.stringMatching(/^other: the call that the file belongs to has failed: /),
      ]);
      expect(shop.kept.size).toBe(0);
      await clock.advance(FAILURE_GRACE_MS);
      expect(await file.received).toMatchObject({ goaway: false, error: expect.anything() });
    });

    it("stops a driver that writes for a client that has gone", async () => {
      await using world = await bench();
      const file = await FileClient.open(world.transport, world.uuid, protocol);
      const call = driverCall(world.transport, world.uuid, "dump_endless", [file.handle]);
      await world.shop.held;
      file.vanish();
      await file.received;
      world.shop.go();
      await expect(call).rejects.toMatchObject({ code: Code.Unavailable });
      expect(world.shop.ends).toEqual([expect.stringMatching(/^connection: /)]);
    });
  });
}

describe("the headers of a file's stream", () => {
  it("have a handle, and no encoding where none was asked for", async () => {
    await using world = await bench();
    const { headers, handle } = await FileClient.open(world.transport, world.uuid);
    expect(handle).toEqual({
      kind: "client_stream",
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      x_jmp_content_encoding: null,
    });
    expect(headers.has("x_jmp_accept_encoding")).toBe(false);
  });

  for (const [name, protocol] of PROTOCOLS) {
    for (const encoding of ["gzip", "xz", "bz2", "zstd", "lz4"]) {
      it(`say over ${name} that ${encoding} is taken over`, async () => {
        await using world = await bench();
        const { headers, handle } = await FileClient.open(world.transport, world.uuid, {
          encoding,
          ...protocol,
        });
        expect(headers.get("x_jmp_accept_encoding")).toBe(encoding);
        expect(handle).toMatchObject({ x_jmp_content_encoding: encoding });
      });
    }
  }
});

describe("a file with an encoding", () => {
  /** Every bit turned over, both ways, and one byte in front of it when it is encoded. */
  const turned = (chunk: Uint8Array): Uint8Array => chunk.map((byte) => byte ^ 0xff);
  const codecs = (asked: Encoding[] = []): Codecs => ({
    async decoder(encoding) {
      asked.push(encoding);
      let first = true;
      return new TransformStream({
        transform(chunk, controller) {
          if (first && chunk[0] !== 0x1f) throw new DriverError("invalid-argument", "the file is not gzip");
          const rest = first ? chunk.subarray(1) : chunk;
          first = false;
          if (rest.length > 0) controller.enqueue(turned(rest));
        },
      });
    },
    async encoder(encoding) {
      asked.push(encoding);
      return new TransformStream({
        start: (controller) => controller.enqueue(Uint8Array.of(0x1f)),
        transform: (chunk, controller) => controller.enqueue(turned(chunk)),
      });
    },
  });

  it("R08: is decoded when the driver reads it, and encoded when the driver writes it", async () => {
    const asked: Encoding[] = [];
    await using world = await bench({ codecs: codecs(asked) });
    const bytes = random(200_000);
    const encoded = joinBytes([Uint8Array.of(0x1f), turned(bytes)]);
    await flash(world, world.uuid, encoded, { encoding: "gzip" });
    expect(firstDifference(world.shop.kept.get(undefined), bytes)).toBeUndefined();
    expect(firstDifference(await dump(world, world.uuid, { encoding: "zstd" }), encoded)).toBeUndefined();
    expect(asked).toEqual(["gzip", "zstd"]);
  });

  it("is encoded also when it is empty", async () => {
    await using world = await bench({ codecs: codecs() });
    expect(await dump(world, world.uuid, { encoding: "gzip" })).toEqual(Uint8Array.of(0x1f));
  });

  it("is complete with what its encoder says last", async () => {
    const encoder = async () =>
      new TransformStream<Uint8Array, Uint8Array>({
        transform: () => undefined,
        flush(controller) {
          for (let count = 0; count < 20; count += 1) controller.enqueue(random(CLIENT_CHUNK_BYTES));
        },
      });
    await using world = await bench({ codecs: { ...codecs(), encoder } });
    expect(await dump(world, world.uuid, { encoding: "bz2" })).toHaveLength(20 * CLIENT_CHUNK_BYTES);
  });

  it("fails the call when it is corrupt", async () => {
    await using world = await bench({ codecs: codecs() });
    const file = await FileClient.open(world.transport, world.uuid, { encoding: "gzip" });
    void file.sendFile(random(200_000));
    await expect(driverCall(world.transport, world.uuid, "flash", [file.handle])).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: "the file is not gzip",
    });
    expect(await file.received).toMatchObject({ goaway: false });
  });

  it("fails the call when we do not have it", async () => {
    await using world = await bench({ codecs: codecs() });
    const file = await FileClient.open(world.transport, world.uuid, { encoding: "lz4" });
    void file.sendFile(random(5));
    await expect(driverCall(world.transport, world.uuid, "flash", [file.handle])).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: "content encoding lz4 not supported: use gzip, xz, bz2 or zstd",
    });
  });

  it("fails the call when the codec cannot be loaded", async () => {
    const unavailable = async (): Promise<never> => {
      throw new DriverError("other", "the page cannot load its codec: reload the page");
    };
    await using world = await bench({ codecs: { decoder: unavailable, encoder: unavailable } });
    for (const method of ["flash", "dump"]) {
      const file = await FileClient.open(world.transport, world.uuid, { encoding: "gzip" });
      void file.end();
      await expect(driverCall(world.transport, world.uuid, method, [file.handle])).rejects.toMatchObject({
        code: Code.Unknown,
        rawMessage: "the page cannot load its codec: reload the page",
      });
    }
  });
});

describe("the end of a call with a file", () => {
  it("R10: comes with GOAWAY when the driver wanted a part, and the client may finish sending", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    const sent = file.sendFile(random(4 * 1024 * 1024));
    const part = await driverCall(world.transport, world.uuid, "flash_part", [file.handle]);
    // The first chunk, as it came through the tunnel.
    expect(part).toBeGreaterThan(0);
    expect(part).toBeLessThanOrEqual(CLIENT_CHUNK_BYTES);
    await sent;
    expect(await file.received).toMatchObject({ goaway: true, error: undefined });
  });

  it("R10: does not wait for ever for a client that goes on sending", async () => {
    const clock = new ManualClock();
    await using world = await bench({ clock });
    const file = await FileClient.open(world.transport, world.uuid);
    await file.send(random(5));
    await driverCall(world.transport, world.uuid, "flash_part", [file.handle]);
    await clock.advance(CLIENT_END_GRACE_MS);
    expect(await file.received).toMatchObject({ goaway: true, error: undefined });
    expect(clock.sleeping).toBe(0);
  });

  it("comes with GOAWAY when the driver did not want the file at all", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    void file.sendFile(random(200_000));
    await driverCall(world.transport, world.uuid, "flash_nothing", [file.handle]);
    expect(await file.received).toMatchObject({ goaway: true, error: undefined });
  });

  for (const [method, code, message] of [
    ["flash_badly", Code.Internal, "the chip did not answer"],
    ["dump_badly", Code.Internal, "the chip did not answer"],
    ["dump_part", Code.Unknown, "the driver has not written the file to its end: what has come is a part"],
    ["dump_aborted", Code.Unknown, "the driver has not written the file to its end: what has come is a part"],
  ] as const) {
    it(`comes without GOAWAY when the call has failed: ${method}`, async () => {
      const clock = new ManualClock();
      await using world = await bench({ clock });
      const file = await FileClient.open(world.transport, world.uuid);
      await file.send(random(5));
      const failure = { code, rawMessage: message };
      await expect(driverCall(world.transport, world.uuid, method, [file.handle])).rejects.toMatchObject(
        failure,
      );
      await clock.advance(FAILURE_GRACE_MS);
      expect(await file.received).toMatchObject({ goaway: false, error: failure });
      expect(clock.sleeping).toBe(0);
    });
  }

  it("ends the file also for a streaming call", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    void file.sendFile(random(3 * CLIENT_CHUNK_BYTES));
    const items = await streamingCall(world, "flash_live", file);
    expect(items.at(-1)).toBe(3 * CLIENT_CHUNK_BYTES);
    expect(await file.received).toMatchObject({ goaway: true, error: undefined });
  });

  it("comes in order for a streaming call that its reader leaves", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    void file.sendFile(random(8 * CLIENT_CHUNK_BYTES));
    expect(await streamingCall(world, "flash_live", file, 1)).toHaveLength(1);
    expect(await file.received).toMatchObject({ goaway: true, error: undefined });
    expect(world.exporter.transfers[0]?.state).toBe("done");
  });

  /** The page's own, since a client's streams do not tell when they are left. */
  async function streamingCall(
    { exporter }: Bench,
    method: string,
    file: FileClient,
    atMost = Number.POSITIVE_INFINITY,
  ): Promise<unknown[]> {
    const items: unknown[] = [];
    const { signal } = new AbortController();
    for await (const item of exporter.streamingCall(["storage"], method, [file.handle], signal)) {
      items.push(item);
      if (items.length === atMost) break;
    }
    return items;
  }
});

describe("a handle", () => {
  it("R11: is refused when nobody knows it", async () => {
    await using world = await bench();
    const handle = { kind: "client_stream", uuid: crypto.randomUUID(), x_jmp_content_encoding: null };
    await expect(driverCall(world.transport, world.uuid, "flash", [handle])).rejects.toMatchObject({
      code: Code.Unknown,
      rawMessage: expect.stringMatching(/^the file's handle is unknown/),
    });
  });

  it("is refused by another driver than the one that it was opened for", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    void file.sendFile(random(5));
    await expect(driverCall(world.transport, world.other, "flash", [file.handle])).rejects.toMatchObject({
      code: Code.Unknown,
      rawMessage: expect.stringMatching(/^the file was opened for another driver/),
    });
    await driverCall(world.transport, world.uuid, "flash", [file.handle]);
    expect(world.shop.kept.get(undefined)).toEqual(random(5));
  });

  it("is refused while another call has it, which goes on undisturbed", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    void file.sendFile(random(200_000));
    const first = driverCall(world.transport, world.uuid, "flash_slowly", [file.handle]);
    await world.shop.held;
    await expect(driverCall(world.transport, world.uuid, "flash", [file.handle])).rejects.toMatchObject({
      code: Code.Unknown,
      rawMessage: expect.stringMatching(/^the file was used already/),
    });
    world.shop.go();
    await first;
    expect(firstDifference(world.shop.kept.get(undefined), random(200_000))).toBeUndefined();
  });

  it("is refused after its call, as used while its stream is open and as unknown then", async () => {
    const clock = new ManualClock();
    await using world = await bench({ clock });
    const file = await FileClient.open(world.transport, world.uuid);
    await file.send(random(5));
    await driverCall(world.transport, world.uuid, "flash_part", [file.handle]);
    const again = (): Promise<unknown> => driverCall(world.transport, world.uuid, "flash", [file.handle]);
    await expect(again()).rejects.toThrow(/used already/);
    await clock.advance(CLIENT_END_GRACE_MS);
    await file.received;
    await expect(again()).rejects.toThrow(/handle is unknown/);
  });

  it("is good for one file in a call, not for two", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    void file.sendFile(random(5));
    await expect(driverCall(world.transport, world.uuid, "flash_twice", [file.handle])).rejects.toMatchObject(
      {
        code: Code.Unknown,
        rawMessage: expect.stringMatching(/^the file was used already/),
      },
    );
  });

  it("is found inside a list and an object", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    void file.sendFile(random(5));
    await expect(
      driverCall(world.transport, world.uuid, "on", [[{ image: file.handle }]]),
    ).rejects.toMatchObject({ code: Code.InvalidArgument });
    expect(await file.received).toMatchObject({ goaway: false });
  });

  it("that nobody uses ends after a while", async () => {
    const clock = new ManualClock();
    await using world = await bench({ clock });
    const file = await FileClient.open(world.transport, world.uuid);
    await clock.advance(UNUSED_FILE_MS + FAILURE_GRACE_MS);
    expect(await file.received).toMatchObject({
      goaway: false,
      error: { code: Code.DeadlineExceeded, rawMessage: expect.stringMatching(/^no call has used the file/) },
    });
    expect(clock.sleeping).toBe(0);
  });

  it("is one of so many at once, and each that ends makes room", async () => {
    await using world = await bench();
    const files: FileClient[] = [];
    for (let count = 0; count < MAX_OPEN_FILES; count += 1) {
      files.push(await FileClient.open(world.transport, world.uuid));
    }
    await expect(FileClient.open(world.transport, world.uuid)).rejects.toMatchObject({
      code: Code.ResourceExhausted,
      rawMessage: expect.stringMatching(new RegExp(`^${MAX_OPEN_FILES} files are open`)),
    });
    files[0]?.vanish();
    await files[0]?.received;
    // The page hears of it with the next message.
    await driverCall(world.transport, world.uuid, "on", []);
    await flash(world, world.uuid, random(5));
  });

  it("needs a driver that is there", async () => {
    await using world = await bench();
    await expect(FileClient.open(world.transport, crypto.randomUUID())).rejects.toMatchObject({
      code: Code.NotFound,
    });
  });

  it("is not given before the exporter is ready", async () => {
    await using world = await bench({ idle: true });
    await expect(FileClient.open(world.transport, world.uuid)).rejects.toMatchObject({
      code: Code.FailedPrecondition,
      rawMessage: expect.stringMatching(/^Exporter not ready for driver calls/),
    });
  });

  it("is not given to a client while another has the board for itself", async () => {
    await using world = await bench({ access: "exclusive" });
    const from = (client: string) => ({ headers: { [CLIENT_HEADER]: client } });
    world.log.append({ severity: "INFO", source: "system", message: "hello" });
    const exporter = createClient(ExporterService, world.transport);
    const shell = exporter.logStream({}, from("10.0.0.1 a1"))[Symbol.asyncIterator]();
    await shell.next();
    await expect(FileClient.open(world.transport, world.uuid, from("10.0.0.2 b1"))).rejects.toMatchObject({
      code: Code.FailedPrecondition,
      rawMessage: expect.stringMatching(/in use by 10\.0\.0\.1/),
    });
    const own = await FileClient.open(world.transport, world.uuid, from("10.0.0.1 a1"));
    expect(own.handle).toMatchObject({ kind: "client_stream" });
  });
});

describe("files beside other work", () => {
  it("R13: a flash that stalls leaves other calls alone, and its client waits", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    const bytes = random(4 * 1024 * 1024);
    let sent = 0;
    const sending = (async () => {
      for (let at = 0; at < bytes.length; at += CLIENT_CHUNK_BYTES) {
        await file.send(bytes.subarray(at, at + CLIENT_CHUNK_BYTES));
        sent += CLIENT_CHUNK_BYTES;
      }
      await file.end();
    })();
    const stalled = driverCall(world.transport, world.uuid, "flash_slowly", [file.handle]);
    await world.shop.held;
    for (let count = 0; count < 20; count += 1) {
      expect(await driverCall(world.transport, world.uuid, "on", [])).toBe("on");
    }
    await flash(world, world.other, random(1024 * 1024), { target: "other" });
    expect(sent).toBeLessThanOrEqual(1024 * 1024);
    world.shop.go();
    await Promise.all([stalled, sending]);
    expect(firstDifference(world.shop.kept.get(undefined), bytes)).toBeUndefined();
  });

  it("a dump that its client does not read stops its driver", async () => {
    await using world = await bench();
    const request = JSON.stringify({ kind: "resource", uuid: world.uuid });
    const stream = world.relay.open({
      method: "POST",
      path: "/jumpstarter.v1.RouterService/Stream",
      h: [
        ["content-type", "application/grpc"],
        ["request", request],
      ],
    });
    const { h } = await stream.response;
    const handle = JSON.parse(h.find(([name]) => name === "resource")?.[1] ?? "null");
    world.shop.go();
    const client = new AbortController();
    const call = driverCall(world.transport, world.uuid, "dump_endless", [handle], { signal: client.signal });
    for (let count = 0; count < 50; count += 1) await driverCall(world.transport, world.uuid, "on", []);
    expect(world.exporter.transfers[0]?.step.done).toBeLessThanOrEqual(1024 * 1024);
    stream.reset(Code.Canceled, "the client has seen enough");
    await expect(call).rejects.toMatchObject({ code: Code.Unavailable });
  });

  it("R20: two flashes at once on two drivers are both intact", async () => {
    await using world = await bench();
    const one = random(3_000_000);
    const two = random(2_500_001).reverse();
    await Promise.all([
      flash(world, world.uuid, one, { target: "one" }),
      flash(world, world.other, two, { target: "two" }),
    ]);
    expect(firstDifference(world.shop.kept.get("one"), one)).toBeUndefined();
    expect(firstDifference(world.shop.kept.get("two"), two)).toBeUndefined();
  });

  it("R22: a flash whose relay is lost fails, and nothing passes for the whole file", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    void file.sendFile(random(2 * 1024 * 1024));
    const call = driverCall(world.transport, world.uuid, "flash_slowly", [file.handle]);
    await world.shop.held;
    world.page.closedByPeer(1006, "the relay is gone");
    world.relay.close(1006, "the relay is gone");
    world.shop.go();
    await expect(call).rejects.toThrow();
    await world.shop.over;
    expect(world.shop.ends).toEqual([
      "other: the call that the file belongs to has failed: the relay is gone",
    ]);
    expect(world.shop.kept.size).toBe(0);
  });

  it("the end of the session ends them, and the next session has its own", async () => {
    await using world = await bench();
    const file = await FileClient.open(world.transport, world.uuid);
    await file.send(random(5));
    const call = driverCall(world.transport, world.uuid, "flash_slowly", [file.handle]);
    await world.shop.held;
    const ended = world.exporter.endSession();
    await expect(call).rejects.toThrow();
    expect(await file.received).toMatchObject({ goaway: false, error: expect.anything() });
    world.shop.go();
    await ended;
    expect(world.shop.kept.size).toBe(0);
    await flash(world, world.uuid, random(5));
  });
});
