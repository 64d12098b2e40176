/**
 * The exporter that the relay was started with (`--exporter-config`): a file that the page gets, not understood here.
 * Above: boot.ts, hook-files.ts, main.ts. Below: node:fs, node:crypto.
 */

import { createHash } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { basename } from "node:path";
import { MAX_BENCH_BYTES } from "./limits.ts";
import { StartError } from "./usage-error.ts";

export interface BenchFile {
  /** Derived from where the file is: the same after each start, so that driver uuids stay. */
  readonly id: string;
  /** Its real path. */
  readonly path: string;
  /** Its name, for people. */
  readonly name: string;
}

/** @throws StartError when there is no such file, or it cannot be read. */
export function openBench(path: string): BenchFile {
  try {
    const real = realpathSync(path);
    readBench(real);
    return { id: uuidFromText(real), path: real, name: basename(path) };
  } catch (error) {
    throw new StartError(`cannot read --exporter-config ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The text as it is now: an edit counts from the next load of the page on. */
export function readBench(path: string): string {
  return readText(path, MAX_BENCH_BYTES);
}

/** A file's text. @throws what `reasonOf` says in words. */
export function readText(path: string, maxBytes: number): string {
  const { size } = statSync(path);
  if (size > maxBytes) throw new Error(`the file has ${size} bytes, ${maxBytes} are allowed`);
  const bytes = readFileSync(path);
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** RFC 9562 section 5.5: a UUID made of a name, in the namespace for URLs (section 6.6). */
export function uuidFromText(path: string): string {
  const namespace = Buffer.from("6ba7b8119dad11d180b400c04fd430c8", "hex");
  const bytes = createHash("sha1").update(namespace).update(`file://${path}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Why a file cannot be read, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "this user may not read it";
  if (code === "EISDIR") return "it is a directory";
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "it is not text in UTF-8";
  return message;
}
