/**
 * One piece of work on a device at a time: who comes meanwhile is refused and told why, and who ends the driver waits for it.
 * Above: drivers that flash. Below: nothing.
 */

import { DriverError } from "./error.ts";

export class OneAtATime {
  readonly #device: () => string;
  #work: { readonly what: string; readonly over: Promise<void> } | undefined;

  /** @param device Names it, for people: "the chip". */
  constructor(device: () => string) {
    this.#device = device;
  }

  /** What is under way. */
  get doing(): string | undefined {
    return this.#work?.what;
  }

  /** Throws DriverError `device-in-use` while something is under way. */
  check(): void {
    if (this.#work === undefined) return;
    throw new DriverError(
      "device-in-use",
      `${this.#device()} is busy ${this.#work.what}: wait until that is done, or cancel it`,
    );
  }

  /** Until it is disposed of; throws as `check` does. @param what For who comes meanwhile: "flashing". */
  take(what: string): Disposable {
    this.check();
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const work = { what, over };
    this.#work = work;
    return {
      [Symbol.dispose]: () => {
        if (this.#work === work) this.#work = undefined;
        resolve();
      },
    };
  }

  /** Resolves when what is under way now is over. */
  async over(): Promise<void> {
    await this.#work?.over;
  }
}
