/**
 * First in, first out, in constant time, and what is out is not held any more, also when the queue is never empty.
 * Above: byte-queue.ts, sender.ts, replay-buffer.ts. Below: nothing. An array's own shift() is slow when it is long.
 */

/** Free places at the front before the rest is moved: moving a handful each time would cost more than it frees. */
const MIN_FREE = 16;

export class Fifo<T> {
  #items: (T | undefined)[] = [];
  /** Index of the first item. */
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The next one out; undefined when there is none. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) this.clear();
    else if (this.#head >= MIN_FREE && 2 * this.#head >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }

  /** All of them, in order; they stay. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let index = this.#head; index < this.#items.length; index += 1) {
      const item = this.#items[index];
      if (item !== undefined) yield item;
    }
  }
}
