/**
 * One timer for whatever a transfer waits for right now; waiting for nothing, it has none.
 * Above: server-request.ts, transfer.ts. Below: the platform's timers.
 */

import { type FetchFailure, tooLate } from "./fetch-failure.ts";

export class Patience implements Disposable {
  readonly #onEnd: (failure: FetchFailure) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(onEnd: (failure: FetchFailure) => void) {
    this.#onEnd = onEnd;
  }

  /** Wait for this, and for nothing else any more. @param sentence What to say when it is over. */
  wait(ms: number, sentence: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onEnd(tooLate(sentence)), ms);
  }

  rest(): void {
    clearTimeout(this.#timer);
  }

  [Symbol.dispose](): void {
    this.rest();
  }
}
