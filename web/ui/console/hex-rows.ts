/**
 * Bytes in rows of sixteen, for people who want to see each: of what comes and of what goes, with offsets of their own.
 * Above: hex-view.ts. Below: nothing; rows are kept in flat arrays, so that a flood costs little.
 */

import type { Direction } from "./transcript.ts";

/** Bytes a row, as in every hex dump. */
export const HEX_ROW_BYTES = 16;
/** 65536 rows, 1 MiB of bytes: more than anybody reads, and a list that browsers still scroll to the row. */
export const HEX_ROWS = 65_536;

export interface HexRow {
  readonly direction: Direction;
  /** Bytes of its direction before it. */
  readonly offset: number;
  /** Of its first byte. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

export class HexRows {
  readonly #capacity: number;
  readonly #bytes: Uint8Array;
  readonly #lengths: Uint8Array;
  readonly #sent: Uint8Array;
  readonly #offsets: Float64Array;
  readonly #times: Float64Array;
  #count = 0;
  #offset = { in: 0, out: 0 };
  /** What comes next begins a row, whatever the last one was. */
  #broken = true;

  constructor(capacity = HEX_ROWS) {
    this.#capacity = capacity;
    this.#bytes = new Uint8Array(capacity * HEX_ROW_BYTES);
    this.#lengths = new Uint8Array(capacity);
    this.#sent = new Uint8Array(capacity);
    this.#offsets = new Float64Array(capacity);
    this.#times = new Float64Array(capacity);
  }

  /** Number of the first row that is kept, counted from the first that ever was. */
  get first(): number {
    return Math.max(0, this.#count - this.#capacity);
  }

  /** Behind the last row. */
  get end(): number {
    return this.#count;
  }

  add(direction: Direction, bytes: Uint8Array, at: number): void {
    let rest = bytes;
    while (rest.length > 0) {
      const place = this.#place(direction, at);
      const length = this.#lengths[place] ?? 0;
      const taken = rest.subarray(0, HEX_ROW_BYTES - length);
      this.#bytes.set(taken, place * HEX_ROW_BYTES + length);
      this.#lengths[place] = length + taken.length;
      this.#offset[direction] += taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  /** So many bytes of the device are missing here: offsets stay right. */
  skip(bytes: number): void {
    this.#offset.in += bytes;
    this.#broken = true;
  }

  row(number: number): HexRow | undefined {
    if (number < this.first || number >= this.#count) return undefined;
    const place = number % this.#capacity;
    const start = place * HEX_ROW_BYTES;
    return {
      direction: this.#sent[place] === 1 ? "out" : "in",
      offset: this.#offsets[place] ?? 0,
      at: this.#times[place] ?? 0,
      bytes: this.#bytes.slice(start, start + (this.#lengths[place] ?? 0)),
    };
  }

  /** Where the next byte goes: into the last row, while there is room and its direction is the same. */
  #place(direction: Direction, at: number): number {
    const last = (this.#count - 1) % this.#capacity;
    const sent = direction === "out" ? 1 : 0;
    if (!this.#broken && this.#sent[last] === sent && (this.#lengths[last] ?? 0) < HEX_ROW_BYTES) return last;
    this.#broken = false;
    const place = this.#count % this.#capacity;
    this.#count += 1;
    this.#lengths[place] = 0;
    this.#sent[place] = sent;
    this.#offsets[place] = this.#offset[direction];
    this.#times[place] = at;
    return place;
  }
}

/** `48 65 6c 6c 6f`, always as wide as a full row, with a gap in its middle. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from({ length: HEX_ROW_BYTES }, (_, index) => {
    const byte = bytes[index];
    const gap = index === HEX_ROW_BYTES / 2 ? " " : "";
    return gap + (byte === undefined ? "  " : byte.toString(16).padStart(2, "0"));
  }).join(" ");
}

/** ASCII as it is, everything else as a dot. */
export function asciiOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join(
    "",
  );
}

/** Eight digits; more once they are needed. */
export function offsetOf(offset: number): string {
  return offset.toString(16).padStart(8, "0");
}

/** A row for the clipboard and for files: `< 00000010  48 65 …  |He|`; `>` is what was sent. */
export function hexLine({ direction, offset, bytes }: HexRow): string {
  return `${direction === "in" ? "<" : ">"} ${offsetOf(offset)}  ${hexOf(bytes)}  |${asciiOf(bytes)}|`;
}
