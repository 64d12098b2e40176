/**
 * The calls and streams that clients have running in a session: they end with it, whatever their drivers do.
 * Above: services.ts and router-service.ts join, lifecycle.ts ends. Below: abort signals.
 */

/** One call or stream of a client. */
export interface SessionCall {
  /** Aborted when the client has gone, and when the session ends. */
  readonly signal: AbortSignal;
  /** Rejects when the session ends; otherwise it never settles. A driver that ignores its signal is not waited for. */
  readonly ended: Promise<never>;
  leave(): void;
}

export class SessionCalls {
  readonly #running = new Set<(reason: Error) => void>();

  /** One controller for each call, not `AbortSignal.any`: the session outlives thousands of them. */
  join(client: AbortSignal): SessionCall {
    const call = new AbortController();
    const { promise: ended, reject } = Promise.withResolvers<never>();
    ended.catch(() => undefined); // most callers have settled long before, and do not listen
    const end = (reason: Error): void => {
      reject(reason);
      call.abort(reason);
    };
    const onClientGone = (): void => call.abort(client.reason);
    this.#running.add(end);
    if (client.aborted) onClientGone();
    else client.addEventListener("abort", onClientGone, { once: true });
    return {
      signal: call.signal,
      ended,
      leave: () => {
        this.#running.delete(end);
        client.removeEventListener("abort", onClientGone);
      },
    };
  }

  /** End everything that runs now. What joins from here on belongs to what comes next. */
  end(reason: Error): void {
    const running = [...this.#running];
    this.#running.clear();
    for (const end of running) end(reason);
  }

  get size(): number {
    return this.#running.size;
  }
}
