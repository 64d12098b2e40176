import { parse, safeParse } from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import type { JsonValue } from "../base/json.ts";
import { FakeDirectoryHandle, FakeQuota } from "../simulation/fake-directory.ts";
import { call, createTestContext, type TestContext } from "../testing/test-context.ts";
import { createTestStorage } from "../testing/test-resources.ts";
import { definition } from "./driver.ts";
import { MAX_OPEN_FILES } from "./open-files.ts";

interface Bench {
  readonly context: TestContext;
  readonly driver: Driver;
  readonly quota: FakeQuota;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  list(path: string): Promise<JsonValue[]>;
  scan(path: string): Promise<JsonValue[]>;
  call(method: string, ...args: readonly JsonValue[]): Promise<JsonValue>;
  /** An fd. */
  open(path: string, mode: "rb" | "wb"): Promise<string>;
  put(fd: string, text: string): Promise<void>;
  get(fd: string): Promise<string>;
}

interface BenchOptions {
  readonly withoutMove?: boolean;
  readonly config?: object;
  readonly folders?: FakeDirectoryHandle;
}

async function createBench(
  scheme: "fs" | "memory",
  { withoutMove = false, config = {}, folders }: BenchOptions = {},
): Promise<Bench> {
  const quota = new FakeQuota();
  const root = folders ?? new FakeDirectoryHandle({ quota, withoutMove });
  const context = createTestContext({
    storage: createTestStorage((name) => root.getDirectoryHandle(encodeURIComponent(name), { create: true })),
  });
  const kwargs: Record<string, string> = scheme === "fs" ? { root: "/srv/files" } : {};
  const driver = await definition.create(
    context,
    parse(definition.config, { scheme, kwargs, ...config }) as never,
  );
  const collect = async (method: string, path: string) => {
    const exported = driver.methods.get(method);
    if (exported?.kind !== "streaming-call") throw new Error("no streaming call");
    return await all(exported.run([path], { signal: new AbortController().signal }));
  };
  const bench: Bench = {
    context,
    driver,
    quota,
    call: (method, ...args) => call(driver, method, ...args),
    open: async (path, mode) => (await call(driver, "open", path, mode)) as string,
    async put(fd, text) {
      const bytes = new TextEncoder().encode(text);
      expect(await call(driver, "file_write", fd, context.resources.toDriver(bytes))).toBeNull();
    },
    async get(fd) {
      const { handle, file } = context.resources.fromDriver();
      expect(await call(driver, "file_read", fd, handle)).toBeNull();
      return new TextDecoder().decode(await file);
    },
    async write(path, text) {
      const fd = await bench.open(path, "wb");
      await bench.put(fd, text);
      expect(await call(driver, "file_close", fd)).toBeNull();
    },
    async read(path) {
      const fd = await bench.open(path, "rb");
      const text = await bench.get(fd);
      await call(driver, "file_close", fd);
      return text;
    },
    list: (path) => collect("list", path),
    scan: (path) => collect("scan", path),
  };
  return bench;
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

const fault = (name: string) =>
  expect.objectContaining({ code: "other", message: expect.stringMatching(new RegExp(`^${name}: .+`)) });

for (const scheme of ["fs", "memory"] as const) {
  describe(`Opendal, scheme ${scheme}`, () => {
    it("is driven by the client OpendalClient", async () => {
      const { driver, context } = await createBench(scheme);
      expect(driver.clientClass).toBe("jumpstarter_driver_opendal.client.OpendalClient");
      expect(context.state).toEqual({ scheme, root: scheme === "fs" ? "/srv/files" : null, open: 0 });
    });

    it("gives back what was written, with its hashes", async () => {
      const bench = await createBench(scheme);
      await bench.write("test_file.txt", "hello");
      expect(await bench.read("/test_file.txt")).toBe("hello");
      expect(await bench.call("hash", "test_file.txt", "md5")).toBe("5d41402abc4b2a76b9719d911017c592");
      const sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
      expect(await bench.call("hash", "test_file.txt", "sha256")).toBe(sha256);
      expect(await bench.call("hash", "test_file.txt")).toBe(sha256);
      expect(await bench.call("hash", "test_file.txt", null)).toBe(sha256);
      await expect(bench.call("hash", "test_file.txt", "sha1")).rejects.toMatchObject({
        code: "invalid-argument",
      });
      expect(bench.context.state).toMatchObject({ open: 0 });
    });

    it("has every key of stat that clients want", async () => {
      const bench = await createBench(scheme);
      await bench.write("d/a.txt", "hello");
      const rest = { content_disposition: null, content_md5: null, content_type: null, etag: null };
      expect(await bench.call("stat", "d/a.txt")).toEqual({
        ...rest,
        content_length: 5,
        mode: { entry_is_file: true, entry_is_dir: false },
      });
      for (const path of ["", "/", "d/"]) {
        expect(await bench.call("stat", path), path).toEqual({
          ...rest,
          content_length: 0,
          mode: { entry_is_file: false, entry_is_dir: true },
        });
      }
    });

    it("seeks and tells in what is read", async () => {
      const bench = await createBench(scheme);
      await bench.write("f", "0123456789");
      const fd = await bench.open("f", "rb");
      expect(await bench.call("file_seek", fd, 3)).toBe(3);
      expect(await bench.call("file_tell", fd)).toBe(3);
      expect(await bench.get(fd)).toBe("3456789");
      expect(await bench.call("file_tell", fd)).toBe(10);
      expect(await bench.get(fd)).toBe("");
      expect(await bench.call("file_seek", fd, -3, 2)).toBe(7);
      expect(await bench.call("file_seek", fd, -1, 1)).toBe(6);
      expect(await bench.get(fd)).toBe("6789");
      expect(await bench.call("file_seek", fd, 100, 0)).toBe(100);
      expect(await bench.get(fd)).toBe("");
      await expect(bench.call("file_seek", fd, -1)).rejects.toMatchObject({ code: "other" });
      await expect(bench.call("file_seek", fd, 0, 7)).rejects.toMatchObject({ code: "invalid-argument" });
      await expect(bench.call("file_seek", fd, 1.5)).rejects.toMatchObject({ code: "invalid-argument" });
      expect(await bench.call("file_tell", fd)).toBe(100);
    });

    it("says of a file whether it is open, and for what", async () => {
      const bench = await createBench(scheme);
      const of = async (fd: string) =>
        await Promise.all(
          ["file_closed", "file_readable", "file_seekable", "file_writable"].map((method) =>
            bench.call(method, fd),
          ),
        );
      const writer = await bench.open("f", "wb");
      expect(await of(writer)).toEqual([false, false, false, true]);
      for (const method of ["file_tell", "file_seek"]) {
        await expect(
          bench.call(method, writer, ...(method === "file_seek" ? [0] : [])),
        ).rejects.toMatchObject({
          code: "other",
        });
      }
      expect(await bench.get(writer)).toBe("");
      expect(bench.context.state).toMatchObject({ open: 1 });
      await bench.call("file_close", writer);
      expect(await of(writer)).toEqual([true, false, false, false]);
      expect(await bench.call("file_close", writer)).toBeNull();
      await expect(bench.put(writer, "x")).rejects.toMatchObject({ code: "other" });

      const reader = await bench.open("f", "rb");
      expect(await of(reader)).toEqual([false, true, true, false]);
      await expect(bench.put(reader, "x")).rejects.toMatchObject({ code: "other" });
      await bench.call("file_close", reader);
      expect(await of(reader)).toEqual([true, false, false, false]);
      expect(await bench.get(reader)).toBe("");
      await expect(bench.call("file_tell", reader)).rejects.toMatchObject({ code: "other" });
    });

    it("takes uuids as Python does, and refuses those that it has not given", async () => {
      const bench = await createBench(scheme);
      const fd = await bench.open("f", "wb");
      expect(fd).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(await bench.call("file_closed", fd.replaceAll("-", "").toUpperCase())).toBe(false);
      const unknown = "6f1a1a8e-0f83-4dd0-8a0a-8a5b7e6b7a11";
      for (const method of ["file_tell", "file_close", "file_closed", "file_readable", "file_writable"]) {
        await expect(bench.call(method, unknown), method).rejects.toMatchObject({ code: "other" });
        await expect(bench.call(method, "nope"), method).rejects.toMatchObject({ code: "invalid-argument" });
      }
      await expect(bench.get(unknown)).rejects.toMatchObject({ code: "other" });
    });

    it("truncates what is opened for writing, appends every write, and has an empty file of none", async () => {
      const bench = await createBench(scheme);
      await bench.write("f", "0123456789");
      const fd = await bench.open("f", "wb");
      await bench.put(fd, "abc");
      await bench.put(fd, "def");
      await bench.call("file_close", fd);
      expect(await bench.read("f")).toBe("abcdef");
      await bench.call("file_close", await bench.open("f", "wb"));
      expect(await bench.read("f")).toBe("");
      expect(await bench.call("exists", "f")).toBe(true);
    });

    it("leaves a path to whom opened it for writing last", async () => {
      const bench = await createBench(scheme);
      const dead = await bench.open("f", "wb");
      await bench.put(dead, "half of an uplo");
      await bench.write("f", "all of it");
      expect(await bench.call("file_closed", dead)).toBe(true);
      await expect(bench.put(dead, "ad")).rejects.toMatchObject({ code: "other" });
      expect(await bench.read("f")).toBe("all of it");
      expect(bench.context.lines).toEqual([expect.stringMatching(/^WARNING f was still open/)]);
    });

    it("keeps so many files open, and closes the one that nobody has used for longest", async () => {
      const bench = await createBench(scheme);
      await bench.write("f", "x");
      const fds: string[] = [];
      for (let count = 0; count < MAX_OPEN_FILES; count += 1) fds.push(await bench.open("f", "rb"));
      const [first = "", second = ""] = fds;
      await bench.call("file_tell", first);
      await bench.open("f", "rb");
      expect(bench.context.state).toMatchObject({ open: MAX_OPEN_FILES });
      expect(await bench.call("file_closed", first)).toBe(false);
      expect(await bench.call("file_closed", second)).toBe(true);
    });

    it("has nothing where nothing is", async () => {
      const bench = await createBench(scheme);
      await bench.write("a.txt", "hello");
      for (const [method, ...args] of [
        ["stat", "nope"],
        ["stat", "a.txt/"],
        ["stat", "nope/a"],
        ["open", "nope", "rb"],
        ["hash", "nope", "md5"],
      ] as const) {
        await expect(bench.call(method, ...args), `${method} ${args[0]}`).rejects.toEqual(fault("NotFound"));
      }
      for (const path of ["nope", "nope/", "a.txt/", "a.txt/b"]) {
        expect(await bench.call("exists", path), path).toBe(false);
        expect(await bench.list(path), path).toEqual([]);
        expect(await bench.scan(path), path).toEqual([]);
      }
      for (const path of ["nope", "nope/", "nope/a"]) {
        expect(await bench.call("delete", path)).toBeNull();
        expect(await bench.call("remove_all", path)).toBeNull();
      }
      expect(await bench.call("exists", "a.txt")).toBe(true);
    });

    it("reads and writes no directory", async () => {
      const bench = await createBench(scheme);
      await bench.call("create_dir", "d/");
      for (const [method, ...args] of [
        ["open", "d/", "rb"],
        ["open", "d/", "wb"],
        ["open", "", "wb"],
        ["hash", "d/", "md5"],
      ] as const) {
        await expect(bench.call(method, ...args)).rejects.toEqual(fault("IsADirectory"));
      }
      await expect(bench.call("create_dir", "x")).rejects.toEqual(fault("NotADirectory"));
      await expect(bench.call("open", "a", "ab")).rejects.toMatchObject({ code: "invalid-argument" });
    });

    it("makes directories, deep ones and again, and removes them", async () => {
      const bench = await createBench(scheme);
      await bench.call("create_dir", "x/y/z/");
      await bench.call("create_dir", "x/y/z/");
      await bench.call("create_dir", "/");
      expect(await bench.call("exists", "x/y/")).toBe(true);
      await bench.call("delete", "x/y/z/");
      expect(await bench.call("exists", "x/y/z/")).toBe(false);
      await bench.write("x/1", "1");
      await bench.write("x/deep/2", "2");
      await bench.write("x2", "3");
      await bench.call("remove_all", "x");
      expect(await bench.call("exists", "x/")).toBe(false);
      // Upstream's 0.45 takes away all that begins with x.
      expect(await bench.read("x2")).toBe("3");
      await bench.call("remove_all", "/");
      expect(await bench.call("exists", "x2")).toBe(false);
    });

    it("has no addresses to give away", async () => {
      const bench = await createBench(scheme);
      for (const method of ["presign_stat", "presign_read", "presign_write"]) {
        await expect(bench.call(method, "a", 10)).rejects.toEqual(fault("Unsupported"));
      }
    });

    it("has every key of the capability", async () => {
      const bench = await createBench(scheme);
      const capability = (await bench.call("capability")) as Record<string, JsonValue>;
      expect(Object.keys(capability).sort()).toEqual(CAPABILITY_KEYS);
      for (const [key, value] of Object.entries(capability)) {
        expect(value, key).toEqual(/^write_\w+_size$/.test(key) ? null : expect.any(Boolean));
      }
      expect(capability).toMatchObject({ read: true, copy: scheme === "fs", rename: scheme === "fs" });
    });

    it("remembers what a session has created, until it ends", async () => {
      const bench = await createBench(scheme);
      await bench.write("/a//b", "1");
      await bench.call("create_dir", "c/d/");
      await bench.write("gone", "1");
      await bench.call("delete", "gone");
      await bench.call("register_path", "\\foo//bar/../baz/");
      expect(await bench.call("get_created_resources")).toEqual(["a/b", "c/d", "foo/baz"]);
      await bench.driver.reset?.();
      expect(await bench.call("get_created_resources")).toEqual([]);
      expect(await bench.read("a/b")).toBe("1");
    });

    it("closes what a session has left open", async () => {
      const bench = await createBench(scheme);
      const fd = await bench.open("f", "wb");
      await bench.driver.reset?.();
      await expect(bench.call("file_closed", fd)).rejects.toMatchObject({ code: "other" });
      expect(bench.context.state).toMatchObject({ open: 0 });
      await bench.write("f", "new");
      expect(await bench.read("f")).toBe("new");
    });

    it("leaves nothing open of a file that is just being opened when the session ends", async () => {
      const bench = await createBench(scheme);
      const opening = expect(bench.open("f", "wb")).rejects.toThrow(/session has ended/);
      await bench.driver.reset?.();
      await opening;
      expect(bench.context.state).toMatchObject({ open: 0 });
      await bench.write("f", "new");
      expect(await bench.read("f")).toBe("new");
    });

    it("ends a transfer that fails with its error, and the file can be written anew", async () => {
      const bench = await createBench(scheme);
      const fd = await bench.open("f", "wb");
      const error = new DriverError("other", "the client has gone");
      const source = bench.context.resources.toDriver(new Uint8Array(3), { error });
      await expect(bench.call("file_write", fd, source)).rejects.toBe(error);
      await bench.write("f", "again");
      expect(await bench.read("f")).toBe("again");
    });

    it("reads a file in the order of its bytes, however long it is", async () => {
      const bench = await createBench(scheme);
      const text = Array.from({ length: 60_000 }, (_, index) => `${index}`.padStart(9, "0")).join("\n");
      await bench.write("long", text);
      expect((await bench.read("long")) === text).toBe(true);
      expect(await bench.call("stat", "long")).toMatchObject({ content_length: text.length });
    });
  });
}

describe("Opendal, scheme fs", () => {
  it("lists a directory with itself first, and scans it with itself last", async () => {
    const bench = await createBench("fs");
    for (const path of ["b/2.txt", "b/1.txt", "b/10.txt", "bb", "a.txt"]) await bench.write(path, "x");
    await bench.call("create_dir", "b/c/");
    expect(await bench.list("/")).toEqual(["/", "a.txt", "b/", "bb"]);
    expect(await bench.list("")).toEqual(["/", "a.txt", "b/", "bb"]);
    expect(await bench.list("b/")).toEqual(["b/", "b/1.txt", "b/10.txt", "b/2.txt", "b/c/"]);
    expect(await bench.list("/b/")).toEqual(await bench.list("b/"));
    expect(await bench.scan("/")).toEqual([
      "a.txt",
      "b/1.txt",
      "b/10.txt",
      "b/2.txt",
      "b/c/",
      "b/",
      "bb",
      "/",
    ]);
    // Without its slash, a path is the beginning of names.
    expect(await bench.list("b")).toEqual(["b/", "bb"]);
    expect(await bench.scan("b")).toEqual(["b/1.txt", "b/10.txt", "b/2.txt", "b/c/", "b/", "bb"]);
    expect(await bench.list("a.txt")).toEqual(["a.txt"]);
  });

  it("shows a file that is being written, and a directory without its slash", async () => {
    const bench = await createBench("fs");
    const fd = await bench.open("d/f", "wb");
    expect(await bench.call("stat", "d/f")).toMatchObject({ content_length: 0 });
    await bench.put(fd, "abc");
    expect(await bench.read("d/f")).toBe("abc");
    expect(await bench.call("exists", "d")).toBe(true);
    expect(await bench.call("stat", "d")).toMatchObject({ mode: { entry_is_dir: true } });
  });

  for (const withoutMove of [false, true]) {
    it(`copies and renames${withoutMove ? ", also where files cannot be moved" : ""}`, async () => {
      const bench = await createBench("fs", { withoutMove });
      await bench.write("a", "A");
      await bench.write("b", "B");
      await bench.call("copy", "a", "n/e/w");
      expect(await bench.read("n/e/w")).toBe("A");
      await bench.call("copy", "a", "b");
      expect(await bench.read("b")).toBe("A");
      await bench.write("b", "B");
      await bench.call("rename", "a", "b");
      expect(await bench.read("b")).toBe("A");
      expect(await bench.call("exists", "a")).toBe(false);
      await bench.call("rename", "b", "o/p");
      expect(await bench.scan("/")).toEqual(["n/e/w", "n/e/", "n/", "o/p", "o/", "/"]);
      expect(await bench.call("get_created_resources")).toEqual(["n/e/w", "o/p"]);
    });

    it(`renames a directory with all that is in it${withoutMove ? ", file by file" : ""}`, async () => {
      const bench = await createBench("fs", { withoutMove });
      await bench.write("d/1", "1");
      await bench.write("d/e/2", "2");
      await bench.call("create_dir", "d/f/");
      await bench.call("rename", "d", "x/y");
      expect(await bench.scan("/")).toEqual(["x/y/1", "x/y/e/2", "x/y/e/", "x/y/f/", "x/y/", "x/", "/"]);
      expect(await bench.read("x/y/e/2")).toBe("2");
      await expect(bench.call("rename", "x", "x/y/z")).rejects.toEqual(fault("Unexpected"));
      expect(await bench.read("x/y/e/2")).toBe("2");
    });
  }

  it("refuses what upstream refuses, with OpenDAL's word for it", async () => {
    const bench = await createBench("fs");
    await bench.write("a", "A");
    await bench.write("d/f", "F");
    for (const [word, method, ...args] of [
      ["IsSameFile", "copy", "a", "a"],
      ["IsSameFile", "copy", "a", "./a"],
      ["IsSameFile", "rename", "a", "a"],
      ["NotFound", "copy", "nope", "n"],
      ["NotFound", "rename", "nope", "n"],
      ["IsADirectory", "copy", "d/", "n/"],
      ["IsADirectory", "copy", "d", "n"],
      ["IsADirectory", "copy", "a", "d/"],
      ["IsADirectory", "copy", "a", "d"],
      ["IsADirectory", "rename", "d/", "n/"],
      ["IsADirectory", "rename", "a", "d"],
      ["NotADirectory", "rename", "d", "a"],
      ["AlreadyExists", "create_dir", "a/"],
      ["AlreadyExists", "create_dir", "a/q/"],
      ["AlreadyExists", "open", "a/q", "wb"],
      ["IsADirectory", "open", "d", "wb"],
      ["IsADirectory", "open", "d", "rb"],
      ["Unexpected", "delete", "d/"],
      ["Unexpected", "delete", "d"],
      ["Unexpected", "delete", "/"],
      ["Unexpected", "stat", "back\\slash"],
    ] as const) {
      const refused = bench.call(method, ...args);
      await expect(refused, `${method} ${args.join(" ")}`).rejects.toEqual(fault(word));
    }
    expect(await bench.scan("/")).toEqual(["a", "d/f", "d/", "/"]);
    expect(await bench.read("a")).toBe("A");
  });

  it("lets nobody out of its folder", async () => {
    const folders = new FakeDirectoryHandle();
    const secret = await folders.getDirectoryHandle("secret", { create: true });
    await secret.getFileHandle("key", { create: true });
    const bench = await createBench("fs", { folders });
    await bench.write("d/f", "F");
    for (const path of ["../secret/key", "d/../../secret/key", "..", "./../x"]) {
      for (const [method, ...more] of [
        ["open", "rb"],
        ["open", "wb"],
        ["stat"],
        ["exists"],
        ["delete"],
        ["remove_all"],
        ["hash", "md5"],
        ["copy", "d/g"],
        ["rename", "d/g"],
      ] as const) {
        await expect(bench.call(method, path, ...more), `${method} ${path}`).rejects.toEqual(
          fault("PermissionDenied"),
        );
      }
      await expect(bench.call("copy", "d/f", path)).rejects.toEqual(fault("PermissionDenied"));
      await expect(bench.list(path)).rejects.toEqual(fault("PermissionDenied"));
    }
    expect(await all(secret.keys())).toEqual(["key"]);
    expect(await bench.read("d/../d/f")).toBe("F");
  });

  it("keeps a folder for each root: the same root is the same folder, over reloads and for all drivers", async () => {
    const folders = new FakeDirectoryHandle();
    const config = (root: string) => ({ config: { kwargs: { root } }, folders });
    await (await createBench("fs", config("/srv/files"))).write("f", "F");
    expect(await (await createBench("fs", config("/srv//files/"))).read("f")).toBe("F");
    expect(await (await createBench("fs", config("/srv/other"))).call("exists", "f")).toBe(false);
  });

  it("says storage-full when the browser gives no more room, and keeps what there was room for", async () => {
    const bench = await createBench("fs");
    bench.quota.limit = 10;
    const fd = await bench.open("f", "wb");
    await bench.put(fd, "0123456789");
    await expect(bench.put(fd, "x")).rejects.toMatchObject({ code: "storage-full" });
    await bench.call("file_close", fd);
    expect(await bench.read("f")).toBe("0123456789");
  });

  it("replaces and removes files that somebody has left open", async () => {
    const bench = await createBench("fs");
    await bench.write("a", "A");
    for (const [method, ...args] of [
      ["delete", "d/f"],
      ["remove_all", "d"],
      ["copy", "a", "d/f"],
      ["rename", "d", "e"],
      ["rename", "a", "d/f"],
    ] as const) {
      const fd = await bench.open("d/f", "wb");
      await bench.put(fd, "half");
      expect(await bench.call(method, ...args), method).toBeNull();
      expect(await bench.call("file_closed", fd)).toBe(true);
    }
    expect(await bench.scan("/")).toEqual(["d/f", "d/", "e/f", "e/", "/"]);
  });

  it("says when a file goes away while it is open", async () => {
    const bench = await createBench("fs");
    await bench.write("f", "F");
    const fd = await bench.open("f", "rb");
    await bench.call("delete", "f");
    await expect(bench.get(fd)).rejects.toEqual(fault("NotFound"));
  });

  it("removes what a session has created at its end, where the configuration says so", async () => {
    const bench = await createBench("fs", { config: { remove_created_on_close: true } });
    await bench.write("new/deep/f", "1");
    await bench.call("create_dir", "dir/");
    await bench.call("register_path", "../secret");
    await bench.call("register_path", "");
    await bench.write("open", "1");
    await bench.open("open", "wb");
    await bench.driver[Symbol.asyncDispose]();
    // Directories that came along with a file stay, as upstream.
    expect(await bench.scan("/")).toEqual(["new/deep/", "new/", "/"]);
    expect(bench.context.lines).toEqual([
      expect.stringMatching(/^ERROR \.\.\/secret was created and could not be removed/),
    ]);
  });

  it("says why where the browser keeps no files, and tries again later", async () => {
    let refused = true;
    const root = new FakeDirectoryHandle();
    const context = createTestContext({
      storage: createTestStorage(async () => {
        if (refused) throw new DriverError("not-implemented", "this browser keeps no files");
        return root;
      }),
    });
    const config = parse(definition.config, { scheme: "fs", kwargs: { root: "/x" } });
    const driver = await definition.create(context, config as never);
    await expect(call(driver, "exists", "f")).rejects.toMatchObject({ code: "not-implemented" });
    refused = false;
    expect(await call(driver, "exists", "f")).toBe(false);
  });
});

describe("Opendal, scheme memory", () => {
  it("lists what begins with a path, and the directory only if it was made", async () => {
    const bench = await createBench("memory");
    for (const path of ["b/2.txt", "b/1.txt", "bb", "a.txt", "d/e/f.txt"]) await bench.write(path, "x");
    await bench.call("create_dir", "b/c/");
    expect(await bench.list("/")).toEqual(["a.txt", "b/", "bb", "d/"]);
    expect(await bench.list("b/")).toEqual(["b/1.txt", "b/2.txt", "b/c/"]);
    expect(await bench.list("b")).toEqual(["b/", "bb"]);
    expect(await bench.scan("b")).toEqual(["b/1.txt", "b/2.txt", "b/c/", "bb"]);
    expect(await bench.scan("/")).toEqual(["a.txt", "b/1.txt", "b/2.txt", "b/c/", "bb", "d/e/f.txt"]);
    expect(await bench.list("b/c/")).toEqual(["b/c/"]);
    expect(await bench.call("exists", "d")).toBe(false);
    expect(await bench.call("exists", "d/")).toBe(true);
  });

  it("shows a file from its closing on", async () => {
    const bench = await createBench("memory");
    await bench.write("f", "old");
    const fd = await bench.open("f", "wb");
    const another = await bench.open("g", "wb");
    await bench.put(fd, "newer");
    expect(await bench.read("f")).toBe("old");
    expect(await bench.call("exists", "g")).toBe(false);
    await bench.call("file_close", fd);
    await bench.call("file_close", another);
    expect(await bench.read("f")).toBe("newer");
    expect(await bench.read("g")).toBe("");
  });

  it("neither copies nor renames, as upstream", async () => {
    const bench = await createBench("memory");
    await bench.write("f", "x");
    await expect(bench.call("copy", "f", "g")).rejects.toEqual(fault("Unsupported"));
    await expect(bench.call("rename", "f", "g")).rejects.toEqual(fault("Unsupported"));
    expect(await bench.call("get_created_resources")).toEqual(["f"]);
  });

  it("says that it does not clean up at the end", async () => {
    const bench = await createBench("memory", { config: { remove_created_on_close: true } });
    await bench.driver[Symbol.asyncDispose]();
    expect(bench.context.lines).toEqual([expect.stringMatching(/^WARNING .* not removed/)]);
  });
});

describe("the configuration of Opendal", () => {
  const problems = (config: unknown) =>
    safeParse(definition.config, config).issues?.map(({ message }) => message);

  it("is that of upstream, checked before the exporter starts", () => {
    expect(
      problems({ scheme: "fs", kwargs: { root: "/srv" }, remove_created_on_close: true }),
    ).toBeUndefined();
    expect(problems({ scheme: "memory", kwargs: {} })).toBeUndefined();
    expect(problems({ scheme: "memory" })).toHaveLength(1);
    expect(problems({ kwargs: {} })).toHaveLength(1);
    expect(problems({ scheme: "fs", kwargs: {} })).toEqual([expect.stringMatching(/wants kwargs.root/)]);
    expect(problems({ scheme: "fs", kwargs: { root: 5 } })).toEqual([expect.stringMatching(/in quotes/)]);
    expect(problems({ scheme: "memory", kwargs: {}, path: "/" })).toHaveLength(1);
  });

  it("asks for something that no page can do with any other scheme", () => {
    const impossible = (scheme: string) => definition.impossible?.({ scheme, kwargs: {} } as never);
    expect(impossible("s3")).toEqual({ key: "scheme", reason: expect.stringMatching(/s3/) });
    expect(impossible("memory")).toBeUndefined();
    expect(impossible("fs")).toBeUndefined();
  });
});

const CAPABILITY_KEYS = (
  "stat stat_with_if_match stat_with_if_none_match read read_with_if_match read_with_if_none_match " +
  "read_with_override_cache_control read_with_override_content_disposition read_with_override_content_type " +
  "write write_can_multi write_can_empty write_can_append write_with_content_type write_with_content_disposition " +
  "write_with_cache_control write_multi_max_size write_multi_min_size write_total_max_size create_dir delete copy " +
  "rename list list_with_limit list_with_start_after list_with_recursive presign presign_read presign_stat " +
  "presign_write shared blocking"
)
  .split(" ")
  .sort();
