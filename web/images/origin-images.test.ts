import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Image, ReceiveOptions } from "../../drivers/base/image.ts";
import { FakeDirectoryHandle, FakeQuota } from "../../drivers/simulation/fake-directory.ts";
import { streamOfBytes } from "../../drivers/testing/test-resources.ts";
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "./limits.ts";
import { OriginImages } from "./origin-images.ts";
import { createScopedLocks } from "./testing/scoped-locks.ts";

/** A browser with one origin, and as many tabs as are opened in it. */
class Browser {
  readonly quota = new FakeQuota();
  readonly root: FakeDirectoryHandle;
  readonly locks = createScopedLocks();
  now = 1000;
  /** What the browser says that it gives, bytes; it may be wrong. */
  promised = Number.POSITIVE_INFINITY;

  constructor(options: { withoutMove?: boolean } = {}) {
    this.root = new FakeDirectoryHandle({ ...options, quota: this.quota });
  }

  tab(instance: string, limits: Partial<ImageLimits> = {}): Promise<OriginImages> {
    return OriginImages.open({
      directory: this.root,
      locks: this.locks,
      estimate: async () => ({
        quota: this.promised,
        usage: this.quota.used,
      }),
      clock: { now: () => this.now, sleep: () => Promise.reject(new Error("nothing waits here")) },
      instance,
      limits: { ...DEFAULT_IMAGE_LIMITS, ...limits },
      nextTurn: () => new Promise(setImmediate),
    });
  }

  /** Let go of an image, and wait until the browser has noticed. */
  async release(...images: Image[]): Promise<void> {
    for (const image of images) image[Symbol.dispose]();
    for (const { sha256 } of images) await this.locks.request(`jumptab image ${sha256}`, () => undefined);
  }

  /** "images/<sha256>", sorted. */
  async files(): Promise<string[]> {
    const found: string[] = [];
    for await (const [folder, directory] of this.root.entries()) {
      if (directory.kind !== "directory") throw new Error("a file in the root");
      for await (const name of directory.keys()) found.push(`${folder}/${name}`);
    }
    return found.sort();
  }
}

const options = (more: Partial<ReceiveOptions> = {}): ReceiveOptions => ({
  signal: new AbortController().signal,
  ...more,
});

const bytesOf = (text: string, times = 1) => new TextEncoder().encode(text.repeat(times));
const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const read = async (image: Image, range?: { start?: number; end?: number }): Promise<Uint8Array> =>
  new Uint8Array(await new Response(image.stream(range)).arrayBuffer());

const putAll = async (store: OriginImages, browser: Browser, ...contents: string[]) => {
  for (const content of contents) {
    browser.now += 1;
    await browser.release(await store.receive(streamOfBytes(bytesOf(content)), options()));
  }
};

const kept = async (store: OriginImages, browser: Browser, ...contents: string[]) => {
  const there: string[] = [];
  for (const content of contents) {
    const image = await store.open(sha256Of(bytesOf(content)));
    if (image === undefined) continue;
    there.push(content);
    await browser.release(image);
  }
  return there;
};

