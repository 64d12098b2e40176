import { safeParse } from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver, DriverDefinition } from "../base/driver.ts";
import type { Image } from "../base/image.ts";
import type { JsonValue } from "../base/json.ts";
import type { CallOptions } from "../base/methods.ts";
import { call, createTestContext, type TestContext } from "../testing/test-context.ts";
import { streamOfBytes } from "../testing/test-resources.ts";
import { mockFlasher, mockStorageMux, mockStorageMuxFlasher } from "./driver.ts";

const KERNEL = new TextEncoder().encode("a kernel");
const UBOOT = new TextEncoder().encode("a boot loader");

const create = async (definition: DriverDefinition) => {
  const context = createTestContext();
  const driver = await definition.create(context, {});
  return { context, driver };
};

/** Read back what a method writes. */
const read = async (context: TestContext, driver: Driver, method: string, ...args: JsonValue[]) => {
  const { handle, file } = context.resources.fromDriver();
  await call(driver, method, handle, ...args);
  return new Uint8Array(await file);
};

const options = (): CallOptions => ({ signal: new AbortController().signal });

describe("MockFlasher", () => {
  it("gives back what was flashed, by partition, and null is the partition default", async () => {
    const { context, driver } = await create(mockFlasher);
    expect(driver.clientClass).toBe("jumpstarter_driver_opendal.client.FlasherClient");
    expect(await call(driver, "flash", context.resources.toDriver(KERNEL), null)).toBeNull();
    await call(driver, "flash", context.resources.toDriver(UBOOT), "uboot");
    expect(await read(context, driver, "dump", null)).toEqual(KERNEL);
    expect(await read(context, driver, "dump")).toEqual(KERNEL);
    expect(await read(context, driver, "dump", "default")).toEqual(KERNEL);
    expect(await read(context, driver, "dump", "uboot")).toEqual(UBOOT);
  });

  it("replaces what was flashed before, also by nothing at all", async () => {
    const { context, driver } = await create(mockFlasher);
    await call(driver, "flash", context.resources.toDriver(KERNEL));
    await call(driver, "flash", context.resources.toDriver(new Uint8Array()));
    expect(await read(context, driver, "dump")).toEqual(new Uint8Array());
  });

  it("has no file for a partition that was never flashed, whatever objects inherit", async () => {
    const { context, driver } = await create(mockFlasher);
    for (const name of [null, "uboot", "constructor", "__proto__"]) {
      const { handle } = context.resources.fromDriver();
      await expect(call(driver, "dump", handle, name)).rejects.toMatchObject({ code: "file-not-found" });
    }
    await call(driver, "flash", context.resources.toDriver(KERNEL), "__proto__");
    expect(await read(context, driver, "dump", "__proto__")).toEqual(KERNEL);
  });

  it("keeps what was there when a flash fails in the middle", async () => {
    const { context, driver } = await create(mockFlasher);
    await call(driver, "flash", context.resources.toDriver(KERNEL));
    const error = new Error("the client has gone");
    await expect(call(driver, "flash", context.resources.toDriver(UBOOT, { error }))).rejects.toBe(error);
    expect(await read(context, driver, "dump")).toEqual(KERNEL);
  });

  it("shows partitions with size, hash and time, and says what it has done", async () => {
    const { context, driver } = await create(mockFlasher);
    expect(context.state).toEqual({ partitions: {} });
    await call(driver, "flash", context.resources.toDriver(KERNEL), "kernel");
    expect(context.state).toEqual({
      partitions: {
        kernel: { size: 8, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), time: expect.any(Number) },
      },
    });
    expect(context.lines).toEqual([
      expect.stringMatching(/^INFO 8 bytes stored in kernel, sha256 [0-9a-f]{64}$/),
    ]);
  });

  it("reports its steps, and of which content they were", async () => {
    const { context, driver } = await create(mockFlasher);
    const steps: unknown[] = [];
    const images: number[] = [];
    const report = {
      step: (step: unknown) => void steps.push(step),
      image: ({ size }: { size: number }) => void images.push(size),
    };
    const method = driver.methods.get("flash");
    if (method?.kind !== "call") throw new Error("no call");
    await method.run([context.resources.toDriver(KERNEL, { chunkBytes: 5 })], { ...options(), report });
    expect(steps).toEqual([
      { phase: "receiving", done: 5, total: undefined },
      { phase: "receiving", done: 8, total: undefined },
    ]);
    expect(images).toEqual([8]);
  });

  it("verifies what it holds against an image, and says where it differs", async () => {
    const { context, driver } = await create(mockFlasher);
    const imageOf = (bytes: Uint8Array): Promise<Image> =>
      context.storage.images.receive(streamOfBytes(bytes, { chunkBytes: 3 }), options());
    const verify = async (bytes: Uint8Array, target: string | null = null) => {
      using image = await imageOf(bytes);
      return await driver.verify?.(image, target, options());
    };
    await call(driver, "flash", context.resources.toDriver(KERNEL));
    expect(await verify(KERNEL)).toMatchObject({ matches: true });
    const changed = KERNEL.slice();
    changed[6] = 0;
    expect(await verify(changed)).toEqual({
      matches: false,
      detail: "default differs from the image at byte 6",
    });
    expect(await verify(UBOOT)).toMatchObject({ matches: false, detail: expect.stringContaining("13") });
    expect(await verify(KERNEL, "uboot")).toMatchObject({ matches: false });
  });

  it("takes so many partitions and no more, and no name without end", async () => {
    const { context, driver } = await create(mockFlasher);
    for (let index = 0; index < 128; index += 1) {
      await call(driver, "flash", context.resources.toDriver(KERNEL), `p${index}`);
    }
    for (const name of ["one more", "p".repeat(129)]) {
      const flash = call(driver, "flash", context.resources.toDriver(KERNEL), name);
      await expect(flash).rejects.toMatchObject({ code: "invalid-argument" });
    }
    await call(driver, "flash", context.resources.toDriver(UBOOT), "p7");
    expect(await read(context, driver, "dump", "p7")).toEqual(UBOOT);
  });

  it("refuses what is no handle, and a configuration that it does not know", async () => {
    const { driver } = await create(mockFlasher);
    await expect(call(driver, "flash", "image.bin")).rejects.toMatchObject({ code: "invalid-argument" });
    expect(safeParse(mockFlasher.config, { path: "/tmp" }).success).toBe(false);
  });
});

