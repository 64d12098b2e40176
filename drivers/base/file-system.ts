/**
 * The origin's private file system, as far as drivers and images use it: what TypeScript's lib for windows leaves out, and the one door
 * through which its errors become DriverErrors.
 * Above: web/images, drivers that keep files. Below: the platform, or drivers/simulation/fake-directory.ts.
 * Specification: https://fs.spec.whatwg.org/ (`move` is not in it, but in all browsers that keep files).
 */

import { errorName } from "./dom-error.ts";
import { DriverError } from "./error.ts";

/** One file, opened by this worker alone, read and written without waiting. Only dedicated workers have it. */
export interface SyncAccessHandle {
  /** How many bytes were read. */
  read(buffer: Uint8Array, options?: { at?: number }): number;
  /** How many bytes were written; throws QuotaExceededError when none can be. */
  write(buffer: Uint8Array, options?: { at?: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

export interface OriginFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
  /** Absent in older browsers. */
  move?(parent: FileSystemDirectoryHandle, name: string): Promise<void>;
}

/**
 * Write as much as there is room for. Zero: there is none.
 *
 * Chromium 156 throws where its files are on a disk. In private windows, where they are in memory, it answers with an error's number
 * instead, more than there was to write (2^32 - 8); what of the chunk is in the file then, nobody knows, so it counts as not written.
 */
export function writeSome(
  access: Pick<SyncAccessHandle, "write">,
  chunk: Uint8Array,
  { at }: { readonly at: number },
): number {
  try {
    const count = access.write(chunk, { at });
    return count >= 0 && count <= chunk.length ? count : 0;
  } catch (error) {
    if (errorName(error) === "QuotaExceededError") return 0;
    throw error;
  }
}

/** Write it all. Throws QuotaExceededError, as the platform would, when there is no more room; then some of it may be in the file. */
export function writeAll(
  access: Pick<SyncAccessHandle, "write">,
  chunk: Uint8Array,
  { at }: { readonly at: number },
): void {
  for (let written = 0; written < chunk.length; ) {
    const count = writeSome(access, chunk.subarray(written), { at: at + written });
    if (count === 0) throw new DOMException("no byte was written", "QuotaExceededError");
    written += count;
  }
}

/** @param what Names the file, for people: "the image 9f86d081…", "boot/zImage". */
export function driverErrorFromFile(cause: unknown, what: string): DriverError {
  if (cause instanceof DriverError) return cause;
  switch (errorName(cause)) {
    case "NotFoundError":
      return new DriverError("file-not-found", `${what} is not there`, { cause });
    case "NotReadableError":
      return new DriverError(
        "file-not-found",
        `${what} was changed or removed while it was read: store it again`,
        {
          cause,
        },
      );
    case "QuotaExceededError":
      return new DriverError(
        "storage-full",
        `there is no more room for ${what}: free some disk space or remove data of this site, then try again`,
        { cause },
      );
    case "NoModificationAllowedError":
    case "InvalidStateError":
      return new DriverError(
        "device-in-use",
        `${what} is open elsewhere, perhaps in another tab: close it there`,
        {
          cause,
        },
      );
    case "TypeMismatchError":
      return new DriverError(
        "device-io",
        `${what} is a file where a directory is needed, or a directory where a file is`,
        { cause },
      );
    default:
      return new DriverError(
        "device-io",
        `${what} cannot be used: ${cause instanceof Error ? cause.message || cause.name : String(cause)}`,
        { cause },
      );
  }
}