describe("images in the origin's files", () => {
  for (const withoutMove of [false, true]) {
    it(`keeps a file under its hash${withoutMove ? ", also where files cannot be moved" : ""}`, async () => {
      const browser = new Browser({ withoutMove });
      const store = await browser.tab("one");
      const bytes = crypto.getRandomValues(new Uint8Array(60_000));
      const progress: number[] = [];
      using image = await store.receive(
        streamOfBytes(bytes, { chunkBytes: 20_000 }),
        options({ onProgress: (count) => void progress.push(count) }),
      );
      expect(image).toMatchObject({ sha256: sha256Of(bytes), size: 60_000 });
      expect(progress).toEqual([20_000, 40_000, 60_000]);
      expect(await read(image)).toEqual(bytes);
      expect(await browser.files()).toEqual([`images/${image.sha256}`, `used/${image.sha256}`]);
      expect(browser.quota.used).toBe(60_000 + "1000".length);
    });
  }

  it("keeps an empty file", async () => {
    const browser = new Browser();
    const store = await browser.tab("one");
    using image = await store.receive(streamOfBytes(new Uint8Array()), options());
    expect(image).toMatchObject({ sha256: sha256Of(new Uint8Array()), size: 0 });
    expect(await read(image)).toEqual(new Uint8Array());
    expect(await image.bytes()).toEqual(new Uint8Array());
  });

  it("reads parts of an image, as a stream and whole", async () => {
    const store = await new Browser().tab("one");
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    const big = new Uint8Array(600_000);
    for (let at = 0; at < big.length; at += bytes.length) big.set(bytes, at);
    using image = await store.receive(streamOfBytes(big), options());
    for (const range of [
      {},
      { start: 5 },
      { end: 7 },
      { start: 262_143, end: 262_145 },
      { start: 599_999, end: 900_000 },
      { start: 10, end: 10 },
    ]) {
      const expected = big.slice(range.start ?? 0, range.end);
      expect(sha256Of(await read(image, range)), JSON.stringify(range)).toBe(sha256Of(expected));
      expect(sha256Of(await image.bytes(range)), JSON.stringify(range)).toBe(sha256Of(expected));
    }
  });

  it("keeps the same content once, also of two transfers at the same time and of two tabs", async () => {
    const browser = new Browser();
    const [one, two] = [await browser.tab("one"), await browser.tab("two")];
    const bytes = bytesOf("the same");
    const stores = [one, one, two, two];
    const images = await Promise.all(stores.map((store) => store.receive(streamOfBytes(bytes), options())));
    expect(await browser.files()).toEqual([`images/${sha256Of(bytes)}`, `used/${sha256Of(bytes)}`]);
    for (const image of images) expect(await read(image)).toEqual(bytes);
  });

  it("opens what any tab has stored, and nothing else", async () => {
    const browser = new Browser();
    await putAll(await browser.tab("one"), browser, "kernel");
    const store = await browser.tab("two");
    using image = await store.open(sha256Of(bytesOf("kernel")));
    expect(image === undefined ? undefined : await read(image)).toEqual(bytesOf("kernel"));
    expect(await store.open(sha256Of(bytesOf("nobody")))).toBeUndefined();
    for (const name of ["", "..", "incoming", "../incoming/x"])
      expect(await store.open(name)).toBeUndefined();
  });

  it("does not open a damaged file, and takes the fresh one in its place", async () => {
    const browser = new Browser();
    await putAll(await browser.tab("one"), browser, "kernel", "loader");
    const damage = async (content: string) => {
      const images = await browser.root.getDirectoryHandle("images");
      const file = await images.getFileHandle(sha256Of(bytesOf(content)));
      const access = await file.createSyncAccessHandle();
      access.write(new Uint8Array(1), { at: 2 });
      access.close();
    };
    await damage("kernel");
    await damage("loader");
    const store = await browser.tab("two");
    expect(await kept(store, browser, "kernel")).toEqual([]);
    using image = await store.receive(streamOfBytes(bytesOf("loader")), options());
    expect(await read(image)).toEqual(bytesOf("loader"));
    expect(await browser.files()).toEqual([
      `images/${image.sha256}`,
      expect.any(String),
      `used/${image.sha256}`,
    ]);
  });
});

describe("a transfer that fails", () => {
  const failures: Record<string, (store: OriginImages) => Promise<unknown>> = {
    "because its stream does": (store) =>
      store.receive(streamOfBytes(bytesOf("half"), { error: new Error("the client has gone") }), options()),
    "because it is more than the device holds": (store) =>
      store.receive(streamOfBytes(bytesOf("x", 1001)), options({ maxBytes: 1000 })),
    "because it is cancelled": (store) => {
      const cancelled = new AbortController();
      const more = { onProgress: () => cancelled.abort(new Error("cancelled")) };
      return store.receive(streamOfBytes(bytesOf("half")), options({ ...more, signal: cancelled.signal }));
    },
    "because it was cancelled before": (store) =>
      store.receive(
        streamOfBytes(bytesOf("half")),
        options({ signal: AbortSignal.abort(new Error("cancelled")) }),
      ),
  };
  for (const [why, fail] of Object.entries(failures)) {
    it(`leaves nothing behind ${why}`, async () => {
      const browser = new Browser();
      const store = await browser.tab("one");
      await expect(fail(store)).rejects.toThrow(/cancelled|the client has gone|more than 1000 bytes/);
      expect(await browser.files()).toEqual([]);
      expect(browser.quota.used).toBe(0);
    });
  }

  it("takes as many bytes as the device holds, and not one more", async () => {
    const store = await new Browser().tab("one");
    using image = await store.receive(streamOfBytes(bytesOf("x", 1000)), options({ maxBytes: 1000 }));
    expect(image.size).toBe(1000);
    const refused = store.receive(streamOfBytes(bytesOf("x", 1001)), options({ maxBytes: 1000 }));
    await expect(refused).rejects.toMatchObject({ code: "invalid-argument" });
  });

  it("tells its source, and does not wait for a source that never sends", async () => {
    const store = await new Browser().tab("one");
    let reason: unknown;
    const silent = new ReadableStream<Uint8Array>({
      cancel(cause) {
        reason = cause;
      },
    });
    const cancelled = new AbortController();
    const received = store.receive(silent, options({ signal: cancelled.signal }));
    cancelled.abort(new Error("cancelled"));
    await expect(received).rejects.toThrow("cancelled");
    expect(reason).toEqual(new Error("cancelled"));
  });
});

