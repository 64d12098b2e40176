/**
 * Images in memory, for browsers that keep no files: few, and gone with the tab.
 * Above: create-storage.ts. Below: receive-into.ts, eviction.ts.
 * Specification: drivers/base/image.ts.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { DriverError } from "../../drivers/base/error.ts";
import type { Image, Images, ReceiveOptions } from "../../drivers/base/image.ts";
import { byLastUse } from "./eviction.ts";
import { createImage } from "./image-reader.ts";
import { receiveInto } from "./receive-into.ts";
import { sha256OfBlob } from "./stored-hash.ts";

interface Kept {
  readonly sha256: string;
  readonly size: number;
  readonly blob: Blob;
  used: number;
  pins: number;
}

export class MemoryImages implements Images {
  readonly #kept = new Map<string, Kept>();
  readonly #clock: Clock;
  readonly #maxBytes: number;
  /** Bytes that are being received. */
  #incoming = 0;

  constructor({ clock, maxBytes }: { readonly clock: Clock; readonly maxBytes: number }) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  async receive(readable: ReadableStream<Uint8Array>, options: ReceiveOptions): Promise<Image> {
    const chunks: BlobPart[] = [];
    let bytes = 0;
    const write = (chunk: Uint8Array) => {
      this.#makeRoom(chunk.length);
      chunks.push(chunk.slice()); // it may be a small part of a big buffer
      bytes += chunk.length;
      this.#incoming += chunk.length;
      return undefined;
    };
    try {
      const size = await receiveInto({ write }, readable, options);
      const blob = new Blob(chunks);
      const sha256 = await sha256OfBlob(blob);
      options.signal.throwIfAborted();
      let kept = this.#kept.get(sha256);
      if (kept === undefined) {
        kept = { sha256, size, blob, used: 0, pins: 0 };
        this.#kept.set(sha256, kept);
      }
      return this.#use(kept);
    } finally {
      this.#incoming -= bytes;
    }
  }

  async open(sha256: string): Promise<Image | undefined> {
    const kept = this.#kept.get(sha256);
    return kept === undefined ? undefined : this.#use(kept);
  }

  #use(kept: Kept): Image {
    kept.used = this.#clock.now();
    kept.pins += 1;
    const release = () => {
      kept.pins -= 1;
    };
    return createImage({ sha256: kept.sha256, size: kept.size, blob: kept.blob, release });
  }

  #makeRoom(bytes: number): void {
    for (const { sha256 } of byLastUse([...this.#kept.values()].filter(({ pins }) => pins === 0))) {
      if (this.#bytes() + bytes <= this.#maxBytes) return;
      this.#kept.delete(sha256);
    }
    if (this.#bytes() + bytes <= this.#maxBytes) return;
    throw new DriverError(
      "storage-full",
      `this browser keeps no files for pages (is this a private window?), and in memory there is room for ${this.#maxBytes} bytes only: use an ordinary window of a browser that does`,
    );
  }

  #bytes(): number {
    return [...this.#kept.values()].reduce((sum, { size }) => sum + size, this.#incoming);
  }
}
