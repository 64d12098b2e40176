/**
 * One write to flash, from FLASH_BEGIN or FLASH_DEFL_BEGIN to its end.
 * Above: loader.ts. Below: FlashMemory; the platform's inflate.
 * Specification: esptool's serial protocol, "Writing data"; RFC 1950 for compressed data.
 */

import type { FlashMemory } from "./flash-memory.ts";
import { RefusedError } from "./packet.ts";

export interface FlashSession {
  readonly compressed: boolean;
  /** Write a block. What is wrong with it may only show at the next one or at the end. */
  block(data: Uint8Array): Promise<void>;
  /** Everything that was sent is in flash; `not-enough-data` when that is less than was announced. */
  finish(): Promise<void>;
  /** Whatever comes next, nothing more of this is written. */
  abandon(): Promise<void>;
}

export interface FlashBegin {
  /** Bytes that flash is to hold. */
  readonly size: number;
  readonly blocks: number;
  readonly address: number;
}

/** Where the bytes go: erased at once, and then filled from its start. */
class Target {
  readonly #flash: FlashMemory;
  readonly #signal: AbortSignal;
  #address: number;
  #remaining: number;

  constructor(flash: FlashMemory, { address, size }: FlashBegin, signal: AbortSignal) {
    this.#signal = signal;
    if (address + size > flash.bytes) throw new RefusedError("flash-failed");
    flash.erase(address, size);
    this.#flash = flash;
    this.#address = address;
    this.#remaining = size;
  }

  get remaining(): number {
    return this.#remaining;
  }

  write(bytes: Uint8Array): void {
    // What was still on its way through the decompressor when the chip was reset.
    this.#signal.throwIfAborted();
    this.#flash.program(this.#address, bytes);
    this.#address += bytes.length;
    this.#remaining -= bytes.length;
  }
}

export function beginPlain(flash: FlashMemory, begin: FlashBegin, signal: AbortSignal): FlashSession {
  const target = new Target(flash, begin, signal);
  return {
    compressed: false,
    block: async (data) => {
      // The last block is padded to its full length.
      target.write(data.subarray(0, target.remaining));
    },
    finish: async () => {
      if (target.remaining > 0) throw new RefusedError("not-enough-data");
    },
    abandon: async () => {},
  };
}

export function beginCompressed(flash: FlashMemory, begin: FlashBegin, signal: AbortSignal): FlashSession {
  const target = new Target(flash, begin, signal);
  const inflate = new DecompressionStream("deflate");
  const writer = inflate.writable.getWriter();
  let blocksLeft = begin.blocks;
  let closed = false;
  let failure: RefusedError | undefined;

  const written = (async () => {
    for await (const bytes of inflate.readable) {
      if (bytes.length > target.remaining) throw new RefusedError("too-much-data");
      target.write(bytes);
    }
  })().catch((cause: unknown) => {
    failure = cause instanceof RefusedError ? cause : new RefusedError("inflate-failed");
  });
  // Its failure is that of `written`, which says why.
  writer.closed.catch(() => {});

  const abandon = async () => {
    if (!closed) await writer.abort(new RefusedError("not-enough-data"));
    closed = true;
    await written;
  };
  const settle = async () => {
    await written;
    if (failure !== undefined) throw failure;
  };
  return {
    compressed: true,
    block: async (data) => {
      if (failure !== undefined) throw failure;
      if (blocksLeft === 0) throw new RefusedError("too-much-data");
      blocksLeft--;
      try {
        await writer.write(data as Uint8Array<ArrayBuffer>);
        // A host without the stub sends no end: after the last block, all of it has to be in flash.
        if (blocksLeft === 0) {
          closed = true;
          await writer.close();
        }
      } catch {
        await settle();
      }
      if (blocksLeft === 0) await settle();
    },
    finish: async () => {
      if (closed) await settle();
      else await abandon();
      if (blocksLeft > 0 || target.remaining > 0) throw new RefusedError("not-enough-data");
    },
    abandon,
  };
}
