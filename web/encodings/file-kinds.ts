/**
 * What a file looks like by its first bytes, for those who have named the wrong compression.
 * Above: create-codecs.ts. Below: byte-source.ts, failures.ts.
 * Specification: RFC 1952 (gzip), RFC 8878 (zstd), the .xz file format, bzip2's `BZh`, and the registers of the others.
 */

import { DriverError } from "../../drivers/base/error.ts";
import type { Encoding } from "../../drivers/base/resource.ts";
import type { ByteSource } from "./byte-source.ts";
import { cutShort, empty } from "./failures.ts";

/** Longest of those below, in bytes. */
const LONGEST_MAGIC = 6;

const ENCODED: readonly { readonly encoding: Encoding; readonly magic: readonly number[] }[] = [
  { encoding: "gzip", magic: [0x1f, 0x8b] },
  { encoding: "xz", magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { encoding: "bz2", magic: [0x42, 0x5a, 0x68] },
  { encoding: "zstd", magic: [0x28, 0xb5, 0x2f, 0xfd] },
  // Skippable frames of zstd, 0x50 to 0x5f: pzstd and seekable files begin with one.
  ...Array.from({ length: 16 }, (_, nibble) => ({
    encoding: "zstd" as const,
    magic: [0x50 + nibble, 0x2a, 0x4d, 0x18],
  })),
];

/** Compressed in a way that no encoding of Jumpstarter's names. */
const OTHERS: readonly { readonly name: string; readonly magic: readonly number[] }[] = [
  { name: "a .lzma file", magic: [0x5d, 0x00, 0x00] },
  { name: "a zip archive", magic: [0x50, 0x4b, 0x03, 0x04] },
  { name: "a 7-zip archive", magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { name: "an lz4 file", magic: [0x04, 0x22, 0x4d, 0x18] },
  { name: "an lzip file", magic: [0x4c, 0x5a, 0x49, 0x50] },
];

/** Look at the first bytes, which stay where they are. @throws DriverError when they are not of this encoding. */
export async function requireKind(source: ByteSource, encoding: Encoding): Promise<void> {
  await source.need(LONGEST_MAGIC);
  const start = source.buffer.subarray(source.position, source.position + LONGEST_MAGIC);
  if (start.length === 0) throw empty(encoding);
  if (ENCODED.some((known) => known.encoding === encoding && begins(start, known.magic))) return;
  if (ENCODED.some((known) => known.encoding === encoding && begins(known.magic, [...start]))) {
    throw cutShort(encoding);
  }
  throw new DriverError("invalid-argument", `this is ${found(start)}`.replace("{}", encoding));
}

function found(start: Uint8Array): string {
  const encoded = ENCODED.find(({ magic }) => begins(start, magic));
  if (encoded !== undefined) {
    return `${encoded.encoding}, not {}: name the compression that the file has, --compression ${encoded.encoding}`;
  }
  const other = OTHERS.find(({ magic }) => begins(start, magic));
  if (other !== undefined) {
    return `${other.name}, not {}: unpack it first, and send what is in it`;
  }
  const hex = [...start].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `not {} (it begins with ${hex}): send it without --compression, or name the one that it has`;
}

function begins(bytes: ArrayLike<number>, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