describe("images that slots hold", () => {
  it("are let go of when they are replaced, when a flash comes too late, and at the end", async () => {
    let held = 0;
    const context = createTestContext();
    const { images } = context.storage;
    const counted = (image: Image): Image => {
      held += 1;
      return {
        ...image,
        [Symbol.dispose]() {
          held -= 1;
          image[Symbol.dispose]();
        },
      };
    };
    const driver = await mockFlasher.create(
      {
        ...context,
        resources: context.resources,
        storage: {
          ...context.storage,
          images: {
            receive: async (readable, options) => counted(await images.receive(readable, options)),
            open: async (sha256) => {
              const image = await images.open(sha256);
              return image === undefined ? undefined : counted(image);
            },
          },
        },
      },
      {},
    );
    await call(driver, "flash", context.resources.toDriver(KERNEL), "a");
    await call(driver, "flash", context.resources.toDriver(UBOOT), "a");
    await call(driver, "flash", context.resources.toDriver(UBOOT), "b");
    await read(context, driver, "dump", "b");
    expect(held).toBe(2);
    const late = call(driver, "flash", context.resources.toDriver(KERNEL));
    await driver[Symbol.asyncDispose]();
    await expect(late).rejects.toMatchObject({ code: "other" });
    expect(held).toBe(0);
  });
});

for (const [definition, clientClass] of [
  [mockStorageMux, "jumpstarter_driver_opendal.client.StorageMuxClient"],
  [mockStorageMuxFlasher, "jumpstarter_driver_opendal.client.StorageMuxFlasherClient"],
] as const) {
  describe(definition.type, () => {
    it("is written and read as its client does it: host, write, dut", async () => {
      const { context, driver } = await create(definition);
      expect(driver.clientClass).toBe(clientClass);
      expect(context.state).toEqual({ card: null, connected: "off" });
      await call(driver, "host");
      expect(context.state).toMatchObject({ connected: "host" });
      await call(driver, "write", context.resources.toDriver(KERNEL));
      await call(driver, "dut");
      expect(context.state).toMatchObject({ connected: "dut", card: { size: 8 } });
      expect(await read(context, driver, "read")).toEqual(KERNEL);
      await call(driver, "off");
      expect(context.state).toMatchObject({ connected: "off" });
    });

    it("is an empty file before it was written, as upstream's temporary file is", async () => {
      const { context, driver } = await create(definition);
      expect(await read(context, driver, "read")).toEqual(new Uint8Array());
    });
  });
}
