/**
 * A file of the page's own, or of a hook's: what a driver call reads, or takes what it writes.
 * Above: resource-table.ts. Below: the streams of whoever has the file.
 */

import type { CommandFile } from "../../drivers/base/command.ts";
import { DriverError } from "../../drivers/base/error.ts";
import type { FileContent, ResourceFile } from "./resource-file.ts";

export class PageFile implements ResourceFile {
  readonly name: string | undefined;
  readonly #file: CommandFile;
  /** A call has opened it: its streams are no longer ours to end. */
  #opened = false;

  constructor(file: CommandFile) {
    this.#file = file;
    this.name = file.direction === "to-driver" ? file.name : undefined;
  }

  async read(): Promise<FileContent> {
    const file = this.#file;
    if (file.direction !== "to-driver") {
      throw new DriverError("other", "the call reads the file, and it is there to be written");
    }
    this.#opened = true;
    return { readable: file.readable, size: file.size };
  }

  async write(): Promise<WritableStream<Uint8Array>> {
    const file = this.#file;
    if (file.direction !== "from-driver") {
      throw new DriverError("other", "the call writes the file, and it is there to be read");
    }
    this.#opened = true;
    return file.writable;
  }

  complete(): void {
    if (this.#opened) return;
    this.#opened = true;
    if (this.#file.direction === "to-driver") ignored(this.#file.readable.cancel());
    else ignored(this.#file.writable.close()); // a call that had nothing to write: the file is empty
  }

  fail(error: unknown): void {
    if (this.#opened) return;
    this.#opened = true;
    if (this.#file.direction === "to-driver") ignored(this.#file.readable.cancel(error));
    else ignored(this.#file.writable.abort(error));
  }
}

/** Whoever has the other end of the stream hears of a failure there. */
function ignored(done: Promise<void>): void {
  done.catch(() => undefined);
}
