/**
 * The chip's end of a serial line: what it has received and not read, what it sends, and its rate.
 * Above: the programs that run on the chip. Below: whoever carries the bytes, board.ts or another transport.
 */

/** The rate of every boot loader of Espressif's after a reset. */
export const RESET_BAUD_RATE = 115_200;
/** Bytes that wait to be read. Above it the sender waits too: a block of 16 KiB and what follows it fit. */
const MAX_UNREAD_BYTES = 64 * 1024;

export class Uart {
  baudRate = RESET_BAUD_RATE;
  /** The next thing heard sets the rate: the ROM measures it at the first SYNC. */
  measuresBaudRate = false;
  /** Carries bytes away; resolves when they are on their way and there is room for more. */
  transmit: (bytes: Uint8Array) => Promise<void> = async () => {};

  readonly #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #wakeReader: (() => void) | undefined;
  #wakeSenders: (() => void)[] = [];

  /** From the line. Resolves when there is room for more. */
  async receive(bytes: Uint8Array): Promise<void> {
    this.#unread.push(bytes);
    this.#unreadBytes += bytes.length;
    this.#wakeReader?.();
    while (this.#unreadBytes > MAX_UNREAD_BYTES)
      await new Promise<void>((resolve) => this.#wakeSenders.push(resolve));
  }

  /** For the program on the chip: the next bytes, whenever they come. One reader. */
  async read(signal: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      signal.throwIfAborted();
      const next = this.#unread.shift();
      if (next !== undefined) {
        this.#unreadBytes -= next.length;
        this.#wake();
        return next;
      }
      await untilAborted(
        new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        }),
        signal,
      );
    }
  }

  /** For the program on the chip. */
  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await untilAborted(this.transmit(bytes), signal);
  }

  /** As a reset leaves it. */
  reset(): void {
    this.baudRate = RESET_BAUD_RATE;
    this.measuresBaudRate = false;
    this.#unread.length = 0;
    this.#unreadBytes = 0;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#wakeSenders;
    this.#wakeSenders = [];
    for (const wake of waiting) wake();
  }
}

/** The promise, or the signal's reason when that comes first. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: over.signal });
      }),
    ]);
  } finally {
    over.abort();
  }
}
