/**
 * A file at one end of a resource handle, as the table of handles sees it, whoever has it: a client, an HTTP server, the page.
 * Above: resource-table.ts, claimed-file.ts. Below: WHATWG streams; resource-stream.ts, page-file.ts and presigned-file.ts are of this shape.
 * Specification: Jumpstarter's resource handles.
 */

import type { ResourceOptions } from "../../drivers/base/resource.ts";

/** One direction is opened, at most once; then exactly one of `complete` and `fail` is called, once the call that used it is over. */
export interface ResourceFile {
  /** As the page or a URL names it. */
  readonly name: string | undefined;
  /** The bytes as they lie there: still compressed where the handle says so. Rejects with a DriverError. */
  read(options: ResourceOptions): Promise<FileContent>;
  /** Closing it resolves when everything is on its way. Rejects with a DriverError. */
  write(options: ResourceOptions): Promise<WritableStream<Uint8Array>>;
  /** The call has succeeded. What it has not read is not wanted; what it has written is all. */
  complete(): void;
  /** The call has failed: nothing of the file is to pass for the whole. */
  fail(error: unknown): void;
}

export interface FileContent {
  readonly readable: ReadableStream<Uint8Array>;
  readonly size: number | undefined;
}
