/**
 * A file behind a URL: the exporter itself gets it, or puts it there.
 * Above: resource-table.ts. Below: http-transfer.ts. Specification: Jumpstarter's `presigned_request` resources.
 */

import { DriverError } from "../../drivers/base/error.ts";
import type { PresignedRequestHandle, ResourceOptions } from "../../drivers/base/resource.ts";
import type { HttpTransfer } from "./http-transfer.ts";
import type { FileContent, ResourceFile } from "./resource-file.ts";

export class PresignedFile implements ResourceFile {
  readonly name: string | undefined;
  readonly #request: PresignedRequestHandle;
  readonly #http: HttpTransfer;

  constructor(request: PresignedRequestHandle, http: HttpTransfer) {
    this.#request = request;
    this.#http = http;
    this.name = lastSegment(request.url);
  }

  async read(options: ResourceOptions): Promise<FileContent> {
    this.#require("GET", "reads from");
    return this.#http.get(this.#request, options);
  }

  async write(options: ResourceOptions): Promise<WritableStream<Uint8Array>> {
    this.#require("PUT", "writes to");
    return this.#http.put(this.#request, options);
  }

  // What a call has opened is ended by its own streams.

  complete(): void {}

  fail(): void {}

  #require(method: "GET" | "PUT", does: string): void {
    if (this.#request.method === method) return;
    throw new DriverError(
      "invalid-argument",
      `the call ${does} the URL, which needs a ${method} request: this one is a ${this.#request.method}`,
    );
  }
}

/** `https://host/images/disk.img?signature` is `disk.img`. */
function lastSegment(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const segment = new URL(url).pathname.split("/").at(-1);
  if (segment === undefined || segment === "") return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
