/**
 * The host's receive buffer of a simulated port: what has come in and not been read, and what went wrong after it.
 * Above: FakeSerialPort's readable stream. Below: nothing.
 */

/** In the order in which the reader meets them. */
type Item = { readonly bytes: Uint8Array } | { readonly error: DOMException };

export class ReceiveBuffer {
  readonly #items: Item[] = [];
  readonly #capacity: number;
  #size = 0;
  /** Waiters for an item, and for room. */
  #wakeReader: (() => void) | undefined;
  readonly #wakeSenders = new Set<() => void>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Free bytes. */
  get room(): number {
    return this.#capacity - this.#size;
  }

  /** Keep as much as there is room for. @returns whether that was all. */
  push(bytes: Uint8Array): boolean {
    const kept = bytes.length <= this.room ? bytes : bytes.subarray(0, this.room);
    if (kept.length > 0) {
      this.#size += kept.length;
      this.#items.push({ bytes: kept });
      this.#wakeReader?.();
    }
    return kept.length === bytes.length;
  }

  pushError(error: DOMException): void {
    this.#items.push({ error });
    this.#wakeReader?.();
  }

  /** The next item, at most `limit` bytes of it; undefined when there is none. */
  take(limit: number): Item | undefined {
    const item = this.#items[0];
    if (item === undefined || "error" in item || item.bytes.length <= limit) {
      this.#items.shift();
      if (item !== undefined && "bytes" in item) this.#freed(item.bytes.length);
      return item;
    }
    this.#items[0] = { bytes: item.bytes.subarray(limit) };
    this.#freed(limit);
    return { bytes: item.bytes.subarray(0, limit) };
  }

  /** Resolves when there may be an item. One waiter. */
  async item(): Promise<void> {
    if (this.#items.length > 0) return;
    await new Promise<void>((resolve) => {
      this.#wakeReader = resolve;
    });
    this.#wakeReader = undefined;
  }

  /** Resolves when there may be room. */
  async freed(): Promise<void> {
    if (this.room > 0) return;
    await new Promise<void>((resolve) => this.#wakeSenders.add(resolve));
  }

  /** Drop everything and wake everybody: the port is closed. */
  clear(): void {
    this.#items.length = 0;
    this.#size = 0;
    this.#wakeReader?.();
    this.#wake();
  }

  #freed(bytes: number): void {
    this.#size -= bytes;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#wakeSenders) wake();
    this.#wakeSenders.clear();
  }
}
