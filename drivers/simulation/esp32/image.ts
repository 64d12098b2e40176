/**
 * Images that an ESP32 starts: their format, read from flash and made for tests and the demo. Pure.
 * Above: boot.ts, which starts them; tests and the demo board, which make them. Below: FlashMemory.
 * Specification: https://docs.espressif.com/projects/esptool/en/latest/esp32/advanced-topics/firmware-image-format.html;
 * the description of an application is `esp_app_desc_t` of ESP-IDF.
 */

import type { FlashMemory } from "./flash-memory.ts";
import { checksum } from "./packet.ts";

export const IMAGE_MAGIC = 0xe9;
/** Where the application is when a board is flashed as ESP-IDF does it by default. */
export const APP_OFFSET = 0x1_0000;

const HEADER_BYTES = 24;
const SEGMENT_HEADER_BYTES = 8;
/** The checksum is the last byte of so many. */
const CHECKSUM_ALIGNMENT = 16;
const DIGEST_BYTES = 32;
/** Segments that the ROM accepts. */
const MAX_SEGMENTS = 16;
const APP_DESCRIPTION_MAGIC = 0xabcd_5432;
const APP_DESCRIPTION_BYTES = 256;
const VERSION_AT = 16;
const PROJECT_AT = 48;
const NAME_BYTES = 32;

export interface Segment {
  /** Where it is loaded. */
  readonly address: number;
  readonly data: Uint8Array;
}

export interface Image {
  readonly entry: number;
  readonly chipId: number;
  readonly segments: readonly Segment[];
  /** All of it, as it is in flash. */
  readonly bytes: Uint8Array;
  readonly checksumFits: boolean;
  /** What an application says about itself. */
  readonly app: AppDescription | undefined;
}

export interface AppDescription {
  readonly project: string;
  readonly version: string;
}

/** The image at an address, or undefined: nothing there looks like one. */
export function readImage(flash: FlashMemory, address: number): Image | undefined {
  const header = viewOf(flash, address, HEADER_BYTES);
  if (header?.getUint8(0) !== IMAGE_MAGIC) return undefined;
  const count = header.getUint8(1);
  if (count === 0 || count > MAX_SEGMENTS) return undefined;
  const segments: Segment[] = [];
  let sum = checksum(new Uint8Array(0));
  let length = HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    const head = viewOf(flash, address + length, SEGMENT_HEADER_BYTES);
    if (head === undefined) return undefined;
    const bytes = head.getUint32(4, true);
    length += SEGMENT_HEADER_BYTES;
    if (address + length + bytes > flash.bytes) return undefined;
    const data = flash.read(address + length, bytes);
    for (const byte of data) sum ^= byte;
    segments.push({ address: head.getUint32(0, true), data });
    length += bytes;
  }
  length += CHECKSUM_ALIGNMENT - (length % CHECKSUM_ALIGNMENT);
  const digest = header.getUint8(23) === 1 ? DIGEST_BYTES : 0;
  if (address + length + digest > flash.bytes) return undefined;
  const bytes = flash.read(address, length + digest);
  return {
    entry: header.getUint32(4, true),
    chipId: header.getUint16(12, true),
    segments,
    bytes,
    checksumFits: bytes[length - 1] === sum,
    app: describe(segments[0]),
  };
}

export interface ImageParts {
  readonly chipId: number;
  readonly entry: number;
  readonly segments: readonly Segment[];
}

/** An image without a digest, flash mode DIO. */
export function buildImage({ chipId, entry, segments }: ImageParts): Uint8Array<ArrayBuffer> {
  let length = HEADER_BYTES;
  for (const { data } of segments) length += SEGMENT_HEADER_BYTES + data.length;
  length += CHECKSUM_ALIGNMENT - (length % CHECKSUM_ALIGNMENT);
  const image = new Uint8Array(length);
  const view = new DataView(image.buffer);
  image.set([IMAGE_MAGIC, segments.length, 2, 0x20]);
  view.setUint32(4, entry, true);
  image[8] = 0xee;
  view.setUint16(12, chipId, true);
  let at = HEADER_BYTES;
  let sum = checksum(new Uint8Array(0));
  for (const { address, data } of segments) {
    view.setUint32(at, address, true);
    view.setUint32(at + 4, data.length, true);
    image.set(data, at + SEGMENT_HEADER_BYTES);
    for (const byte of data) sum ^= byte;
    at += SEGMENT_HEADER_BYTES + data.length;
  }
  image[length - 1] = sum;
  return image;
}

export interface AppParts extends AppDescription {
  readonly chipId: number;
  /** What the application consists of, besides its description. */
  readonly code: Uint8Array;
}

/** An application, to be written to APP_OFFSET. */
export function buildApp({ chipId, project, version, code }: AppParts): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(APP_DESCRIPTION_BYTES);
  new DataView(data.buffer).setUint32(0, APP_DESCRIPTION_MAGIC, true);
  data.set(new TextEncoder().encode(version).subarray(0, NAME_BYTES - 1), VERSION_AT);
  data.set(new TextEncoder().encode(project).subarray(0, NAME_BYTES - 1), PROJECT_AT);
  return buildImage({
    chipId,
    entry: 0x4008_1234,
    segments: [
      { address: 0x3f40_0020, data },
      { address: 0x4008_0000, data: code },
    ],
  });
}

function describe(segment: Segment | undefined): AppDescription | undefined {
  const data = segment?.data;
  if (data === undefined || data.length < APP_DESCRIPTION_BYTES) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.getUint32(0, true) !== APP_DESCRIPTION_MAGIC) return undefined;
  return { version: nameAt(data, VERSION_AT), project: nameAt(data, PROJECT_AT) };
}

/** What is printable of a name, up to its zero. */
function nameAt(data: Uint8Array, at: number): string {
  const field = data.subarray(at, at + NAME_BYTES);
  const end = field.indexOf(0);
  const text = String.fromCharCode(...(end < 0 ? field : field.subarray(0, end)));
  return text.replaceAll(/[^ -~]/g, "?");
}

function viewOf(flash: FlashMemory, address: number, length: number): DataView | undefined {
  if (address + length > flash.bytes) return undefined;
  const bytes = flash.read(address, length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
