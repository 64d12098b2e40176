/**
 * Resources: the files that go with a driver call, named in its arguments by a handle.
 * Above: drivers that flash, dump and store; web/exporter implements it. Below: valibot for the handle's shape.
 * Specification: Jumpstarter's resource handles (jumpstarter.common.resources): client_stream and presigned_request.
 */

import * as v from "valibot";

/** How the bytes of a client's local file are compressed. The exporter decompresses what it reads and compresses what it writes. */
export const ENCODINGS = ["gzip", "xz", "bz2", "zstd"] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** The bytes flow over a stream that the client has opened. */
export interface ClientStreamHandle {
  readonly kind: "client_stream";
  readonly uuid: string;
  readonly x_jmp_content_encoding?: string | null | undefined;
}

/** The exporter does the transfer itself, by HTTP. */
export interface PresignedRequestHandle {
  readonly kind: "presigned_request";
  readonly url: string;
  readonly method: "GET" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
}

export type ResourceHandle = ClientStreamHandle | PresignedRequestHandle;

const handleSchema = v.variant(
  "kind",
  [
    v.object({
      kind: v.literal("client_stream"),
      uuid: v.string("the handle's uuid is missing: open a resource stream first, and pass what it answers"),
      x_jmp_content_encoding: v.nullish(v.string("the handle's encoding is no text")),
    }),
    v.object({
      kind: v.literal("presigned_request"),
      url: v.string("the request's url is missing"),
      method: v.picklist(["GET", "PUT"], "the request's method is neither GET nor PUT"),
      headers: v.optional(v.record(v.string(), v.string("a header of the request is no text")), {}),
    }),
  ],
  "this is no resource handle: open a resource stream first, and pass what it answers",
);

/** An argument that names a file: for `exportedCall`. */
export const resourceArgument: v.GenericSchema<ResourceHandle, ResourceHandle> =
  handleSchema as unknown as v.GenericSchema<ResourceHandle, ResourceHandle>;

export interface ResourceReader {
  /**
   * What the client sends, decompressed: chunks that are never empty and belong to the reader. It errors with a DriverError when the
   * bytes are corrupt, cut short or more than is allowed, and when the client has gone. Cancelling it refuses the rest.
   */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes that will come, where that is known before. */
  readonly size: number | undefined;
  /** As the page or a URL names the file; undefined for clients, which do not say. */
  readonly name: string | undefined;
}

export interface ResourceOptions {
  /** Aborted when the client has gone, or somebody has cancelled the call. */
  readonly signal: AbortSignal;
}

/**
 * A driver instance's way from handles to bytes. A handle is good for one call, and whatever a call has not used of it ends with the
 * call, in every outcome: a driver has nothing to clean up.
 */
export interface Resources {
  /** Rejects with a DriverError when the handle is unknown or used, or its encoding is not one of ours. */
  read(handle: ResourceHandle, options: ResourceOptions): Promise<ResourceReader>;
  /**
   * Closing it makes the file complete; a call that aborts it, or never closes it, fails. Chunks that are written are handed on, not
   * copied: they must not change afterwards. Rejects as `read` does.
   */
  write(handle: ResourceHandle, options: ResourceOptions): Promise<WritableStream<Uint8Array>>;
}
