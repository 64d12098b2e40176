import { gzipSync } from "node:zlib";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver, DriverContext } from "../../drivers/base/driver.ts";
import { DriverError } from "../../drivers/base/error.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import { exportedCall, exportedMethods } from "../../drivers/base/methods.ts";
import { resourceArgument } from "../../drivers/base/resource.ts";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { createTestImages, joinBytes, streamOfBytes } from "../../drivers/testing/test-resources.ts";
import { connect, driverNode, testDriver } from "../exporter/testing/connected.ts";
import { ScriptedRunner } from "../exporter/testing/scripted-runner.ts";
import { type PageRequest, PageRequests } from "./page-requests.ts";

const FIRMWARE = new TextEncoder().encode("firmware, a little of it");
const PATH = ["card"];
const AROUND = { before: "host", after: "dut" };
const never = new AbortController().signal;

type Request = PageRequest extends infer Message
  ? Message extends PageRequest
    ? Omit<Message, "id">
    : never
  : never;

/** A storage mux with one blob, of which every method can fail. */
async function world() {
  const images = createTestImages();
  const calls: string[] = [];
  const failing = new Map<string, string>();
  let blob: Uint8Array = new Uint8Array();
  const writing = Promise.withResolvers<void>();
  const did = (name: string): void => {
    calls.push(name);
    const failure = failing.get(name);
    if (failure !== undefined) throw new DriverError("device-io", failure);
  };
  const card = ({ resources }: DriverContext): Driver =>
    testDriver({
      methods: exportedMethods({
        host: exportedCall({}, () => did("host")),
        dut: exportedCall({}, () => did("dut")),
        write: exportedCall(
          { source: resourceArgument, target: v.optional(v.string()) },
          async ({ source, target }, options) => {
            const { readable, name, size } = await resources.read(source, options);
            const chunks: Uint8Array[] = [];
            for await (const chunk of readable) chunks.push(chunk);
            blob = joinBytes(chunks);
            did(["write", name, size, target].filter((word) => word !== undefined).join(" "));
          },
        ),
        stuck: exportedCall({ source: resourceArgument }, async ({ source }, options) => {
          await resources.read(source, options);
          did("stuck");
          writing.resolve();
          await new Promise((_, reject) => {
            options.signal.addEventListener("abort", () => reject(options.signal.reason));
          });
        }),
        read: exportedCall({ to: resourceArgument }, async ({ to }, options) => {
          did("read");
          const writer = (await resources.write(to, options)).getWriter();
          await writer.write(blob);
          await writer.close();
        }),
      }),
      verify: async (image, target) => ({
        matches: Buffer.from(await image.bytes()).equals(Buffer.from(blob)),
        detail: `compared with ${target}`,
      }),
    });
  const gunzip = async () => {
    const { readable, writable } = new DecompressionStream("gzip");
    return { readable, writable } as TransformStream<Uint8Array, Uint8Array>;
  };
  const connected = await connect({
    children: [driverNode("card", "test.Card")],
    drivers: { "test.Card": card },
    codecs: { decoder: gunzip, encoder: gunzip },
  });
  const { exporter } = connected;
  const requests = new PageRequests({
    exporter,
    noAuth: false,
    scripts: new ScriptedRunner(),
    clock: new ManualClock(),
    images,
    signal: never,
  });
  let id = 0;
  return {
    exporter,
    images,
    calls,
    failing,
    blob: () => Buffer.from(blob).toString(),
    ask: (request: Request): Promise<JsonValue> => requests.answer({ ...request, id: ++id } as PageRequest),
    /** A driver holds a file, and waits. */
    writing: () => writing.promise,
    [Symbol.asyncDispose]: () => connected[Symbol.asyncDispose](),
  };
}

function file(content: Uint8Array<ArrayBuffer>, name = "firmware.bin"): File {
  return new File([content], name);
}

const send = { kind: "send-file", path: PATH, method: "write", args: [], encoding: null } as const;
const fetch = { kind: "fetch-file", path: PATH, method: "read", args: [] } as const;

