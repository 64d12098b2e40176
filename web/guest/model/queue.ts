/**
 * Items from who has them to who takes them, in their order.
 * Above: console-stream.ts. Below: nothing. What waits is bounded by who puts: `taken` says when there is room.
 */

export class Queue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | undefined;
  #room: (() => void)[] = [];
  #over = false;
  #failure: unknown;

  get size(): number {
    return this.#items.length;
  }

  /** Dropped when the queue is over. */
  push(item: T): void {
    if (this.#over) return;
    this.#items.push(item);
    this.#wake?.();
  }

  /** Resolves when all that was put has been taken, or nobody takes any more. */
  async taken(): Promise<void> {
    while (this.#items.length > 0) await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  /** After what is in it. */
  end(failure?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    this.#wake?.();
  }

  /** At once: what is in it is dropped. */
  drop(): void {
    this.#items.length = 0;
    this.end();
    this.#makeRoom();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const item = this.#items.shift();
        if (item !== undefined) {
          yield item;
          // Back here, it has been used.
          if (this.#items.length === 0) this.#makeRoom();
        } else if (this.#over) {
          if (this.#failure !== undefined) throw this.#failure;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.drop();
    }
  }

  #makeRoom(): void {
    for (const resolve of this.#room.splice(0)) resolve();
  }
}
