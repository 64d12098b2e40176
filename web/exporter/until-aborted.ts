/**
 * What a driver gives item by item, for as long as somebody wants it: a driver that ignores its signal is left behind.
 * Above: services.ts. Below: abort signals.
 */

/** The items of `source`. Throws the signal's reason as soon as it is aborted, also while the source has nothing to give. */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  { signal }: { signal: AbortSignal },
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  // Not a race with one promise for all items: that would keep something of each until the end.
  let giveUp: (reason: unknown) => void = () => undefined;
  const onAbort = (): void => giveUp(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const item = await new Promise<IteratorResult<T>>((resolve, reject) => {
        giveUp = reject;
        iterator.next().then(resolve, reject);
      });
      if (item.done === true) return;
      yield item.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    const ended = iterator.return?.();
    // It ends by itself, or nobody hears of it any more.
    if (signal.aborted) ended?.catch(() => undefined);
    else await ended;
  }
}
