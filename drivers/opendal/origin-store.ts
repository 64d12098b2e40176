/**
 * The scheme `fs`: a folder in the origin's private file system, which lasts over reloads.
 * Above: driver.ts. Below: directories and files of the platform; names never lead out of the folder (paths.ts).
 * Specification: OpenDAL's fs service, https://fs.spec.whatwg.org/
 */

import { errorName } from "../base/dom-error.ts";
import { driverErrorFromFile, type OriginFileHandle, writeAll } from "../base/file-system.ts";
import { FS_CAPABILITY } from "./capability.ts";
import {
  type Entry,
  type FileStore,
  type FileWriter,
  isADirectory,
  notADirectory,
  notFound,
  StoreError,
} from "./file-store.ts";
import { isDirectoryPath, namesOf } from "./paths.ts";
import { readPart } from "./read-part.ts";

/** 1 MiB: what is in memory of a file that is copied. */
const COPY_CHUNK_BYTES = 1024 * 1024;

type Handle = FileSystemDirectoryHandle | OriginFileHandle;

export class OriginStore implements FileStore {
  readonly capability = FS_CAPABILITY;
  readonly #open: () => Promise<FileSystemDirectoryHandle>;
  #root: Promise<FileSystemDirectoryHandle> | undefined;

  /** @param open The folder. Asked for when the first path is, and again after a failure. */
  constructor(open: () => Promise<FileSystemDirectoryHandle>) {
    this.#open = open;
  }

  key(path: string): string {
    return namesOf(path).join("/");
  }

  async stat(path: string): Promise<Entry> {
    const found = await this.#find(path);
    if (found.kind === "directory") return { kind: "directory", size: 0 };
    if (isDirectoryPath(path)) throw notFound(path);
    return { kind: "file", size: (await contentOf(found, path)).size };
  }

  async read(path: string): Promise<Blob> {
    const found = await this.#find(path);
    if (found.kind === "directory") throw isADirectory(path);
    return await contentOf(found, path);
  }

  async write(path: string): Promise<FileWriter> {
    if (isDirectoryPath(path)) throw isADirectory(path);
    const file = await this.#create(path);
    try {
      const access = await file.createSyncAccessHandle();
      access.truncate(0);
      let at = 0;
      return {
        write(chunk) {
          try {
            writeAll(access, chunk, { at });
            at += chunk.length;
          } catch (error) {
            throw driverErrorFromFile(error, path);
          }
        },
        close: () => access.close(),
        abandon: () => access.close(),
      };
    } catch (error) {
      throw driverErrorFromFile(error, path);
    }
  }

  async createDirectory(path: string): Promise<void> {
    if (!isDirectoryPath(path)) {
      throw notADirectory(path);
    }
    await this.#makeDirectory(namesOf(path), path);
  }

  async copy(source: string, target: string): Promise<void> {
    if (isDirectoryPath(source)) throw isADirectory(source);
    if (isDirectoryPath(target)) throw isADirectory(target);
    await this.#refuseSame(source, target);
    const content = await this.read(source);
    const writer = await this.write(target);
    try {
      for (let at = 0; at < content.size; at += COPY_CHUNK_BYTES) {
        writer.write(await readPart(content, { start: at, end: at + COPY_CHUNK_BYTES, path: source }));
      }
    } finally {
      writer.close();
    }
  }

  async rename(source: string, target: string): Promise<void> {
    if (isDirectoryPath(source)) throw isADirectory(source);
    if (isDirectoryPath(target)) throw isADirectory(target);
    await this.#refuseSame(source, target);
    const found = await this.#find(source);
    const there = await this.#findIfThere(target);
    if (there?.kind === "directory" && (found.kind === "file" || !(await isEmpty(there)))) {
      throw new StoreError("IsADirectory", `${target} is a directory with this name: remove it first`);
    }
    if (found.kind === "file") await this.#renameFile(found, source, target);
    else await this.#renameDirectory(source, target, there);
  }

  async delete(path: string): Promise<void> {
    await this.#remove(path, { recursive: false });
  }

  async removeAll(path: string): Promise<void> {
    await this.#remove(path, { recursive: true });
  }

  async *list(path: string, { recursive }: { readonly recursive: boolean }): AsyncGenerator<string> {
    const names = namesOf(path);
    // What does not end with a slash is the beginning of names.
    const above = isDirectoryPath(path) ? names : names.slice(0, -1);
    const beginning = isDirectoryPath(path) ? "" : (names.at(-1) ?? "");
    const directory = await this.#findIfThere(`${above.join("/")}/`);
    if (directory?.kind !== "directory") return;
    const prefix = above.length === 0 ? "" : `${above.join("/")}/`;
    if (beginning !== "") yield* listIn(directory, prefix, { recursive, beginning });
    else if (recursive) {
      yield* listIn(directory, prefix, { recursive, beginning });
      yield prefix || "/";
    } else {
      yield prefix || "/";
      yield* listIn(directory, prefix, { recursive, beginning });
    }
  }

