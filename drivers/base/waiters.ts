/**
 * Waiting for something that somebody else will notice. Above: drivers' streams. Below: promises.
 */

/** All who wait are woken together and look again for themselves. */
export class Waiters {
  #wake: (() => void) | undefined;
  #woken: Promise<void> | undefined;

  /** Resolves at the next `wake()`. */
  wait(): Promise<void> {
    this.#woken ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return this.#woken;
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
    this.#woken = undefined;
  }
}
