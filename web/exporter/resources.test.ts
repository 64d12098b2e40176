/**
 * Files that go with driver calls, from a client through the tunnel to a driver and back.
 */

import { Code } from "@connectrpc/connect";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver, DriverContext } from "../../drivers/base/driver.ts";
import { exportedCall, exportedMethods } from "../../drivers/base/methods.ts";
import { resourceArgument } from "../../drivers/base/resource.ts";
import { joinBytes } from "../../drivers/testing/test-resources.ts";
import { type Connected, connect, driverNode, testDriver } from "./testing/connected.ts";
import { driverCall, FileClient } from "./testing/file-client.ts";

const FLASHER = "test.Flasher";

/** Keeps what is flashed by its target, and dumps it. */
function flasher({ resources }: DriverContext): Driver {
  const kept = new Map<string | undefined, Uint8Array>();
  return testDriver({
    category: "storage",
    methods: exportedMethods({
      flash: exportedCall(
        { source: resourceArgument, target: v.optional(v.string()) },
        async ({ source, target }, options) => {
          const { readable } = await resources.read(source, options);
          const chunks: Uint8Array[] = [];
          for await (const chunk of readable) chunks.push(chunk);
          kept.set(target, joinBytes(chunks));
        },
      ),
      dump: exportedCall(
        { to: resourceArgument, target: v.optional(v.string()) },
        async ({ to, target }, options) => {
          const writer = (await resources.write(to, options)).getWriter();
          const bytes = kept.get(target);
          if (bytes !== undefined && bytes.length > 0) await writer.write(bytes);
          await writer.close();
        },
      ),
    }),
  });
}

async function bench(): Promise<Connected & { readonly flasher: string }> {
  const world = await connect({
    children: [driverNode("storage", FLASHER)],
    drivers: { [FLASHER]: flasher },
  });
  return { ...world, flasher: uuidOf(world, "storage") };
}

function uuidOf({ exporter }: Connected, name: string): string {
  const child = exporter.root.children.find((candidate) => candidate.name === name);
  if (child?.kind !== "instance") throw new Error(`there is no driver ${name}`);
  return child.uuid;
}

function random(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 2_654_435_761) >>> 24);
}

async function flash(world: Connected, driver: string, bytes: Uint8Array, target?: string): Promise<void> {
  const file = await FileClient.open(world.transport, driver);
  void file.sendFile(bytes);
  await driverCall(world.transport, driver, "flash", [file.handle, target ?? null]);
  expect(await file.received).toMatchObject({ goaway: true, error: undefined });
}

async function dump(world: Connected, driver: string, target?: string): Promise<Uint8Array> {
  const file = await FileClient.open(world.transport, driver);
  void file.end();
  await driverCall(world.transport, driver, "dump", [file.handle, target ?? null]);
  const { bytes, goaway, error } = await file.received;
  expect({ goaway, error }).toEqual({ goaway: true, error: undefined });
  return bytes;
}

describe("a file that goes with a call", () => {
  it("R01: is what was flashed when it is dumped", async () => {
    await using world = await bench();
    const bytes = random(5);
    await flash(world, world.flasher, bytes);
    expect(await dump(world, world.flasher)).toEqual(bytes);
  });

  it("R02: is kept under its target, apart from the others", async () => {
    await using world = await bench();
    await flash(world, world.flasher, random(100));
    await flash(world, world.flasher, random(300_000), "uboot");
    expect(await dump(world, world.flasher, "uboot")).toEqual(random(300_000));
    expect(await dump(world, world.flasher)).toEqual(random(100));
  });

  it("R11: is refused when its handle is unknown", async () => {
    await using world = await bench();
    const handle = { kind: "client_stream", uuid: crypto.randomUUID(), x_jmp_content_encoding: null };
    await expect(driverCall(world.transport, world.flasher, "flash", [handle])).rejects.toMatchObject({
      code: Code.Unknown,
      rawMessage: expect.stringMatching(/^the file's handle is unknown/),
    });
  });
});
