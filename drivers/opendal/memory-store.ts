/**
 * The scheme `memory`: a table of paths, gone with the page.
 * Above: driver.ts. Below: nothing.
 * Specification: OpenDAL's memory service: directories are there as long as a path begins with them; it neither copies nor renames.
 */

import { DriverError } from "../base/error.ts";
import { MEMORY_CAPABILITY } from "./capability.ts";
import {
  type Entry,
  type FileStore,
  type FileWriter,
  isADirectory,
  notADirectory,
  notFound,
  StoreError,
} from "./file-store.ts";
import { isDirectoryPath } from "./paths.ts";

/** 64 MiB for files, their paths and what is being written: a tab shares its memory with all that it shows. */
export const MAX_MEMORY_BYTES = 64 * 1024 * 1024;

/** Bytes that an entry costs beside its path and its content, roughly. */
const ENTRY_BYTES = 256;

export class MemoryStore implements FileStore {
  readonly capability = MEMORY_CAPABILITY;
  /** Directories have a trailing slash, and no content. */
  readonly #files = new Map<string, Blob>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor({ maxBytes = MAX_MEMORY_BYTES }: { readonly maxBytes?: number } = {}) {
    this.#maxBytes = maxBytes;
  }

  key(path: string): string {
    return path;
  }

  async stat(path: string): Promise<Entry> {
    if (isDirectoryPath(path)) {
      if (path === "/" || this.#paths(path).length > 0) return { kind: "directory", size: 0 };
      throw notFound(path);
    }
    return { kind: "file", size: (await this.read(path)).size };
  }

  async read(path: string): Promise<Blob> {
    if (isDirectoryPath(path)) throw isADirectory(path);
    const file = this.#files.get(path);
    if (file === undefined) throw notFound(path);
    return file;
  }

  async write(path: string): Promise<FileWriter> {
    if (isDirectoryPath(path)) throw isADirectory(path);
    let chunks: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    const drop = () => {
      chunks = [];
      this.#bytes -= size; // `#put` counts them anew
      size = 0;
    };
    return {
      write: (chunk) => {
        this.#take(chunk.length);
        chunks.push(chunk.slice());
        size += chunk.length;
      },
      close: () => {
        const file = new Blob(chunks);
        drop();
        this.#put(path, file);
      },
      abandon: drop,
    };
  }

  async createDirectory(path: string): Promise<void> {
    if (!isDirectoryPath(path)) throw notADirectory(path);
    if (path !== "/" && !this.#files.has(path)) this.#put(path, new Blob());
  }

  async copy(source: string): Promise<void> {
    throw unsupported("copy", source);
  }

  async rename(source: string): Promise<void> {
    throw unsupported("rename", source);
  }

  async delete(path: string): Promise<void> {
    this.#remove(path);
  }

  async removeAll(path: string): Promise<void> {
    this.#remove(path);
    for (const below of this.#paths(isDirectoryPath(path) ? path : `${path}/`)) this.#remove(below);
  }

  async *list(path: string, { recursive }: { readonly recursive: boolean }): AsyncGenerator<string> {
    const prefix = path === "/" ? "" : path;
    const found = this.#paths(path).map((file) => {
      const end = file.indexOf("/", prefix.length);
      return recursive || end < 0 ? file : file.slice(0, end + 1);
    });
    yield* new Set(found);
  }

  /** Those that begin so, in the order of names. */
  #paths(prefix: string): string[] {
    const paths = [...this.#files.keys()];
    return (prefix === "/" ? paths : paths.filter((path) => path.startsWith(prefix))).sort();
  }

  #put(path: string, file: Blob): void {
    this.#remove(path);
    this.#take(costOf(path, file));
    this.#files.set(path, file);
  }

  #remove(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#bytes -= costOf(path, file);
  }

  #take(bytes: number): void {
    if (this.#bytes + bytes > this.#maxBytes) {
      throw new DriverError(
        "storage-full",
        `the memory scheme keeps at most ${this.#maxBytes} bytes: delete files, or use the scheme fs`,
      );
    }
    this.#bytes += bytes;
  }
}

function costOf(path: string, file: Blob): number {
  return file.size + path.length + ENTRY_BYTES;
}

function unsupported(what: string, path: string): StoreError {
  return new StoreError(
    "Unsupported",
    `the memory scheme cannot ${what} ${path}: read it and write it anew, or use the scheme fs`,
  );
}
