/**
 * What a console has said and a listener has not taken yet: the newest bytes up to a bound, and how many older ones are left out. Small
 * chunks are joined, so that a device that speaks byte by byte takes no more memory, and no more time, than one that speaks in pages.
 * Above: listener.ts. Below: nothing.
 */

/** 4 KiB: chunks up to that size are copied together; each object of its own would cost a hundred bytes and more. */
export const JOINED_BYTES = 4096;

/** What was said; several chunks of the device in one, where they had to wait. */
export interface Heard {
  readonly payload: Uint8Array;
  /** So many bytes, older than the payload, are left out. */
  readonly skipped: number;
}

export interface BacklogOptions {
  /** So many bytes wait at most; the oldest go first. */
  readonly maxBytes: number;
  /** Of one payload. */
  readonly maxPayloadBytes: number;
}

/** A piece of memory, and how many bytes of it are said. */
interface Block {
  readonly memory: Uint8Array;
  end: number;
}

export class Backlog {
  readonly #options: BacklogOptions;
  readonly #blocks: Block[] = [];
  /** Bytes of the first block that are gone already. */
  #start = 0;
  #bytes = 0;
  #skipped = 0;
  #over = false;
  #failure: { readonly error: unknown } | undefined;
  #news = Promise.withResolvers<void>();

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** Pieces of memory that wait. */
  get blocks(): number {
    return this.#blocks.length;
  }

  /** The chunk must not change from here on. */
  push(chunk: Uint8Array): void {
    this.#keep(chunk);
    this.#bytes += chunk.length;
    const tooMany = this.#bytes - this.#options.maxBytes;
    if (tooMany > 0) {
      this.#drop(tooMany);
      this.#skipped += tooMany;
    }
    this.#news.resolve();
  }

  /** Bytes were left out before they came here. */
  skip(bytes: number): void {
    this.#skipped += bytes;
  }

  end(failure: { readonly error: unknown } | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    this.#news.resolve();
  }

  /** Undefined at the end. Throws what the device failed with, after all that it has said. */
  async next(): Promise<Heard | undefined> {
    while (this.#bytes === 0 && !this.#over) {
      this.#news = Promise.withResolvers();
      await this.#news.promise;
    }
    if (this.#bytes === 0) {
      if (this.#failure !== undefined) throw this.#failure.error;
      return undefined;
    }
    const skipped = this.#skipped;
    this.#skipped = 0;
    return { payload: this.#take(), skipped };
  }

  #keep(chunk: Uint8Array): void {
    const last = this.#blocks.at(-1);
    // One alone is handed on as it is.
    if (last === undefined || chunk.length > JOINED_BYTES) {
      if (chunk.length > 0) this.#blocks.push({ memory: chunk, end: chunk.length });
    } else if (last.end + chunk.length <= last.memory.length) {
      last.memory.set(chunk, last.end);
      last.end += chunk.length;
    } else {
      const memory = new Uint8Array(JOINED_BYTES);
      memory.set(chunk);
      this.#blocks.push({ memory, end: chunk.length });
    }
  }

  #take(): Uint8Array {
    const [first] = this.#blocks;
    const { maxPayloadBytes } = this.#options;
    if (first !== undefined && this.#blocks.length === 1 && first.end - this.#start <= maxPayloadBytes) {
      const whole = first.memory.subarray(this.#start, first.end);
      this.#drop(whole.length);
      return whole;
    }
    const payload = new Uint8Array(Math.min(this.#bytes, maxPayloadBytes));
    let at = 0;
    let start = this.#start;
    for (const { memory, end } of this.#blocks) {
      const part = memory.subarray(start, Math.min(end, start + payload.length - at));
      payload.set(part, at);
      at += part.length;
      start = 0;
      if (at === payload.length) break;
    }
    this.#drop(payload.length);
    return payload;
  }

  /** The oldest. */
  #drop(bytes: number): void {
    this.#bytes -= bytes;
    let gone = 0;
    let left = this.#start + bytes;
    for (const { end } of this.#blocks) {
      if (left < end) break;
      left -= end;
      gone += 1;
    }
    if (gone > 0) this.#blocks.splice(0, gone);
    this.#start = left;
  }
}
