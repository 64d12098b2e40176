/**
 * A promise that is not waited for any longer once a signal is aborted, and that leaves nothing behind at the signal.
 * Above: transfers and lookups. Below: nothing.
 */

/** Rejects with the signal's reason when it is aborted first; what the promise comes to is nobody's then. */
export function abortable<T>(promise: Promise<T>, { signal }: { signal: AbortSignal }): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** The chunks of a body, until the signal is aborted. */
export async function* abortableChunks(
  chunks: AsyncIterable<Uint8Array>,
  options: { signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await abortable(iterator.next(), options);
    if (done === true) return;
    yield value;
  }
}
