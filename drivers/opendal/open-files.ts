/**
 * Files that clients have open, by the uuid that stands for each, with its cursor. Clients that die close nothing: the table is bounded, and
 * a path has one writer, the one that was opened last.
 * Above: driver.ts. Below: file-store.ts.
 * Specification: `file_*` of jumpstarter_driver_opendal.driver.Opendal, and opendal.AsyncFile behind it.
 */

import { DriverError } from "../base/error.ts";
import type { DriverLog } from "../base/log.ts";
import { type FileStore, type FileWriter, StoreError } from "./file-store.ts";
import { readPart } from "./read-part.ts";

/** Open files of one storage: clients have one or two at a time. One more closes the one that nobody has used for longest. */
export const MAX_OPEN_FILES = 64;

/** Closed files that are still known as closed: clients ask right after closing. */
export const MAX_CLOSED_FILES = 256;

interface Reader {
  readonly mode: "rb";
  readonly path: string;
  /** Bytes from the start. */
  cursor: number;
}

interface Writer {
  readonly mode: "wb";
  readonly path: string;
  readonly key: string;
  readonly writer: FileWriter;
}

type OpenFile = Reader | Writer;

export type Whence = 0 | 1 | 2;

export class OpenFiles {
  readonly #store: FileStore;
  readonly #log: DriverLog;
  readonly #newUuid: () => string;
  /** In the order of their last use. */
  readonly #open = new Map<string, OpenFile>();
  readonly #closed = new Set<string>();
  /** Counted up when all files are abandoned. */
  #session = 0;

  constructor(
    store: FileStore,
    { log, newUuid }: { readonly log: DriverLog; readonly newUuid: () => string },
  ) {
    this.#store = store;
    this.#log = log;
    this.#newUuid = newUuid;
  }

  get count(): number {
    return this.#open.size;
  }

  async open(path: string, mode: "rb" | "wb"): Promise<string> {
    const session = this.#session;
    if (mode === "rb") {
      await this.#store.read(path);
      return this.#add({ mode, path, cursor: 0 });
    }
    this.abandonWriters(path);
    const writer = await this.#store.write(path);
    if (session !== this.#session) {
      // Nobody would close it.
      writer.abandon();
      throw new DriverError(
        "other",
        `the session has ended while ${path} was opened: open it in the next one`,
      );
    }
    return this.#add({ mode, path, key: this.#store.key(path), writer });
  }

  /** From the cursor to the end, in parts; the cursor follows. Nothing, of a file that cannot be read. */
  async *read(fd: string, { chunkBytes }: { readonly chunkBytes: number }): AsyncGenerator<Uint8Array> {
    const file = this.#use(fd);
    if (file?.mode !== "rb") return;
    const content = await this.#store.read(file.path);
    while (file.cursor < content.size) {
      const end = Math.min(file.cursor + chunkBytes, content.size);
      const chunk = await readPart(content, { start: file.cursor, end, path: file.path });
      file.cursor = end;
      yield chunk;
    }
  }

  write(fd: string, chunk: Uint8Array): void {
    this.writable(fd, { orThrow: true });
    const file = this.#use(fd);
    if (file?.mode === "wb") file.writer.write(chunk);
  }

  async seek(fd: string, offset: number, whence: number): Promise<number> {
    const file = this.#reader(fd);
    if (whence !== 0 && whence !== 1 && whence !== 2) {
      throw new DriverError(
        "invalid-argument",
        "invalid whence: 0 is from the start, 1 from here, 2 from the end",
      );
    }
    const from = whence === 0 ? 0 : whence === 1 ? file.cursor : (await this.#store.stat(file.path)).size;
    if (from + offset < 0) {
      throw new DriverError("other", "invalid seek to a negative position: seek to 0 or behind it");
    }
    file.cursor = from + offset;
    return file.cursor;
  }

  tell(fd: string): number {
    return this.#reader(fd).cursor;
  }

  /** Closing what is closed is no fault. */
  close(fd: string): void {
    const file = this.#use(fd);
    if (file === undefined) return;
    this.#forget(fd);
    if (file.mode === "wb") file.writer.close();
  }

  closed(fd: string): boolean {
    return this.#use(fd) === undefined;
  }

  readable(fd: string): boolean {
    return this.#use(fd)?.mode === "rb";
  }

  writable(fd: string, { orThrow = false }: { readonly orThrow?: boolean } = {}): boolean {
    const file = this.#use(fd);
    if (file?.mode === "wb") return true;
    if (!orThrow) return false;
    throw new DriverError(
      "other",
      file === undefined
        ? "the file is closed, perhaps because the same path was opened for writing again: open it anew"
        : `${file.path} is open for reading: open it with "wb" to write`,
    );
  }

  /** A path is about to be replaced: whoever writes to it, or below it, does so no more. */
  abandonWriters(path: string): void {
    const key = this.#store.key(path);
    for (const [fd, file] of this.#open) {
      if (file.mode !== "wb") continue;
      if (file.key !== key && !file.key.startsWith(key.endsWith("/") || key === "" ? key : `${key}/`))
        continue;
      this.#log.warning(`${file.path} was still open for writing: what is not written yet is lost`);
      this.#abandon(fd, file);
    }
  }

  abandonAll(): void {
    this.#session += 1;
    for (const [fd, file] of this.#open) this.#abandon(fd, file);
    this.#closed.clear();
  }

  #add(file: OpenFile): string {
    for (const [fd, oldest] of this.#open) {
      if (this.#open.size < MAX_OPEN_FILES) break;
      this.#log.warning(
        `${oldest.path} is closed: ${MAX_OPEN_FILES} files are open, and it was not used for longest`,
      );
      this.#abandon(fd, oldest);
    }
    const fd = this.#newUuid();
    this.#open.set(fd, file);
    return fd;
  }

  #abandon(fd: string, file: OpenFile): void {
    this.#forget(fd);
    if (file.mode === "wb") file.writer.abandon();
  }

  #forget(fd: string): void {
    this.#open.delete(fd);
    this.#closed.add(fd);
    for (const oldest of this.#closed) {
      if (this.#closed.size <= MAX_CLOSED_FILES) break;
      this.#closed.delete(oldest);
    }
  }

  #reader(fd: string): Reader {
    const file = this.#use(fd);
    if (file?.mode === "rb") return file;
    throw new DriverError(
      "other",
      file === undefined
        ? "the file is closed: open it anew"
        : `${file.path} is open for writing, which has no position: open it with "rb"`,
    );
  }

  /** Undefined: it is closed. */
  #use(fd: string): OpenFile | undefined {
    const file = this.#open.get(fd);
    if (file === undefined) {
      if (this.#closed.has(fd)) return undefined;
      throw new StoreError("NotFound", `no file is open as ${fd}: open one, and use what that answers`);
    }
    this.#open.delete(fd);
    this.#open.set(fd, file);
    return file;
  }
}
