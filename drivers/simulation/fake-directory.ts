/**
 * An origin's private file system in memory, with a quota: directories, files, sync access handles and `move`, with the errors of the real one.
 * Above: tests of web/images and of drivers that keep files. Below: fake-file.ts.
 * Specification: https://fs.spec.whatwg.org/
 */

import { FakeFileHandle, type FileContent } from "./fake-file.ts";

/** Room for all files under one root. */
export class FakeQuota {
  /** Bytes. */
  limit: number;
  used = 0;

  constructor(limit = Number.POSITIVE_INFINITY) {
    this.limit = limit;
  }

  /** @throws QuotaExceededError, and nothing is taken then. */
  take(bytes: number): void {
    if (this.used + bytes > this.limit) throw new DOMException("No more room.", "QuotaExceededError");
    this.used += bytes;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}

interface DirectoryContent {
  readonly kind: "directory";
  readonly entries: Map<string, DirectoryContent | FileContent>;
}

export interface FakeDirectoryOptions {
  readonly quota?: FakeQuota;
  /** Milliseconds since 1970, for `lastModified`. */
  readonly now?: () => number;
  /** As in a browser whose files have no `move`. */
  readonly withoutMove?: boolean;
}

export class FakeDirectoryHandle implements FileSystemDirectoryHandle {
  readonly kind = "directory";
  readonly name: string;
  readonly #content: DirectoryContent;
  readonly #options: Required<FakeDirectoryOptions>;

  /** A root; directories in it are made with `getDirectoryHandle`. */
  constructor(options: FakeDirectoryOptions = {}, name = "", content = emptyDirectory()) {
    this.#options = {
      quota: options.quota ?? new FakeQuota(),
      now: options.now ?? (() => 0),
      withoutMove: options.withoutMove ?? false,
    };
    this.name = name;
    this.#content = content;
  }

  async getDirectoryHandle(
    name: string,
    { create = false }: FileSystemGetDirectoryOptions = {},
  ): Promise<FakeDirectoryHandle> {
    checkName(name);
    let found = this.#content.entries.get(name);
    if (found === undefined) {
      if (!create) throw notFound();
      found = emptyDirectory();
      this.#content.entries.set(name, found);
    }
    if (found.kind !== "directory") throw typeMismatch();
    return new FakeDirectoryHandle(this.#options, name, found);
  }

  async getFileHandle(
    name: string,
    { create = false }: FileSystemGetFileOptions = {},
  ): Promise<FakeFileHandle> {
    checkName(name);
    let found = this.#content.entries.get(name);
    if (found === undefined) {
      if (!create) throw notFound();
      found = {
        kind: "file",
        bytes: new Uint8Array(),
        modified: this.#options.now(),
        locked: false,
        version: 0,
      };
      this.#content.entries.set(name, found);
    }
    if (found.kind !== "file") throw typeMismatch();
    return this.#fileHandle(name, found);
  }

  async removeEntry(name: string, { recursive = false }: FileSystemRemoveOptions = {}): Promise<void> {
    checkName(name);
    const found = this.#content.entries.get(name);
    if (found === undefined) throw notFound();
    if (found.kind === "directory" && found.entries.size > 0 && !recursive) {
      throw new DOMException("The directory is not empty.", "InvalidModificationError");
    }
    const files = [...filesIn(found)];
    if (files.some((file) => file.locked)) throw isLocked();
    for (const file of files) {
      file.version += 1;
      this.#options.quota.give(file.bytes.length);
    }
    this.#content.entries.delete(name);
  }

  async resolve(possibleDescendant: FileSystemHandle): Promise<string[] | null> {
    if (await this.isSameEntry(possibleDescendant)) return [];
    for await (const [name, child] of this.entries()) {
      if (child.kind === "file") {
        if (await child.isSameEntry(possibleDescendant)) return [name];
      } else {
        const below = await child.resolve(possibleDescendant);
        if (below !== null) return [name, ...below];
      }
    }
    return null;
  }

  async isSameEntry(other: FileSystemHandle): Promise<boolean> {
    return other instanceof FakeDirectoryHandle && other.#content === this.#content;
  }

  async *entries(): FileSystemDirectoryHandleAsyncIterator<[string, FakeDirectoryHandle | FakeFileHandle]> {
    // The order is the platform's own: here the one of names, backwards, so that nobody relies on it.
    for (const name of [...this.#content.entries.keys()].sort().reverse()) {
      const found = this.#content.entries.get(name);
      if (found === undefined) continue;
      yield [
        name,
        found.kind === "directory"
          ? new FakeDirectoryHandle(this.#options, name, found)
          : this.#fileHandle(name, found),
      ];
    }
  }

  async *keys(): FileSystemDirectoryHandleAsyncIterator<string> {
    for await (const [name] of this.entries()) yield name;
  }

  async *values(): FileSystemDirectoryHandleAsyncIterator<FakeDirectoryHandle | FakeFileHandle> {
    for await (const [, handle] of this.entries()) yield handle;
  }

  [Symbol.asyncIterator](): FileSystemDirectoryHandleAsyncIterator<
    [string, FakeDirectoryHandle | FakeFileHandle]
  > {
    return this.entries();
  }

  #fileHandle(name: string, content: FileContent): FakeFileHandle {
    const { quota, now, withoutMove } = this.#options;
    return new FakeFileHandle({
      name,
      content,
      quota,
      now,
      move: withoutMove
        ? undefined
        : (parent, newName) => {
            if (!(parent instanceof FakeDirectoryHandle)) throw new TypeError("not a directory of this root");
            this.#move(name, content, parent, newName);
          },
    });
  }

  #move(name: string, content: FileContent, parent: FakeDirectoryHandle, newName: string): void {
    checkName(newName);
    if (this.#content.entries.get(name) !== content) throw notFound();
    if (content.locked) throw isLocked();
    const target = parent.#content.entries.get(newName);
    if (target?.kind === "directory") throw typeMismatch();
    if (target?.locked) throw isLocked();
    if (target !== undefined) {
      target.version += 1;
      this.#options.quota.give(target.bytes.length);
    }
    this.#content.entries.delete(name);
    parent.#content.entries.set(newName, content);
  }
}

function emptyDirectory(): DirectoryContent {
  return { kind: "directory", entries: new Map() };
}

function* filesIn(content: DirectoryContent | FileContent): Generator<FileContent> {
  if (content.kind === "file") yield content;
  else for (const entry of content.entries.values()) yield* filesIn(entry);
}

function checkName(name: string): void {
  if (name === "" || name === "." || name === ".." || /[/\\]/.test(name)) {
    throw new TypeError(`Name is not allowed: ${name}`);
  }
}

function notFound(): DOMException {
  return new DOMException("There is no such entry.", "NotFoundError");
}

function typeMismatch(): DOMException {
  return new DOMException("The entry is of the other kind.", "TypeMismatchError");
}

function isLocked(): DOMException {
  return new DOMException("An access handle is open.", "NoModificationAllowedError");
}
