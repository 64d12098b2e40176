import { describe, expect, it } from "vitest";
import { FakeDirectoryHandle } from "../../drivers/simulation/fake-directory.ts";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { streamOfBytes } from "../../drivers/testing/test-resources.ts";
import { createStorage } from "../images/create-storage.ts";
import { ImageFiles } from "./image-files.ts";

const GONE = "0".repeat(64);

describe("ImageFiles", () => {
  it("finds what the exporter keeps, where the exporter keeps it", async () => {
    const root = new FakeDirectoryHandle();
    const files = new ImageFiles(async () => root);
    expect((await files.kept()).size).toBe(0);
    const { images } = createStorage({
      storage: {
        getDirectory: async () => root,
        estimate: async () => ({ quota: 2 ** 40, usage: 0 }),
      },
      locks: navigator.locks,
      clock: new ManualClock(),
      schedule: (run) => void setImmediate(run),
      instance: crypto.randomUUID(),
      warn: (text) => {
        throw new Error(text);
      },
    });
    const content = new TextEncoder().encode("a small image");
    using image = await images.receive(streamOfBytes(content), { signal: new AbortController().signal });
    expect([...(await files.kept())]).toEqual([image.sha256]);
    expect(await (await files.file(image.sha256))?.text()).toBe("a small image");
    expect(await files.file(GONE)).toBeUndefined();
  });

  it("has nothing in a browser that keeps no files for pages", async () => {
    const files = new ImageFiles(() => Promise.reject(new DOMException("", "SecurityError")));
    expect((await files.kept()).size).toBe(0);
    expect(await files.file(GONE)).toBeUndefined();
  });

  it("does not take a broken disk for one without images", async () => {
    const files = new ImageFiles(() => Promise.reject(new DOMException("", "UnknownError")));
    await expect(files.kept()).rejects.toMatchObject({ name: "UnknownError" });
  });
});
