/**
 * What a console has heard and sent, with its times: the views, logs and copies are made of it, so that a console that is closed and
 * opened again, or whose view is slow, has lost nothing.
 * Above: console.ts writes it; terminal-feed.ts and hex-view.ts read on from where they are. Below: nothing.
 */

export type Direction = "in" | "out";

export type Piece =
  /** What the device said, or what it was sent. */
  | { readonly kind: Direction; readonly at: number; readonly bytes: Uint8Array }
  /** The page's own words. */
  | { readonly kind: "remark"; readonly at: number; readonly text: string }
  /** The page was too slow: so many bytes are missing here. */
  | { readonly kind: "lost"; readonly at: number; readonly bytes: number };

/** Where a reader is. */
export interface Cursor {
  readonly piece: number;
  /** Bytes of all pieces before, and of that piece as far as it was read. */
  readonly offset: number;
}

export interface Part {
  readonly pieces: readonly Piece[];
  /** Bytes that had to make room before they were read. */
  readonly missed: number;
  readonly next: Cursor;
}

/** 4 MiB: six minutes of a full line at 115200 baud, and drawn anew in under a second. */
export const TRANSCRIPT_BYTES = 4 * 1024 * 1024;
/** 65536 pieces: each costs about 150 bytes beside its own, so that many tiny ones take no more than 10 MiB. */
export const TRANSCRIPT_PIECES = 65_536;
/** Milliseconds: what comes so close together is one piece, with the time of its first byte; a serial port's reads are no more exact. */
export const MERGE_MS = 5;
/** Bytes up to which pieces grow: single characters do not cost a piece each, and nothing large is copied again. */
export const MERGE_BYTES = 512;

interface Stored {
  piece: Piece;
  /** Of its first byte. */
  readonly offset: number;
}

export interface TranscriptBounds {
  readonly bytes: number;
  readonly pieces: number;
}

export class Transcript {
  readonly #bounds: TranscriptBounds;
  readonly #listeners = new Set<() => void>();
  #stored: Stored[] = [];
  /** Of `#stored`: those before it have made room. */
  #head = 0;
  /** Number of the piece at `#head`. */
  #first = 0;
  #end = 0;

  constructor(bounds: TranscriptBounds = { bytes: TRANSCRIPT_BYTES, pieces: TRANSCRIPT_PIECES }) {
    this.#bounds = bounds;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#end - this.#startOffset;
  }

  get empty(): boolean {
    return this.#head === this.#stored.length;
  }

  /** Where a reader of everything that is kept begins. */
  get start(): Cursor {
    return { piece: this.#first, offset: this.#startOffset };
  }

  /** Behind everything. */
  get end(): Cursor {
    return { piece: this.#first + this.#stored.length - this.#head, offset: this.#end };
  }

  /** The bytes are the transcript's from now on. */
  add(kind: Direction, bytes: Uint8Array, at: number): void {
    if (bytes.length === 0) return;
    const last = this.#stored.at(-1);
    if (
      last?.piece.kind === kind &&
      at - last.piece.at < MERGE_MS &&
      last.piece.bytes.length + bytes.length <= MERGE_BYTES
    ) {
      const joined = new Uint8Array(last.piece.bytes.length + bytes.length);
      joined.set(last.piece.bytes);
      joined.set(bytes, last.piece.bytes.length);
      last.piece = { ...last.piece, bytes: joined };
    } else {
      this.#stored.push({ piece: { kind, at, bytes }, offset: this.#end });
    }
    this.#end += bytes.length;
    this.#added();
  }

  remark(text: string, at: number): void {
    this.#stored.push({ piece: { kind: "remark", at, text }, offset: this.#end });
    this.#added();
  }

  lost(bytes: number, at: number): void {
    this.#stored.push({ piece: { kind: "lost", at, bytes }, offset: this.#end });
    this.#added();
  }

  /** Forget everything; readers go on behind it. */
  clear(): void {
    this.#first += this.#stored.length - this.#head;
    this.#stored = [];
    this.#head = 0;
    for (const listener of this.#listeners) listener();
  }

  /** What comes next for a reader, up to about so many bytes; nothing when it has read everything. */
  read(cursor: Cursor, most: number): Part {
    const missed = Math.max(0, this.#startOffset - cursor.offset);
    const pieces: Piece[] = [];
    let { offset } = cursor.piece < this.#first ? this.start : cursor;
    let index = Math.max(cursor.piece, this.#first) - this.#first + this.#head;
    let room = most;
    for (; index < this.#stored.length && room > 0; index += 1) {
      const stored = this.#stored[index];
      if (stored === undefined) break;
      const { piece } = stored;
      if (piece.kind === "remark" || piece.kind === "lost") {
        pieces.push(piece);
        continue;
      }
      const rest = piece.bytes.subarray(offset - stored.offset);
      const taken = rest.subarray(0, room);
      room -= taken.length;
      offset += taken.length;
      if (taken.length > 0) pieces.push({ kind: piece.kind, at: piece.at, bytes: taken });
      if (taken.length < rest.length) break;
      // The last one may still grow: its reader stays in it.
      if (index === this.#stored.length - 1) break;
    }
    return { pieces, missed, next: { piece: index - this.#head + this.#first, offset } };
  }

  /** Everything of one direction that is kept. */
  all(kind: Direction): readonly Uint8Array<ArrayBuffer>[] {
    return this.#stored
      .slice(this.#head)
      .flatMap(({ piece }) => (piece.kind === kind ? [new Uint8Array(piece.bytes)] : []));
  }

  /** Called after each change. */
  subscribe(listener: () => void, { signal }: { readonly signal: AbortSignal }): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  get #startOffset(): number {
    return this.#stored[this.#head]?.offset ?? this.#end;
  }

  #added(): void {
    while (
      this.#stored.length - this.#head > 1 &&
      (this.bytes > this.#bounds.bytes || this.#stored.length - this.#head > this.#bounds.pieces)
    ) {
      this.#head += 1;
      this.#first += 1;
    }
    // What has made room is let go of in lots: moving an array for each piece would cost more than the piece.
    if (this.#head > 1024 && this.#head > this.#stored.length / 2) {
      this.#stored = this.#stored.slice(this.#head);
      this.#head = 0;
    }
    for (const listener of this.#listeners) listener();
  }
}
