/**
 * Images: files kept in the browser by what is in them, so that the same bytes are there once.
 * Above: drivers that flash (they receive an image whole before they touch a device), the page (history, flash again).
 * Below: web/images keeps them in the origin's private file system.
 */

/** What is known of an image's content. */
export interface ImageInfo {
  /** Of the bytes, in lower-case hex: its name. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** An image that cannot be evicted until it is let go of. */
export interface Image extends ImageInfo, Disposable {
  /** From `start` (bytes, default 0) to before `end` (default: its end). */
  stream(range?: { readonly start?: number; readonly end?: number }): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The bytes in memory. For what a device takes whole: firmware, not disks. */
  bytes(range?: { readonly start?: number; readonly end?: number }): Promise<Uint8Array<ArrayBuffer>>;
}

export interface ReceiveOptions {
  readonly signal: AbortSignal;
  /** Bytes: what the device can hold at most. One byte more is refused with a DriverError that says so. */
  readonly maxBytes?: number;
  /** Called as bytes are stored, with how many there are. */
  onProgress?(bytes: number): void;
}

export interface Images {
  /**
   * Store a file whole. The image is there once, also when it was there before.
   * Rejects with what the stream fails with, and with DriverError `storage-full` when the browser gives no more room; nothing is left of it then.
   */
  receive(readable: ReadableStream<Uint8Array>, options: ReceiveOptions): Promise<Image>;
  /** Undefined when it is not there, or no longer. */
  open(sha256: string): Promise<Image | undefined>;
}
