import { describe, expect, it } from "vitest";
import { FakeDirectoryHandle, FakeQuota } from "./fake-directory.ts";

const named = (name: string) => expect.objectContaining({ name });

async function write(root: FakeDirectoryHandle, name: string, ...bytes: number[]): Promise<void> {
  const access = await (await root.getFileHandle(name, { create: true })).createSyncAccessHandle();
  access.truncate(0);
  access.write(new Uint8Array(bytes));
  access.close();
}

async function read(root: FakeDirectoryHandle, name: string): Promise<number[]> {
  return [...new Uint8Array(await (await (await root.getFileHandle(name)).getFile()).arrayBuffer())];
}

describe("a simulated file system of an origin", () => {
  it("makes nothing that it was not asked to make", async () => {
    const root = new FakeDirectoryHandle();
    await expect(root.getFileHandle("f")).rejects.toEqual(named("NotFoundError"));
    await expect(root.getDirectoryHandle("d")).rejects.toEqual(named("NotFoundError"));
    await expect(root.removeEntry("f")).rejects.toEqual(named("NotFoundError"));
  });

  it("tells files from directories", async () => {
    const root = new FakeDirectoryHandle();
    await write(root, "f", 1);
    await root.getDirectoryHandle("d", { create: true });
    await expect(root.getDirectoryHandle("f", { create: true })).rejects.toEqual(named("TypeMismatchError"));
    await expect(root.getFileHandle("d", { create: true })).rejects.toEqual(named("TypeMismatchError"));
  });

  it("takes no name that leads elsewhere", async () => {
    const root = new FakeDirectoryHandle();
    for (const name of ["", ".", "..", "a/b", "a\\b"]) {
      await expect(root.getFileHandle(name, { create: true }), name).rejects.toThrow(TypeError);
    }
  });

  it("removes a directory with something in it only when told to", async () => {
    const root = new FakeDirectoryHandle();
    await write(await root.getDirectoryHandle("d", { create: true }), "f", 1);
    await expect(root.removeEntry("d")).rejects.toEqual(named("InvalidModificationError"));
    await root.removeEntry("d", { recursive: true });
    await expect(root.getDirectoryHandle("d")).rejects.toEqual(named("NotFoundError"));
  });

  it("reads and writes at any place, behind the last byte too", async () => {
    const root = new FakeDirectoryHandle();
    const access = await (await root.getFileHandle("f", { create: true })).createSyncAccessHandle();
    expect(access.write(new Uint8Array([1, 2, 3]))).toBe(3);
    expect(access.write(new Uint8Array([4]))).toBe(1);
    expect(access.write(new Uint8Array([9]), { at: 6 })).toBe(1);
    expect(access.getSize()).toBe(7);
    const buffer = new Uint8Array(4);
    expect(access.read(buffer, { at: 3 })).toBe(4);
    expect([...buffer]).toEqual([4, 0, 0, 9]);
    expect(access.read(buffer, { at: 7 })).toBe(0);
    access.truncate(2);
    access.close();
    access.close();
    expect(() => access.getSize()).toThrow(named("InvalidStateError"));
    expect(await read(root, "f")).toEqual([1, 2]);
  });

  it("lets nobody write, move or remove a file that is open", async () => {
    const root = new FakeDirectoryHandle();
    await write(root, "g", 1);
    const file = await root.getFileHandle("f", { create: true });
    const access = await file.createSyncAccessHandle();
    const locked = named("NoModificationAllowedError");
    await expect(file.createSyncAccessHandle()).rejects.toEqual(locked);
    await expect(root.removeEntry("f")).rejects.toEqual(locked);
    await expect(file.move?.(root, "h")).rejects.toEqual(locked);
    await expect((await root.getFileHandle("g")).move?.(root, "f")).rejects.toEqual(locked);
    expect((await file.getFile()).size).toBe(0);
    access.close();
    await file.move?.(root, "g");
    expect(await read(root, "g")).toEqual([]);
  });

  it("gives snapshots that cannot be read once the file is another one", async () => {
    const root = new FakeDirectoryHandle();
    await write(root, "f", 1, 2, 3);
    const file = await (await root.getFileHandle("f")).getFile();
    const part = file.slice(1, 2);
    expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([2]);
    await write(root, "f", 4);
    await expect(file.arrayBuffer()).rejects.toEqual(named("NotReadableError"));
    await expect(part.arrayBuffer()).rejects.toEqual(named("NotReadableError"));
  });

  it("has so much room and no more, and gets it back", async () => {
    const quota = new FakeQuota(10);
    const root = new FakeDirectoryHandle({ quota });
    await write(root, "a", 1, 2, 3, 4);
    await write(root, "b", 1, 2, 3, 4);
    const access = await (await root.getFileHandle("c", { create: true })).createSyncAccessHandle();
    expect(() => access.write(new Uint8Array(3))).toThrow(named("QuotaExceededError"));
    expect(access.getSize()).toBe(0);
    await root.removeEntry("a");
    expect(access.write(new Uint8Array(6))).toBe(6);
    access.close();
    await (await root.getFileHandle("c")).move?.(root, "b");
    expect(quota.used).toBe(6);
  });

  it("knows its entries and their ways", async () => {
    const root = new FakeDirectoryHandle();
    const deep = await root.getDirectoryHandle("d", { create: true });
    await write(deep, "f", 1);
    const names: string[] = [];
    for await (const [name, { kind }] of root) names.push(`${kind} ${name}`);
    expect(names).toEqual(["directory d"]);
    expect(await root.resolve(await deep.getFileHandle("f"))).toEqual(["d", "f"]);
    expect(await deep.resolve(root)).toBeNull();
    expect(await deep.isSameEntry(await root.getDirectoryHandle("d"))).toBe(true);
  });
});
