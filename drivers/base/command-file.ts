/**
 * A file of a command, or a URL in its place, as the handle that a driver call takes.
 * Above: commands that flash, dump and store. Below: command.ts.
 * Specification: jumpstarter_driver_opendal.adapter: an http(s) URL is the exporter's own transfer, anything else is a file here.
 */

import { type CommandContext, CommandError } from "./command.ts";
import type { JsonValue } from "./json.ts";
import type { Encoding } from "./resource.ts";

/**
 * 64 MiB: a file of a command is in memory, as all files of a script are. What is larger is on a disk: dropped on the page, behind a
 * URL, or with a client that has one.
 */
export const MAX_COMMAND_FILE_BYTES = 64 * 1024 * 1024;

/** 64 KiB, in which a file is handed on. */
const CHUNK_BYTES = 64 * 1024;

export type FileContext = Pick<CommandContext, "driver" | "files" | "signal">;

export interface NamedFile {
  /** A path, or an http(s) URL. */
  readonly path: string;
  /** How it is compressed. */
  readonly encoding: Encoding | undefined;
}

/** Do something with a handle that reads the file. */
export async function withFileToDriver<T>(
  { driver, files, signal }: FileContext,
  { path, encoding }: NamedFile,
  use: (handle: JsonValue) => Promise<T>,
): Promise<T> {
  if (isUrl(path)) return use(presigned("GET", path, encoding));
  const bytes = await files.read(path);
  const handle = await driver.resource(
    {
      direction: "to-driver",
      readable: streamOf(bytes),
      size: bytes.length,
      name: path.split("/").at(-1) ?? path,
      encoding: encoding ?? null,
    },
    { signal },
  );
  return use(handle);
}

/** Do something with a handle that takes the file; it is written when that has succeeded. */
export async function withFileFromDriver<T>(
  { driver, files, signal }: FileContext,
  { path, encoding }: NamedFile,
  use: (handle: JsonValue) => Promise<T>,
): Promise<T> {
  if (isUrl(path)) return use(presigned("PUT", path, encoding));
  const { writable, content } = memoryFile();
  const handle = await driver.resource(
    { direction: "from-driver", writable, encoding: encoding ?? null },
    { signal },
  );
  const result = await use(handle);
  await files.write(path, await content);
  return result;
}

function isUrl(path: string): boolean {
  return path.startsWith("http://") || path.startsWith("https://");
}

function presigned(method: "GET" | "PUT", url: string, encoding: Encoding | undefined): JsonValue {
  if (encoding !== undefined) {
    throw new CommandError(
      "--compression does not go with a URL: leave it out, or download the file and give its path",
    );
  }
  return { kind: "presigned_request", headers: {}, url, method };
}

/** In chunks that belong to the reader: it may give their memory away. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (at < bytes.length) controller.enqueue(bytes.slice(at, at + CHUNK_BYTES));
        else controller.close();
        at += CHUNK_BYTES;
      },
    },
    { highWaterMark: 0 },
  );
}

function memoryFile(): {
  readonly writable: WritableStream<Uint8Array>;
  /** When it is complete. */
  readonly content: Promise<Uint8Array>;
} {
  const { promise: content, resolve, reject } = Promise.withResolvers<Uint8Array>();
  // Whoever calls the driver hears of what went wrong by the call.
  content.catch(() => undefined);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const writable = new WritableStream<Uint8Array>({
    write(chunk) {
      size += chunk.length;
      if (size > MAX_COMMAND_FILE_BYTES) {
        const tooLarge = new CommandError(
          `the file is larger than ${MAX_COMMAND_FILE_BYTES} bytes, the most that fits here: dump it to a URL, or from a computer with jmp`,
        );
        chunks.length = 0;
        reject(tooLarge);
        throw tooLarge;
      }
      chunks.push(chunk.slice());
    },
    close() {
      const bytes = new Uint8Array(size);
      let at = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      resolve(bytes);
    },
    abort: reject,
  });
  return { writable, content };
}