  async #renameFile(file: OriginFileHandle, source: string, target: string): Promise<void> {
    const names = namesOf(target);
    const parent = await this.#makeDirectory(names.slice(0, -1), target);
    const name = names.at(-1) ?? "";
    if (file.move === undefined) {
      await this.copy(source, target);
      await this.delete(source);
      return;
    }
    try {
      // Not every browser moves a file onto another one.
      await removeIfThere(parent, name);
      await file.move(parent, name);
    } catch (error) {
      throw driverErrorFromFile(error, source);
    }
  }

  /** File by file: browsers move no directories. */
  async #renameDirectory(source: string, target: string, there: Handle | undefined): Promise<void> {
    if (`${this.key(target)}/`.startsWith(`${this.key(source)}/`)) {
      throw new StoreError("Unexpected", `${target} is inside of ${source}: move it elsewhere`);
    }
    if (there?.kind === "file") throw new StoreError("NotADirectory", `${target} is a file: remove it first`);
    const paths: string[] = [];
    for await (const path of this.list(`${this.key(source)}/`, { recursive: true })) paths.push(path);
    for (const path of paths) {
      const moved = this.key(target) + path.slice(this.key(source).length);
      if (isDirectoryPath(path)) await this.createDirectory(moved);
      else await this.#renameFile((await this.#find(path)) as OriginFileHandle, path, moved);
    }
    await this.removeAll(source);
  }

  async #refuseSame(source: string, target: string): Promise<void> {
    if (this.key(source) === this.key(target)) {
      throw new StoreError("IsSameFile", `${source} and ${target} are the same: name two`);
    }
  }

  async #remove(path: string, { recursive }: { readonly recursive: boolean }): Promise<void> {
    const names = namesOf(path);
    const found = await this.#findIfThere(path);
    if (found === undefined || (found.kind === "file" && isDirectoryPath(path))) return;
    try {
      if (found.kind === "directory" && !recursive && !(await isEmpty(found))) {
        throw new StoreError(
          "Unexpected",
          `the directory ${path} is not empty: remove what is in it, or all of it`,
        );
      }
      const name = names.at(-1);
      if (name !== undefined) {
        const parent = await this.#find(`${names.slice(0, -1).join("/")}/`);
        if (parent.kind === "directory") await parent.removeEntry(name, { recursive });
      } else if (found.kind === "directory") {
        // The root stays.
        for (const below of await namesIn(found)) await found.removeEntry(below, { recursive });
      }
    } catch (error) {
      throw driverErrorFromFile(error, path);
    }
  }

  async #find(path: string): Promise<Handle> {
    const found = await this.#findIfThere(path);
    if (found === undefined) throw notFound(path);
    return found;
  }

  async #findIfThere(path: string): Promise<Handle | undefined> {
    const names = namesOf(path);
    let directory = await this.#rootFolder();
    for (const [index, name] of names.entries()) {
      const found = await childOf(directory, name, path);
      if (found === undefined || found.kind === "file") {
        return index === names.length - 1 ? found : undefined;
      }
      directory = found;
    }
    return directory;
  }

  async #create(path: string): Promise<OriginFileHandle> {
    const names = namesOf(path);
    const name = names.at(-1);
    if (name === undefined) throw isADirectory(path);
    const parent = await this.#makeDirectory(names.slice(0, -1), path);
    try {
      return (await parent.getFileHandle(name, { create: true })) as OriginFileHandle;
    } catch (error) {
      if (errorName(error) === "TypeMismatchError") throw isADirectory(path);
      throw driverErrorFromFile(error, path);
    }
  }

  async #makeDirectory(names: readonly string[], path: string): Promise<FileSystemDirectoryHandle> {
    let directory = await this.#rootFolder();
    for (const name of names) {
      try {
        directory = await directory.getDirectoryHandle(name, { create: true });
      } catch (error) {
        if (errorName(error) !== "TypeMismatchError") throw driverErrorFromFile(error, path);
        throw new StoreError(
          "AlreadyExists",
          `${name} in ${path} is a file: remove it first, or choose another path`,
        );
      }
    }
    return directory;
  }

  async #rootFolder(): Promise<FileSystemDirectoryHandle> {
    this.#root ??= this.#open();
    try {
      return await this.#root;
    } catch (error) {
      this.#root = undefined;
      throw error;
    }
  }
}

async function* listIn(
  directory: FileSystemDirectoryHandle,
  prefix: string,
  { recursive, beginning }: { readonly recursive: boolean; readonly beginning: string },
): AsyncGenerator<string> {
  for (const name of await namesIn(directory)) {
    if (!name.startsWith(beginning)) continue;
    const found = await childOf(directory, name, prefix + name);
    if (found === undefined) continue; // removed meanwhile
    if (found.kind === "file") yield prefix + name;
    else {
      const path = `${prefix}${name}/`;
      if (recursive) yield* listIn(found, path, { recursive, beginning: "" });
      yield path;
    }
  }
}

async function childOf(
  directory: FileSystemDirectoryHandle,
  name: string,
  path: string,
): Promise<Handle | undefined> {
  try {
    return (await directory.getFileHandle(name)) as OriginFileHandle;
  } catch (error) {
    if (errorName(error) === "NotFoundError") return undefined;
    if (errorName(error) !== "TypeMismatchError") throw driverErrorFromFile(error, path);
  }
  return await directory.getDirectoryHandle(name);
}

async function contentOf(file: OriginFileHandle, path: string): Promise<File> {
  try {
    return await file.getFile();
  } catch (error) {
    if (errorName(error) === "NotFoundError") throw notFound(path);
    throw driverErrorFromFile(error, path);
  }
}

async function namesIn(directory: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of directory.keys()) names.push(name);
  return names.sort();
}

async function isEmpty(directory: FileSystemDirectoryHandle): Promise<boolean> {
  for await (const _ of directory.keys()) return false;
  return true;
}

async function removeIfThere(directory: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await directory.removeEntry(name);
  } catch (error) {
    if (errorName(error) !== "NotFoundError") throw error;
  }
}
