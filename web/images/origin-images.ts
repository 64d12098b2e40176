/**
 * Images in the origin's private file system, one file each, named by its hash. Several tabs may do so at once.
 * Above: create-storage.ts. Below: receive-into.ts, stored-hash.ts, eviction.ts, image-reader.ts; directories and locks of the platform.
 * Specification: drivers/base/image.ts.
 *
 * An image comes into a file of its own (`incoming/<instance>.<number>`) and is moved to its hash (`images/<sha256>`) when it is whole; `used/<sha256>`
 * says when it was last asked for. Web Locks hold the tabs together, and go by themselves when a tab is killed: each instance holds one as long as
 * it lives, so that its left-over files can be told from those of others; whoever uses an image holds a shared one, so that nobody
 * evicts it; and files appear and go under one for the whole store.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { errorName } from "../../drivers/base/dom-error.ts";
import { DriverError } from "../../drivers/base/error.ts";
import {
  driverErrorFromFile,
  type OriginFileHandle,
  type SyncAccessHandle,
  writeAll,
  writeSome,
} from "../../drivers/base/file-system.ts";
import type { Image, ImageInfo, Images, ReceiveOptions } from "../../drivers/base/image.ts";
import { byLastUse, evictUntilWithin, type KeptImage } from "./eviction.ts";
import { createImage } from "./image-reader.ts";
import { COPY_CHUNK_BYTES, type ImageLimits, MAX_SHARE_OF_QUOTA } from "./limits.ts";
import { type ChunkSink, receiveInto } from "./receive-into.ts";
import { StoredHash, sha256OfBlob } from "./stored-hash.ts";

export interface OriginImagesOptions {
  /** A directory for the store alone. */
  readonly directory: FileSystemDirectoryHandle;
  readonly locks: Pick<LockManager, "request">;
  /** What the browser gives, and how much of it is used. */
  readonly estimate: () => Promise<StorageEstimate>;
  readonly clock: Clock;
  /** Of this worker: no other tab has the same. */
  readonly instance: string;
  readonly limits: ImageLimits;
  /** Resolves when everything else that waits for the worker has had its turn. */
  readonly nextTurn: () => Promise<void>;
}

const HASH = /^[0-9a-f]{64}$/;
const STORE_LOCK = "jumptab images";

export class OriginImages implements Images {
  readonly #options: OriginImagesOptions;
  readonly #images: FileSystemDirectoryHandle;
  readonly #incoming: FileSystemDirectoryHandle;
  readonly #used: FileSystemDirectoryHandle;
  /** Images whose bytes this instance has hashed itself. */
  readonly #verified = new Set<string>();
  #received = 0;

  /** Also removes what tabs that were killed have left. */
  static async open(options: OriginImagesOptions): Promise<OriginImages> {
    const { directory } = options;
    const [images, incoming, used] = await Promise.all(
      ["images", "incoming", "used"].map((name) => directory.getDirectoryHandle(name, { create: true })),
    );
    if (images === undefined || incoming === undefined || used === undefined) throw new Error("unreachable");
    const store = new OriginImages(options, images, incoming, used);
    await hold(options.locks, instanceLock(options.instance), "exclusive");
    await store.#removeLeftovers();
    return store;
  }

  private constructor(
    options: OriginImagesOptions,
    images: FileSystemDirectoryHandle,
    incoming: FileSystemDirectoryHandle,
    used: FileSystemDirectoryHandle,
  ) {
    this.#options = options;
    this.#images = images;
    this.#incoming = incoming;
    this.#used = used;
  }

