/**
 * Intel HEX: firmware as text, there and back.
 * Above: firmware-file.ts. Below: nothing. Specification: Intel Hexadecimal Object File Format, revision A.
 */

import { DriverError } from "../base/error.ts";
import type { Segment } from "./segment.ts";

const RECORD = {
  data: 0,
  end: 1,
  segmentAddress: 2,
  startSegment: 3,
  linearAddress: 4,
  startLinear: 5,
} as const;

/** Bytes of data in a record: what all tools write. */
const RECORD_BYTES = 16;

const LINE = /^:((?:[0-9a-fA-F]{2}){5,260})\s*$/;

/**
 * Its data, neighbours joined, in the order of the file.
 *
 * @throws DriverError `invalid-argument` with the line that is wrong.
 */
export function readIntelHex(text: string): Segment[] {
  const segments: { readonly address: number; readonly parts: number[] }[] = [];
  let base = 0;
  let line = 0;
  for (const content of text.split("\n")) {
    line += 1;
    if (content.trim() === "") continue;
    const bytes = recordOf(content, line);
    const [count = 0, high = 0, low = 0, type = 0] = bytes;
    const data = bytes.slice(4, 4 + count);
    const word = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
    if (type === RECORD.data) {
      const address = base + ((high << 8) | low);
      const last = segments.at(-1);
      if (last !== undefined && last.address + last.parts.length === address) last.parts.push(...data);
      else segments.push({ address, parts: [...data] });
    } else if (type === RECORD.segmentAddress) base = word * 2 ** 4;
    else if (type === RECORD.linearAddress) base = word * 2 ** 16;
    else if (type === RECORD.end) {
      return segments
        .filter(({ parts }) => parts.length > 0)
        .map(({ address, parts }) => ({ address, bytes: Uint8Array.from(parts) }));
    } else if (type !== RECORD.startSegment && type !== RECORD.startLinear) {
      throw wrong(line, `has a record of type ${type}, which there is not`);
    }
  }
  throw new DriverError(
    "invalid-argument",
    "the Intel HEX file has no end record, so a part of it is missing: get it again",
  );
}

function recordOf(content: string, line: number): number[] {
  const digits = LINE.exec(content)?.[1];
  if (digits === undefined) throw wrong(line, "is no record");
  const bytes: number[] = [];
  for (let at = 0; at < digits.length; at += 2) bytes.push(Number.parseInt(digits.slice(at, at + 2), 16));
  if (bytes.length !== (bytes[0] ?? 0) + 5) throw wrong(line, "is longer or shorter than it says");
  if (bytes.reduce((sum, byte) => sum + byte, 0) % 256 !== 0)
    throw wrong(line, "has another checksum than it says");
  return bytes;
}

function wrong(line: number, what: string): DriverError {
  return new DriverError(
    "invalid-argument",
    `line ${line} of the Intel HEX file ${what}: get the file again`,
  );
}

export function writeIntelHex(segments: readonly Segment[]): string {
  const lines: string[] = [];
  let upper = 0;
  for (const { address, bytes } of segments) {
    for (let at = 0; at < bytes.length; ) {
      const here = address + at;
      if (Math.floor(here / 2 ** 16) !== upper) {
        upper = Math.floor(here / 2 ** 16);
        lines.push(record(RECORD.linearAddress, 0, [upper >> 8, upper & 0xff]));
      }
      const offset = here % 2 ** 16;
      const count = Math.min(RECORD_BYTES, bytes.length - at, 2 ** 16 - offset);
      lines.push(record(RECORD.data, offset, bytes.subarray(at, at + count)));
      at += count;
    }
  }
  lines.push(record(RECORD.end, 0, []));
  return `${lines.join("\n")}\n`;
}

function record(type: number, offset: number, data: Iterable<number>): string {
  const bytes = [0, offset >> 8, offset & 0xff, type, ...data];
  bytes[0] = bytes.length - 4;
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `:${[...bytes, -sum & 0xff]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase()}`;
}
