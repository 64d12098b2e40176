/**
 * The hash of a file while it is stored. Small files are hashed in one go when they are there, by the browser's own code, which is many times
 * faster than what a page can bring; it takes no streams, so that of a bigger file everything is hashed as it comes, by hash-wasm.
 * Above: origin-images.ts. Below: WebCrypto, hash-wasm.
 */

import { createSHA256, type IHasher } from "hash-wasm";
import { MAX_HASHED_WHOLE_BYTES, READ_CHUNK_BYTES } from "./limits.ts";

/** Where the stored bytes are. */
export interface StoredBytes {
  /** How many bytes were read. */
  read(buffer: Uint8Array, options: { at: number }): number;
}

/** How much is read back and hashed for a byte that comes, until the hash has caught up with the file: enough to do so, and little work at once. */
const CATCH_UP = 2;

export class StoredHash {
  readonly #stored: StoredBytes;
  readonly #nextTurn: () => Promise<void>;
  readonly #maxWholeBytes: number;
  #hash: IHasher | undefined;
  #hashed = 0;
  #buffer: Uint8Array<ArrayBuffer> | undefined;

  constructor(
    stored: StoredBytes,
    {
      nextTurn,
      maxWholeBytes = MAX_HASHED_WHOLE_BYTES,
    }: { readonly nextTurn: () => Promise<void>; readonly maxWholeBytes?: number },
  ) {
    this.#stored = stored;
    this.#nextTurn = nextTurn;
    this.#maxWholeBytes = maxWholeBytes;
  }

  /** The chunk is stored, and with it so many bytes. A promise: it has to be waited for. */
  follow(chunk: Uint8Array, bytes: number): Promise<void> | undefined {
    if (bytes <= this.#maxWholeBytes) return undefined;
    if (this.#hash === undefined) {
      return createSHA256().then((hash) => {
        this.#hash = hash.init();
        this.#followWith(hash, chunk, bytes);
      });
    }
    this.#followWith(this.#hash, chunk, bytes);
    return undefined;
  }

  /** In lower-case hex, of all the bytes that are stored. */
  async digest(bytes: number): Promise<string> {
    const hash = this.#hash;
    if (hash === undefined) {
      const whole = new Uint8Array(bytes);
      this.#readAt(whole, 0);
      return await sha256OfWhole(whole);
    }
    while (this.#hashed < bytes) {
      this.#advance(hash, Math.min(READ_CHUNK_BYTES, bytes - this.#hashed));
      await this.#nextTurn();
    }
    return hash.digest("hex");
  }

  #followWith(hash: IHasher, chunk: Uint8Array, bytes: number): void {
    if (this.#hashed === bytes - chunk.length) {
      hash.update(chunk);
      this.#hashed = bytes;
    } else this.#advance(hash, Math.min(CATCH_UP * chunk.length, bytes - this.#hashed));
  }

  #advance(hash: IHasher, bytes: number): void {
    this.#buffer ??= new Uint8Array(READ_CHUNK_BYTES);
    for (const end = this.#hashed + bytes; this.#hashed < end; ) {
      const part = this.#buffer.subarray(0, Math.min(this.#buffer.length, end - this.#hashed));
      this.#readAt(part, this.#hashed);
      hash.update(part);
      this.#hashed += part.length;
    }
  }

  #readAt(buffer: Uint8Array, at: number): void {
    const count = this.#stored.read(buffer, { at });
    if (count !== buffer.length) {
      throw new DOMException(`${buffer.length - count} stored bytes are missing`, "NotReadableError");
    }
  }
}

/** The hash of a file that is there. */
export async function sha256OfBlob(
  blob: Blob,
  { maxWholeBytes = MAX_HASHED_WHOLE_BYTES }: { readonly maxWholeBytes?: number } = {},
): Promise<string> {
  if (blob.size <= maxWholeBytes) return await sha256OfWhole(new Uint8Array(await blob.arrayBuffer()));
  const hash = (await createSHA256()).init();
  for (let at = 0; at < blob.size; at += READ_CHUNK_BYTES) {
    hash.update(new Uint8Array(await blob.slice(at, at + READ_CHUNK_BYTES).arrayBuffer()));
  }
  return hash.digest("hex");
}

async function sha256OfWhole(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
