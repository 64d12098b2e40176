/**
 * Files for tests of drivers: handles with bytes behind them, and images in memory.
 * Above: test-context.ts, tests of drivers that flash and store. Below: drivers/base.
 */

import { DriverError } from "../base/error.ts";
import type { Image, Images } from "../base/image.ts";
import type { JsonValue } from "../base/json.ts";
import type { ResourceReader, Resources } from "../base/resource.ts";
import type { DriverStorage } from "../base/storage.ts";

export interface TestResources extends Resources {
  /** A handle to these bytes, in chunks of `chunkBytes`; `error`: it fails behind them. */
  toDriver(bytes: Uint8Array, options?: { chunkBytes?: number; error?: unknown }): JsonValue;
  /** A handle that takes what the driver writes. */
  fromDriver(): { readonly handle: JsonValue; readonly file: Promise<Uint8Array> };
}

export function createTestResources(): TestResources {
  const readers = new Map<string, () => ResourceReader>();
  const writers = new Map<string, WritableStream<Uint8Array>>();
  const handle = (uuid: string): JsonValue => ({
    kind: "client_stream",
    uuid,
    x_jmp_content_encoding: null,
  });
  const take = <T>(map: Map<string, T>, uuid: string): T => {
    const found = map.get(uuid);
    if (found === undefined) throw new DriverError("other", "the handle is unknown, or was used already");
    map.delete(uuid);
    return found;
  };
  return {
    toDriver(bytes, { chunkBytes = 64 * 1024, error } = {}) {
      const uuid = crypto.randomUUID();
      readers.set(uuid, () => ({
        readable: streamOfBytes(bytes, { chunkBytes, error }),
        size: undefined,
        name: undefined,
      }));
      return handle(uuid);
    },
    fromDriver() {
      const uuid = crypto.randomUUID();
      const chunks: Uint8Array[] = [];
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
      promise.catch(() => undefined); // not every test asks for it
      writers.set(
        uuid,
        new WritableStream({
          write: (chunk) => void chunks.push(chunk.slice()),
          close: () => resolve(joinBytes(chunks)),
          abort: (reason) => reject(reason),
        }),
      );
      return { handle: handle(uuid), file: promise };
    },
    read: async (from) => {
      if (from.kind !== "client_stream") throw new Error("tests of drivers have no network");
      return take(readers, from.uuid)();
    },
    write: async (to) => {
      if (to.kind !== "client_stream") throw new Error("tests of drivers have no network");
      return take(writers, to.uuid);
    },
  };
}

/** Images as they are kept in the browser, but in memory, and only as long as the test. */
export function createTestImages(): Images {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  const image = (sha256: string, content: Uint8Array<ArrayBuffer>): Image => ({
    sha256,
    size: content.length,
    stream: ({ start = 0, end } = {}) => streamOfBytes(content.slice(start, end)),
    bytes: async ({ start = 0, end } = {}) => content.slice(start, end),
    [Symbol.dispose]: () => undefined,
  });
  return {
    async receive(readable, { signal, maxBytes = Number.POSITIVE_INFINITY, onProgress }) {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of readable) {
        signal.throwIfAborted();
        bytes += chunk.length;
        if (bytes > maxBytes) {
          throw new DriverError("invalid-argument", `the file has more than ${maxBytes} bytes`);
        }
        chunks.push(chunk.slice());
        onProgress?.(bytes);
      }
      const content = joinBytes(chunks);
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
      const sha256 = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
      kept.set(sha256, content);
      return image(sha256, content);
    },
    async open(sha256) {
      const content = kept.get(sha256);
      return content === undefined ? undefined : image(sha256, content);
    },
  };
}

export function createTestStorage(
  folder: DriverStorage["folder"] = async () => {
    throw new DriverError("not-implemented", "this test has no file system");
  },
): DriverStorage {
  return { images: createTestImages(), folder };
}

export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** The bytes in chunks, each a copy of its own. */
export function streamOfBytes(
  bytes: Uint8Array,
  { chunkBytes = 64 * 1024, error }: { chunkBytes?: number; error?: unknown } = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) {
        controller.enqueue(bytes.slice(at, at + chunkBytes));
        at += chunkBytes;
      } else if (error !== undefined) controller.error(error);
      else controller.close();
    },
  });
}
