/**
 * Presigned requests: the HTTP transfers that the exporter does itself, as it needs them.
 * Above: resource-table.ts. Below: nothing; web/http/ implements it with the page's fetch, and the relay's where the page may not.
 * Specification: `presigned_request` of Jumpstarter's resource handles.
 */

import type { ResourceOptions } from "../../drivers/base/resource.ts";

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpBody {
  readonly readable: ReadableStream<Uint8Array>;
  /** Content-Length, where the server says it. */
  readonly size: number | undefined;
}

/** Both reject with a DriverError: one sentence, without the query of the URL (it may hold a signature). */
export interface HttpTransfer {
  get(request: HttpRequest, options: ResourceOptions): Promise<HttpBody>;
  /** Closing the stream resolves when the server has taken the file, and rejects when it has not. */
  put(request: HttpRequest, options: ResourceOptions): Promise<WritableStream<Uint8Array>>;
}
