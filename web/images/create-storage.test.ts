import { describe, expect, it } from "vitest";
import { FakeDirectoryHandle } from "../../drivers/simulation/fake-directory.ts";
import { streamOfBytes } from "../../drivers/testing/test-resources.ts";
import { createStorage, type StoragePlatform } from "./create-storage.ts";
import { createScopedLocks } from "./testing/scoped-locks.ts";

function createPlatform(root: FakeDirectoryHandle | undefined) {
  const warnings: string[] = [];
  const platform: StoragePlatform = {
    storage: {
      getDirectory: async () => {
        if (root === undefined) throw new DOMException("not in a private window", "SecurityError");
        return root;
      },
      estimate: async () => ({ quota: 1000, usage: 0 }),
    },
    locks: createScopedLocks(),
    clock: { now: () => 0, sleep: () => Promise.reject(new Error("nothing waits here")) },
    instance: "one",
    schedule: setImmediate,
    warn: (text) => void warnings.push(text),
  };
  return { platform, warnings };
}

const hello = () => streamOfBytes(new TextEncoder().encode("hello"));
const options = () => ({ signal: new AbortController().signal });

describe("the storage of drivers", () => {
  it("keeps images in the origin's files", async () => {
    const root = new FakeDirectoryHandle();
    const { platform, warnings } = createPlatform(root);
    using image = await createStorage(platform).images.receive(hello(), options());
    const images = await (await root.getDirectoryHandle("images")).getDirectoryHandle("images");
    expect((await (await images.getFileHandle(image.sha256)).getFile()).size).toBe(5);
    expect(warnings).toEqual([]);
  });

  for (const [why, without] of [
    ["refuses it", { storage: createPlatform(undefined).platform.storage }],
    ["has no such thing", { storage: undefined }],
    ["has no locks", { locks: undefined }],
  ] as const) {
    it(`keeps images in memory where the browser ${why}, and says so once`, async () => {
      const { platform, warnings } = createPlatform(new FakeDirectoryHandle());
      const { images } = createStorage({ ...platform, ...without });
      using image = await images.receive(hello(), options());
      using again = await images.open(image.sha256);
      expect(again?.size).toBe(5);
      expect(warnings).toEqual([expect.stringMatching(/kept in memory, at most 256 MiB/)]);
    });
  }

  it("has a folder for each name: the same one for the same name, and none outside of its place", async () => {
    const root = new FakeDirectoryHandle();
    const { platform } = createPlatform(root);
    const names = ["files", "Files", "..", ".", "", "a/b", "a%2fb", "ü", "*", "images"];
    for (const name of names) {
      const folder = await createStorage(platform).folder(name);
      expect([...(await namesIn(folder))], name).toEqual([]);
      await folder.getFileHandle("x", { create: true });
      expect(await namesIn(await createStorage(platform).folder(name))).toEqual(["x"]);
    }
    expect(await namesIn(root)).toEqual(["folders"]);
    expect(await namesIn(await root.getDirectoryHandle("folders"))).toHaveLength(names.length);
  });

  it("refuses names that no file system takes, and folders where there are none", async () => {
    const { platform } = createPlatform(new FakeDirectoryHandle());
    for (const name of ["n".repeat(201), "\ud800"]) {
      await expect(createStorage(platform).folder(name)).rejects.toMatchObject({ code: "invalid-argument" });
    }
    const nowhere = createStorage({ ...platform, storage: undefined }).folder("files");
    await expect(nowhere).rejects.toMatchObject({ code: "not-implemented" });
    const refused = createStorage(createPlatform(undefined).platform).folder("files");
    await expect(refused).rejects.toMatchObject({ code: "device-io" });
  });
});

async function namesIn(directory: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of directory.keys()) names.push(name);
  return names;
}