  async receive(readable: ReadableStream<Uint8Array>, options: ReceiveOptions): Promise<Image> {
    const name = `${this.#options.instance}.${this.#received}`;
    this.#received += 1;
    // Beside the transfer, not before it.
    const trimmed = this.#trim();
    trimmed.catch(() => undefined); // awaited below, unless something else fails first
    let file: OriginFileHandle;
    let info: ImageInfo;
    try {
      file = await fileIn(this.#incoming, name, { create: true });
      const access = await file.createSyncAccessHandle();
      try {
        const hash = new StoredHash(access, this.#options);
        const size = await receiveInto(this.#sinkOf(access, hash), readable, options);
        info = { sha256: await hash.digest(size), size };
      } finally {
        access.close();
      }
      await trimmed;
      return await this.#keep(file, name, info);
    } catch (error) {
      await removeIfThere(this.#incoming, name);
      if (!readable.locked) await readable.cancel(error).catch(() => undefined); // it may have failed before
      options.signal.throwIfAborted();
      throw error instanceof DOMException ? driverErrorFromFile(error, "an image") : error;
    }
  }

  async open(sha256: string): Promise<Image | undefined> {
    if (!HASH.test(sha256)) return undefined;
    const release = await this.#pin(sha256);
    try {
      const file = await (await fileIfThere(this.#images, sha256))?.getFile();
      if (file !== undefined && (await this.#isWhole(sha256, file))) {
        await this.#touch(sha256);
        return createImage({ sha256, size: file.size, blob: file, release });
      }
    } catch (error) {
      release();
      throw driverErrorFromFile(error, `the image ${sha256}`);
    }
    release();
    return undefined;
  }

  #sinkOf(access: SyncAccessHandle, hash: StoredHash): ChunkSink {
    return {
      write: (chunk, at) => {
        const stored = at + chunk.length;
        const count = writeSome(access, chunk, { at });
        // Almost always: nothing to wait for.
        if (count === chunk.length) return hash.follow(chunk, stored);
        return this.#writeRest(access, chunk.subarray(count), at + count).then(() =>
          hash.follow(chunk, stored),
        );
      },
    };
  }

  /** What there was no room for. */
  async #writeRest(access: SyncAccessHandle, chunk: Uint8Array, at: number): Promise<void> {
    for (let written = 0; written < chunk.length; ) {
      const rest = chunk.subarray(written);
      const freed = await this.#makeRoom(rest.length);
      // Also when nothing was freed: somebody else may have done so meanwhile.
      const count = writeSome(access, rest, { at: at + written });
      if (count === 0 && freed === 0) throw await this.#full();
      written += count;
    }
  }

  /** From its own file to its hash, if it is not there. The image is in use from before it is there. */
  async #keep(file: OriginFileHandle, name: string, { sha256, size }: ImageInfo): Promise<Image> {
    return await this.#exclusively(async () => {
      await this.#dropDoubtful(sha256, size);
      const release = await this.#pin(sha256);
      try {
        await this.#touch(sha256);
        const there = (await fileIfThere(this.#images, sha256)) !== undefined;
        if (there) await removeIfThere(this.#incoming, name);
        else await moveTo(this.#images, sha256, { file, parent: this.#incoming, name });
        this.#verified.add(sha256);
        const blob = await (await fileIn(this.#images, sha256)).getFile();
        return createImage({ sha256, size, blob, release });
      } catch (error) {
        release();
        throw error;
      }
    });
  }

  /** A file that this instance has not hashed may be damaged, by a power cut, say: a fresh copy takes its place, unless it is in use. */
  async #dropDoubtful(sha256: string, size: number): Promise<void> {
    const there = await fileIfThere(this.#images, sha256);
    if (there === undefined) return;
    if (this.#verified.has(sha256) && (await there.getFile()).size === size) return;
    await this.#evict(sha256);
  }

  /** Whether a file is what its name says; it is read once an instance. What is damaged is removed. */
  async #isWhole(sha256: string, file: File): Promise<boolean> {
    if (this.#verified.has(sha256)) return true;
    if ((await sha256OfBlob(file)) === sha256) {
      this.#verified.add(sha256);
      return true;
    }
    await this.#exclusively(() => removeIfThere(this.#images, sha256));
    return false;
  }

  /** When it was last asked for. */
  async #touch(sha256: string): Promise<void> {
    const file = await fileIn(this.#used, sha256, { create: true });
    try {
      const access = await file.createSyncAccessHandle();
      try {
        access.truncate(0);
        access.write(new TextEncoder().encode(String(this.#options.clock.now())));
      } finally {
        access.close();
      }
    } catch (error) {
      // Another tab is just writing the same; or there is no room for so much as a date, and the image, which is there, goes first one day.
      if (!["NoModificationAllowedError", "QuotaExceededError"].includes(errorName(error))) throw error;
    }
  }

  async #trim(): Promise<void> {
    const { limits, estimate } = this.#options;
    const { quota = Number.POSITIVE_INFINITY } = await estimate();
    const maxKeptBytes = Math.min(limits.maxKeptBytes, quota * MAX_SHARE_OF_QUOTA);
    await this.#exclusively(async () =>
      evictUntilWithin(byLastUse(await this.#kept()), { ...limits, maxKeptBytes }, (image) =>
        this.#evict(image.sha256),
      ),
    );
  }

  /** Bytes that were freed. */
  async #makeRoom(bytes: number): Promise<number> {
    return await this.#exclusively(async () => {
      let freed = 0;
      for (const { sha256, size } of byLastUse(await this.#kept())) {
        if (freed >= bytes) break;
        if (await this.#evict(sha256)) freed += size;
      }
      return freed;
    });
  }

  async #full(): Promise<DriverError> {
    const { usage = 0, quota = 0 } = await this.#options.estimate();
    return new DriverError(
      "storage-full",
      `the browser has no more room for files: it gives this page ${inMebibytes(quota)}, of which ${inMebibytes(usage)} are used; free some disk space or remove data of this site, then try again`,
    );
  }

  async #kept(): Promise<KeptImage[]> {
    const kept: KeptImage[] = [];
    for await (const [sha256, entry] of this.#images.entries()) {
      if (entry.kind !== "file") continue;
      const { size } = await entry.getFile();
      kept.push({ sha256, size, used: await this.#lastUse(sha256) });
    }
    return kept;
  }

  /** Milliseconds since 1970; 0 when nobody knows. */
  async #lastUse(sha256: string): Promise<number> {
    try {
      const used = Number(await (await (await fileIfThere(this.#used, sha256))?.getFile())?.text());
      return Number.isFinite(used) ? used : 0;
    } catch (error) {
      // It is just being written: used now.
      if (errorName(error) === "NotReadableError") return this.#options.clock.now();
      throw error;
    }
  }

  /** Whether it is gone: images in use stay. */
  async #evict(sha256: string): Promise<boolean> {
    return await this.#options.locks.request(
      imageLock(sha256),
      { mode: "exclusive", ifAvailable: true },
      async (lock) => {
        if (lock === null) return false;
        await removeIfThere(this.#images, sha256);
        await removeIfThere(this.#used, sha256);
        this.#verified.delete(sha256);
        return true;
      },
    );
  }

  async #removeLeftovers(): Promise<void> {
    for await (const name of this.#incoming.keys()) {
      const instance = name.slice(0, name.lastIndexOf("."));
      if (instance === this.#options.instance) continue;
      await this.#options.locks.request(instanceLock(instance), { ifAvailable: true }, async (lock) => {
        if (lock !== null) await removeIfThere(this.#incoming, name);
      });
    }
  }

  async #pin(sha256: string): Promise<() => void> {
    return await hold(this.#options.locks, imageLock(sha256), "shared");
  }

  /** Nobody else adds or removes images meanwhile, in no tab. */
  async #exclusively<T>(run: () => Promise<T>): Promise<T> {
    return (await this.#options.locks.request(STORE_LOCK, run)) as T;
  }
}

async function moveTo(
  target: FileSystemDirectoryHandle,
  newName: string,
  from: {
    readonly file: OriginFileHandle;
    readonly parent: FileSystemDirectoryHandle;
    readonly name: string;
  },
): Promise<void> {
  if (from.file.move !== undefined) {
    await from.file.move(target, newName);
    return;
  }
  await copyInto(await fileIn(target, newName, { create: true }), from.file).catch(async (error: unknown) => {
    await removeIfThere(target, newName);
    throw error;
  });
  await from.parent.removeEntry(from.name);
}

async function copyInto(target: OriginFileHandle, source: OriginFileHandle): Promise<void> {
  using from = closing(await source.createSyncAccessHandle());
  using to = closing(await target.createSyncAccessHandle());
  const chunk = new Uint8Array(COPY_CHUNK_BYTES);
  for (let at = 0; ; ) {
    const count = from.access.read(chunk, { at });
    if (count === 0) return;
    writeAll(to.access, chunk.subarray(0, count), { at });
    at += count;
  }
}

function closing(access: SyncAccessHandle): { readonly access: SyncAccessHandle } & Disposable {
  return { access, [Symbol.dispose]: () => access.close() };
}

/** Take a lock, and get what gives it back. */
async function hold(locks: Pick<LockManager, "request">, name: string, mode: LockMode): Promise<() => void> {
  const granted = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  locks
    .request(name, { mode }, () => {
      granted.resolve();
      return released.promise;
    })
    .catch(granted.reject);
  await granted.promise;
  return released.resolve;
}

function instanceLock(instance: string): string {
  return `jumptab images of ${instance}`;
}

function imageLock(sha256: string): string {
  return `jumptab image ${sha256}`;
}

async function fileIn(
  directory: FileSystemDirectoryHandle,
  name: string,
  options?: FileSystemGetFileOptions,
): Promise<OriginFileHandle> {
  return (await directory.getFileHandle(name, options)) as OriginFileHandle;
}

async function fileIfThere(
  directory: FileSystemDirectoryHandle,
  name: string,
): Promise<OriginFileHandle | undefined> {
  try {
    return await fileIn(directory, name);
  } catch (error) {
    if (errorName(error) === "NotFoundError") return undefined;
    throw error;
  }
}

async function removeIfThere(directory: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await directory.removeEntry(name);
  } catch (error) {
    if (errorName(error) !== "NotFoundError") throw error;
  }
}

function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
