/**
 * A readable stream that is fed from outside, whose queue can be measured and cut.
 * Above: drivers that hand out byte streams. Below: WHATWG streams.
 * Specification: https://streams.spec.whatwg.org/. The stream's own queue stays empty: what is here, is here.
 */

/** Taken chunks that may stay in the array before it is cut: keeps taking cheap without keeping much. */
const MAX_TAKEN_CHUNKS = 1024;

export interface ChunkQueueEvents {
  /** The reader took a chunk, or has gone: there is room again. */
  onRoom?(): void;
  /** The reader listens no longer. Not called for `end` and `fail`. */
  onCancelled?(): void;
}

export class ChunkQueue {
  /** One chunk a read, with the boundaries of `push`. */
  readonly readable: ReadableStream<Uint8Array>;
  readonly #events: ChunkQueueEvents;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  #chunks: Uint8Array[] = [];
  #taken = 0;
  #bytes = 0;
  /** The reader waits for a chunk. */
  #wanted = false;
  #state: "open" | "ending" | "over" = "open";

  constructor(events: ChunkQueueEvents = {}) {
    this.#events = events;
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (its) => {
          controller = its;
        },
        pull: () => this.#pull(),
        cancel: () => {
          this.#stop();
          events.onCancelled?.();
          events.onRoom?.();
        },
      },
      { highWaterMark: 0 },
    );
    if (controller === undefined) throw new Error("a stream starts when it is made");
    this.#controller = controller;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Chunks that wait. */
  get length(): number {
    return this.#chunks.length - this.#taken;
  }

  /** Ended, failed or cancelled: nothing more is taken in. */
  get over(): boolean {
    return this.#state !== "open";
  }

  /** A chunk for the reader, who owns it from now on. Dropped when the queue is over. */
  push(chunk: Uint8Array): void {
    if (this.over || chunk.length === 0) return;
    if (this.#wanted) {
      this.#wanted = false;
      this.#controller.enqueue(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The orderly end, after what waits. */
  end(): void {
    if (this.over) return;
    if (this.length > 0) {
      this.#state = "ending";
      return;
    }
    this.#stop();
    this.#controller.close();
  }

  /** The reader gets this error at once; what waits is dropped. */
  fail(error: unknown): void {
    if (this.#state === "over") return;
    this.#stop();
    this.#controller.error(error);
  }

  /** Drop the oldest chunks until at most `bytes` wait. @returns how many bytes were dropped. */
  dropDownTo(bytes: number): number {
    const before = this.#bytes;
    while (this.#bytes > bytes && this.#shift() !== undefined);
    return before - this.#bytes;
  }

  #pull(): void {
    const chunk = this.#shift();
    if (chunk === undefined) {
      this.#wanted = true;
      return;
    }
    this.#controller.enqueue(chunk);
    if (this.#state === "ending" && this.length === 0) {
      this.#stop();
      this.#controller.close();
    }
    this.#events.onRoom?.();
  }

  #shift(): Uint8Array | undefined {
    const chunk = this.#chunks[this.#taken];
    if (chunk === undefined) return undefined;
    this.#taken += 1;
    this.#bytes -= chunk.length;
    if (this.#taken === this.#chunks.length || this.#taken === MAX_TAKEN_CHUNKS) {
      this.#chunks.splice(0, this.#taken);
      this.#taken = 0;
    }
    return chunk;
  }

  #stop(): void {
    this.#state = "over";
    this.#chunks = [];
    this.#taken = 0;
    this.#bytes = 0;
  }
}