describe("PageRequests, for files", () => {
  it("sends a file with its name, its size and the call's other arguments", async () => {
    await using bench = await world();
    await bench.ask({ ...send, file: file(FIRMWARE), args: ["boot"] });
    expect(bench.blob()).toBe("firmware, a little of it");
    expect(bench.calls).toEqual([`write firmware.bin ${FIRMWARE.length} boot`]);
    expect(bench.exporter.transfers).toMatchObject([
      { by: "page", state: "done", name: "firmware.bin", target: "boot", direction: "to-device" },
    ]);
  });

  it("unpacks a file on its way, and calls it what is in it then", async () => {
    await using bench = await world();
    const packed = file(new Uint8Array(gzipSync(FIRMWARE)), "firmware.bin.gz");
    await bench.ask({ ...send, file: packed, encoding: "gzip" });
    expect(bench.blob()).toBe("firmware, a little of it");
    expect(bench.calls).toEqual(["write firmware.bin"]);
    await bench.ask({ ...send, file: packed });
    expect(bench.calls.at(-1)).toBe(`write firmware.bin.gz ${packed.size}`);
  });

  it("sends an image that the browser has, and says when it has it no longer", async () => {
    await using bench = await world();
    const { sha256 } = await bench.images.receive(streamOfBytes(FIRMWARE), { signal: never });
    await bench.ask({ ...send, file: { sha256, name: "firmware.bin" } });
    expect(bench.blob()).toBe("firmware, a little of it");
    await expect(
      bench.ask({ ...send, file: { sha256: "0".repeat(64), name: "old.bin" }, around: AROUND }),
    ).rejects.toThrow("the browser no longer has old.bin: choose the file again");
    expect(bench.calls, "nothing was switched for it").toHaveLength(1);
  });

  it("switches a storage mux to the host and back, as its client does", async () => {
    await using bench = await world();
    await bench.ask({ ...send, file: file(FIRMWARE), around: AROUND });
    expect(bench.calls).toEqual(["host", `write firmware.bin ${FIRMWARE.length}`, "dut"]);
    bench.calls.length = 0;
    await bench.ask({ ...fetch, around: AROUND });
    expect(bench.calls).toEqual(["host", "read", "dut"]);
  });

  it("switches a storage mux back also when the file did not get there", async () => {
    await using bench = await world();
    const write = `write firmware.bin ${FIRMWARE.length}`;
    bench.failing.set(write, "the card is full");
    await expect(bench.ask({ ...send, file: file(FIRMWARE), around: AROUND })).rejects.toThrow(
      "the card is full",
    );
    expect(bench.calls).toEqual(["host", write, "dut"]);
    bench.failing.set("dut", "the mux does not answer");
    await expect(bench.ask({ ...send, file: file(FIRMWARE), around: AROUND })).rejects.toThrow(
      "the card is full; and dut did not work: the mux does not answer",
    );
  });

  it("does nothing with a storage mux that cannot be switched", async () => {
    await using bench = await world();
    bench.failing.set("host", "the mux does not answer");
    await expect(bench.ask({ ...send, file: file(FIRMWARE), around: AROUND })).rejects.toThrow(
      "the mux does not answer",
    );
    expect(bench.calls).toEqual(["host"]);
  });

  it("stops a transfer, and switches the storage mux back after it", async () => {
    await using bench = await world();
    const sent = bench.ask({ ...send, method: "stuck", file: file(FIRMWARE), around: AROUND });
    const refused = expect(sent).rejects.toThrow("cancelled on the page");
    await bench.writing();
    const [transfer] = bench.exporter.transfers;
    await bench.ask({ kind: "cancel-transfer", transfer: transfer?.id ?? "" });
    await refused;
    expect(bench.calls).toEqual(["host", "stuck", "dut"]);
    expect(bench.exporter.transfers[0]?.state).toBe("cancelled");
  });

  it("gets a file into the browser's images", async () => {
    await using bench = await world();
    await bench.ask({ ...send, file: file(FIRMWARE) });
    const info = (await bench.ask(fetch)) as { sha256: string; size: number };
    expect(info.size).toBe(FIRMWARE.length);
    const image = await bench.images.open(info.sha256);
    expect(Buffer.from((await image?.bytes()) ?? []).toString()).toBe("firmware, a little of it");
  });

  it("says why a file did not come", async () => {
    await using bench = await world();
    bench.failing.set("read", "the card is not there");
    await expect(bench.ask(fetch)).rejects.toThrow("the card is not there");
  });

  it("compares a device with an image", async () => {
    await using bench = await world();
    await bench.ask({ ...send, file: file(FIRMWARE) });
    const { sha256 } = await bench.images.receive(streamOfBytes(FIRMWARE), { signal: never });
    const verify = { kind: "verify", path: PATH, sha256, target: "boot" } as const;
    expect(await bench.ask(verify)).toEqual({ matches: true, detail: "compared with boot" });
    await bench.ask({ ...send, file: file(new Uint8Array(3)) });
    expect(await bench.ask(verify)).toMatchObject({ matches: false });
    await expect(bench.ask({ ...verify, sha256: "0".repeat(64) })).rejects.toThrow("choose the file again");
  });
});
