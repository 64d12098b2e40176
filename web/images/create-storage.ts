/**
 * Where drivers keep files: images by content and folders by name, in the origin's private file system; images alone, and in memory, where
 * the browser has none or refuses it.
 * Above: start-worker.ts. Below: origin-images.ts, memory-images.ts. Specification: drivers/base/storage.ts.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { DriverError } from "../../drivers/base/error.ts";
import { driverErrorFromFile } from "../../drivers/base/file-system.ts";
import type { Images } from "../../drivers/base/image.ts";
import type { DriverStorage } from "../../drivers/base/storage.ts";
import { folderName } from "./folder-name.ts";
import { DEFAULT_IMAGE_LIMITS, MAX_MEMORY_BYTES } from "./limits.ts";
import { MemoryImages } from "./memory-images.ts";
import { OriginImages } from "./origin-images.ts";

export interface StoragePlatform {
  /** `navigator.storage`; undefined where the browser has none. */
  readonly storage: Pick<StorageManager, "getDirectory" | "estimate"> | undefined;
  /** `navigator.locks`. */
  readonly locks: Pick<LockManager, "request"> | undefined;
  readonly clock: Clock;
  /** Of this worker: no other tab has the same. */
  readonly instance: string;
  /** Runs it after everything else that waits for the worker. */
  schedule(run: () => void): void;
  /** Told once, when images are in memory only. */
  warn(text: string): void;
}

/** Opens nothing yet: the first file does. */
export function createStorage(platform: StoragePlatform): DriverStorage {
  let images: Promise<Images> | undefined;
  const opened = () => {
    images ??= openImages(platform);
    return images;
  };
  return {
    images: {
      receive: async (readable, options) => (await opened()).receive(readable, options),
      open: async (sha256) => (await opened()).open(sha256),
    },
    async folder(name) {
      const safeName = folderName(name);
      try {
        const folders = await (await rootOf(platform)).getDirectoryHandle("folders", { create: true });
        return await folders.getDirectoryHandle(safeName, { create: true });
      } catch (error) {
        throw driverErrorFromFile(error, `the folder ${name}`);
      }
    },
  };
}

async function openImages(platform: StoragePlatform): Promise<Images> {
  const { storage, locks, clock, instance, warn } = platform;
  try {
    const root = await rootOf(platform);
    if (storage === undefined || locks === undefined) throw noFiles();
    return await OriginImages.open({
      directory: await root.getDirectoryHandle("images", { create: true }),
      locks,
      estimate: () => storage.estimate(),
      clock,
      instance,
      limits: DEFAULT_IMAGE_LIMITS,
      nextTurn: () => new Promise((resolve) => platform.schedule(resolve)),
    });
  } catch (error) {
    warn(
      `images are kept in memory, at most ${MAX_MEMORY_BYTES / 1024 ** 2} MiB and only until this tab is closed: ${error instanceof Error ? error.message : String(error)}`,
    );
    return new MemoryImages({ clock, maxBytes: MAX_MEMORY_BYTES });
  }
}

async function rootOf({ storage }: StoragePlatform): Promise<FileSystemDirectoryHandle> {
  if (storage?.getDirectory === undefined) throw noFiles();
  return await storage.getDirectory();
}

function noFiles(): DriverError {
  return new DriverError(
    "not-implemented",
    "this browser keeps no files for pages: use a current Chrome, Edge, Firefox or Safari, and no private window",
  );
}
