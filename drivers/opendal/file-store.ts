/**
 * What Opendal needs of a place for files, and how it says what went wrong.
 * Above: driver.ts. Below: nothing; origin-store.ts and memory-store.ts implement it.
 * Specification: Apache OpenDAL's operator, as far as jumpstarter_driver_opendal exports it. Paths are normalised (paths.ts): no leading
 * slash, "/" for the root, and a trailing slash where a directory is meant.
 */

import { DriverError } from "../base/error.ts";
import type { JsonObject } from "../base/json.ts";

export interface FileStore {
  /** Every key that clients expect, and whether this store does it. */
  readonly capability: JsonObject;
  /** What two paths have in common when they name the same file. */
  key(path: string): string;
  stat(path: string): Promise<Entry>;
  /** A file's content, as it is now. */
  read(path: string): Promise<Blob>;
  /** A new file in its place; directories above it are made. */
  write(path: string): Promise<FileWriter>;
  createDirectory(path: string): Promise<void>;
  copy(source: string, target: string): Promise<void>;
  rename(source: string, target: string): Promise<void>;
  /** What is not there is deleted already. */
  delete(path: string): Promise<void>;
  /** With everything in it. */
  removeAll(path: string): Promise<void>;
  /** Paths that begin with `path`: of a directory itself and what is in it, in the order of names. Recursively, directories come behind their content. */
  list(path: string, options: { readonly recursive: boolean }): AsyncIterable<string>;
}

export interface Entry {
  readonly kind: "file" | "directory";
  /** Bytes; 0 for directories. */
  readonly size: number;
}

export interface FileWriter {
  /** Behind what was written before. The chunk is not kept. */
  write(chunk: Uint8Array): void;
  /** What was written is there for everybody from now on. */
  close(): void;
  /** Nobody will close it. What was written may be there or not. */
  abandon(): void;
}

/** OpenDAL's own words, which its users know; clients get them as UNKNOWN, as upstream's do. */
export type StoreFault =
  | "NotFound"
  | "IsADirectory"
  | "NotADirectory"
  | "AlreadyExists"
  | "IsSameFile"
  | "Unsupported"
  | "PermissionDenied"
  | "Unexpected";

export class StoreError extends DriverError {
  readonly fault: StoreFault;

  /** @param text One sentence with the cure. */
  constructor(fault: StoreFault, text: string) {
    super("other", `${fault}: ${text}`);
    this.fault = fault;
  }
}

export function notFound(path: string): StoreError {
  return new StoreError("NotFound", `there is no ${path}`);
}

export function isADirectory(path: string): StoreError {
  return new StoreError("IsADirectory", `${path} is a directory: name a file`);
}

export function notADirectory(path: string): StoreError {
  return new StoreError("NotADirectory", `${path} has to end with a slash: write ${path}/`);
}
