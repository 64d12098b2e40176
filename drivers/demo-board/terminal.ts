/**
 * The board's console line: keys in, text out. Above: firmware.ts and what it runs. Below: the simulated UART.
 * Specification: a terminal of the VT100 kind at the other end; lines end in CR LF.
 */

import { Waiters } from "../base/waiters.ts";

/** Keys that wait while the board is busy; a real UART and its driver hold no more either. */
const MAX_WAITING_KEYS = 4096;

export class Terminal {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #encoder = new TextEncoder();
  readonly #arrived = new Waiters();
  #decoder = new TextDecoder();
  #keys: string[] = [];

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  print(text: string): void {
    this.#send(this.#encoder.encode(text.replaceAll("\n", "\r\n")));
  }

  /** Bytes from the line. What finds no room is lost. */
  receive(bytes: Uint8Array): void {
    const keys = [...this.#decoder.decode(bytes, { stream: true })];
    this.#keys.push(...keys.slice(0, MAX_WAITING_KEYS - this.#keys.length));
    this.#arrived.wake();
  }

  /** Forget what was typed. */
  clear(): void {
    this.#decoder = new TextDecoder();
    this.#keys = [];
  }

  /** Wake who waits for a key, so that it sees that its signal is aborted. */
  interrupt(): void {
    this.#arrived.wake();
  }

  /** The next character; rejects with the signal's reason. */
  async key(signal: AbortSignal): Promise<string> {
    await this.keyPressed(signal);
    return this.#keys.shift() ?? "";
  }

  /** Resolves when there is a key to take. */
  async keyPressed(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#keys.length > 0) return;
      await this.#arrived.wait();
    }
  }
}
