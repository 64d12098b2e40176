/**
 * The last so many items, each with a number that counts up: taking one in costs the same however many there are.
 * Above: log-ring.ts. Below: nothing.
 */

export class RingBuffer<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Number of the oldest item that is still there. */
  get first(): number {
    return this.#next - this.#items.length;
  }

  /** Number of the item that comes next. */
  get next(): number {
    return this.#next;
  }

  push(item: T): void {
    this.#items[this.#next % this.#capacity] = item;
    this.#next += 1;
  }

  /** Items from number `from` on that are still there, oldest first. */
  from(from: number): T[] {
    const start = Math.max(from, this.first);
    if (start >= this.#next) return [];
    const at = start % this.#capacity;
    const end = at + (this.#next - start);
    const { length } = this.#items;
    return end <= length
      ? this.#items.slice(at, end)
      : [...this.#items.slice(at), ...this.#items.slice(0, end - this.#capacity)];
  }

  /** Begin anew: no items, and numbers from 0. */
  clear(): void {
    this.#items.length = 0;
    this.#next = 0;
  }
}
