/**
 * A file of FakeDirectoryHandle: snapshots that stop being readable when the file changes, one writer at a time, writes that need room.
 * Above: fake-directory.ts. Below: nothing.
 * Specification: https://fs.spec.whatwg.org/#api-filesystemfilehandle, #api-filesystemsyncaccesshandle
 */

import type { OriginFileHandle, SyncAccessHandle } from "../base/file-system.ts";

export interface FileContent {
  readonly kind: "file";
  bytes: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970. */
  modified: number;
  /** An access handle or a writable stream is open. */
  locked: boolean;
  /** Counted up by every change: older snapshots cannot be read any more. */
  version: number;
}

interface Room {
  take(bytes: number): void;
  give(bytes: number): void;
}

interface FakeFileOptions {
  readonly name: string;
  readonly content: FileContent;
  readonly quota: Room;
  readonly now: () => number;
  readonly move: ((parent: FileSystemDirectoryHandle, name: string) => void) | undefined;
}

export class FakeFileHandle implements OriginFileHandle {
  readonly kind = "file";
  readonly name: string;
  readonly move?: (parent: FileSystemDirectoryHandle, name: string) => Promise<void>;
  readonly #content: FileContent;
  readonly #quota: Room;
  readonly #now: () => number;

  constructor({ name, content, quota, now, move }: FakeFileOptions) {
    this.name = name;
    this.#content = content;
    this.#quota = quota;
    this.#now = now;
    if (move !== undefined) this.move = async (parent, newName) => move(parent, newName);
  }

  async getFile(): Promise<File> {
    return snapshotOf(this.name, this.#content);
  }

  async isSameEntry(other: FileSystemHandle): Promise<boolean> {
    return other instanceof FakeFileHandle && other.#content === this.#content;
  }

  async createSyncAccessHandle(): Promise<SyncAccessHandle> {
    this.#lock();
    const content = this.#content;
    let open = true;
    let cursor = 0;
    const checkOpen = () => {
      if (!open) throw new DOMException("The access handle is closed.", "InvalidStateError");
    };
    return {
      read: (buffer, { at = cursor } = {}) => {
        checkOpen();
        const found = content.bytes.subarray(at, at + buffer.length);
        buffer.set(found);
        cursor = at + found.length;
        return found.length;
      },
      write: (buffer, { at = cursor } = {}) => {
        checkOpen();
        if (buffer.length > 0) this.#resize(Math.max(content.bytes.length, at + buffer.length));
        content.bytes.set(buffer, at);
        this.#changed();
        cursor = at + buffer.length;
        return buffer.length;
      },
      truncate: (size) => {
        checkOpen();
        this.#resize(size);
        cursor = Math.min(cursor, size);
        this.#changed();
      },
      getSize: () => {
        checkOpen();
        return content.bytes.length;
      },
      flush: checkOpen,
      close: () => {
        if (open) content.locked = false;
        open = false;
      },
    };
  }

  /** Nothing that uses this fake writes that way: sync access handles are faster, and in more browsers. */
  async createWritable(): Promise<FileSystemWritableFileStream> {
    throw new DOMException("This fake has no writable streams.", "NotSupportedError");
  }

  #lock(): void {
    if (this.#content.locked) {
      throw new DOMException("An access handle is open already.", "NoModificationAllowedError");
    }
    this.#content.locked = true;
  }

  #resize(size: number): void {
    const { bytes } = this.#content;
    if (size > bytes.length) this.#quota.take(size - bytes.length);
    else this.#quota.give(bytes.length - size);
    if (size === bytes.length) return;
    const resized = new Uint8Array(size);
    resized.set(bytes.subarray(0, size));
    this.#content.bytes = resized;
  }

  #changed(): void {
    this.#content.version += 1;
    this.#content.modified = this.#now();
  }
}

/** A File whose parts can be read only as long as nobody has changed what it was taken of. */
function snapshotOf(name: string, content: FileContent): File {
  const { version } = content;
  const file = new File([content.bytes], name, { lastModified: content.modified });
  return guarded(file, () => {
    if (content.version !== version) {
      throw new DOMException("The file has changed since.", "NotReadableError");
    }
  });
}

function guarded<B extends Blob>(blob: B, check: () => void): B {
  const { slice, arrayBuffer, text, stream } = blob;
  return Object.assign(blob, {
    slice: (...range: Parameters<Blob["slice"]>) => guarded(slice.apply(blob, range), check),
    arrayBuffer: async () => {
      check();
      return arrayBuffer.call(blob);
    },
    text: async () => {
      check();
      return text.call(blob);
    },
    stream: () => {
      check();
      return stream.call(blob);
    },
  });
}
