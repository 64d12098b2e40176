/**
 * A gate to wait at.
 * Above: chaos-link.ts, chaos-connection.ts. Below: nothing.
 */

/** Open, or closed for whoever comes to it. */
export class Gate {
  #closed: PromiseWithResolvers<void> | undefined;

  close(): void {
    this.#closed ??= Promise.withResolvers<void>();
  }

  open(): void {
    this.#closed?.resolve();
    this.#closed = undefined;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Rejects when `signal` is aborted first. */
  async passed(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      await Promise.race([this.#closed?.promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}