describe("room", () => {
  it("is made by letting go of what was not used for longest", async () => {
    const browser = new Browser();
    const store = await browser.tab("one", { maxKeptImages: 2 });
    await putAll(store, browser, "a", "b");
    browser.now += 1;
    expect(await kept(store, browser, "a")).toEqual(["a"]);
    // Room is made before an image comes: there are three now, and two after the next look.
    await putAll(store, browser, "c", "d");
    expect(await kept(store, browser, "a", "b", "c", "d")).toEqual(["a", "c", "d"]);
  });

  it("is bounded in bytes, by the limit and by half of what the browser gives", async () => {
    for (const [limit, quota] of [
      [25, 1000],
      [1000, 50],
    ] as const) {
      const browser = new Browser();
      browser.promised = quota;
      const store = await browser.tab("one", { maxKeptBytes: limit });
      await putAll(store, browser, "a".repeat(10), "b".repeat(10));
      await putAll(store, browser, "c".repeat(10), "d");
      expect(await kept(store, browser, "a".repeat(10), "b".repeat(10), "c".repeat(10))).toEqual([
        "b".repeat(10),
        "c".repeat(10),
      ]);
    }
  });

  it("is made in the middle of a transfer when the browser gives no more", async () => {
    const browser = new Browser();
    const store = await browser.tab("one");
    const [old, newer] = ["old ".repeat(50), "new ".repeat(50)];
    await putAll(store, browser, old, newer);
    browser.quota.limit = browser.quota.used + 100;
    const bytes = bytesOf("x", 190);
    using image = await store.receive(streamOfBytes(bytes, { chunkBytes: 100 }), options());
    expect(await read(image)).toEqual(bytes);
    expect(await kept(store, browser, old, newer)).toEqual([newer]);
  });

  it("is not made of images in use, in this tab or another: then the transfer fails with the cure, and leaves nothing", async () => {
    const browser = new Browser();
    const [one, two] = [await browser.tab("one"), await browser.tab("two")];
    using mine = await one.receive(streamOfBytes(bytesOf("mine ", 100)), options());
    using theirs = await two.receive(streamOfBytes(bytesOf("theirs ", 100)), options());
    const before = await browser.files();
    browser.quota.limit = browser.quota.used + 100;
    const refused = one.receive(streamOfBytes(bytesOf("x", 101)), options());
    await expect(refused).rejects.toMatchObject({
      code: "storage-full",
      message: expect.stringMatching(/free some disk space/),
    });
    expect(await browser.files()).toEqual(before);
    expect(await read(mine)).toEqual(bytesOf("mine ", 100));
    expect(await read(theirs)).toEqual(bytesOf("theirs ", 100));
    // As soon as the other tab lets go, there is room.
    await browser.release(theirs);
    using image = await one.receive(streamOfBytes(bytesOf("x", 101)), options());
    expect(image.size).toBe(101);
  });
});

describe("when an image was last used", () => {
  it("is not worth an error: what is there is opened also where there is no room to note it", async () => {
    const browser = new Browser();
    const store = await browser.tab("one");
    await putAll(store, browser, "kernel");
    browser.quota.limit = 0;
    using image = await store.open(sha256Of(bytesOf("kernel")));
    expect(image === undefined ? undefined : await read(image)).toEqual(bytesOf("kernel"));
  });

  it("may be noted by another tab between a look at it and the reading", async () => {
    const browser = new Browser();
    await putAll(await browser.tab("one"), browser, "kernel");
    const { root } = browser;
    const open = root.getDirectoryHandle.bind(root);
    root.getDirectoryHandle = async (name, how) => {
      const directory = await open(name, how);
      if (name === "used") noteAfterEachLook(directory);
      return directory;
    };
    const two = await browser.tab("two");
    using image = await two.receive(streamOfBytes(bytesOf("loader")), options());
    expect(await read(image)).toEqual(bytesOf("loader"));
  });
});

function noteAfterEachLook(directory: FakeDirectoryHandle): void {
  const find = directory.getFileHandle.bind(directory);
  directory.getFileHandle = async (name, how) => {
    const file = await find(name, how);
    const look = file.getFile.bind(file);
    file.getFile = async () => {
      const seen = await look();
      const access = await file.createSyncAccessHandle();
      access.write(bytesOf("2000"), { at: 0 });
      access.close();
      return seen;
    };
    return file;
  };
}

describe("what a killed tab leaves", () => {
  const leave = async (browser: Browser, name: string) => {
    const incoming = await browser.root.getDirectoryHandle("incoming", { create: true });
    const access = await (await incoming.getFileHandle(name, { create: true })).createSyncAccessHandle();
    access.write(bytesOf("half"));
    access.close();
  };

  it("is removed when the next one starts", async () => {
    const browser = new Browser();
    await leave(browser, "killed.0");
    await leave(browser, "killed.1");
    await browser.tab("one");
    expect(await browser.files()).toEqual([]);
  });

  it("is told from what another tab is just receiving", async () => {
    const browser = new Browser();
    const one = await browser.tab("one");
    await leave(browser, "killed.0");
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const begun = Promise.withResolvers<void>();
    const received = one.receive(readable, options({ onProgress: () => begun.resolve() }));
    await writer.write(bytesOf("first "));
    await begun.promise;
    await browser.tab("two");
    expect(await browser.files()).toEqual(["incoming/one.0"]);
    await writer.write(bytesOf("second"));
    await writer.close();
    using image = await received;
    expect(await read(image)).toEqual(bytesOf("first second"));
  });
});
