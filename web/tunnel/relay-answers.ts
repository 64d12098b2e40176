/**
 * Whether anything answers where the relay should be, by a plain request: it costs no WebSocket.
 * Above: start-worker.ts. Below: fetch, handed in.
 */

/**
 * @param url Of the tunnel: `ws:` or `wss:`.
 * @returns false when nothing answers, or the signal is aborted first. Any answer counts, also one that says no.
 */
export async function relayAnswers(
  fetch: typeof globalThis.fetch,
  url: string,
  { signal }: { signal: AbortSignal },
): Promise<boolean> {
  const address = new URL("/healthz", url.replace(/^ws/, "http"));
  try {
    const response = await fetch(address, { signal, cache: "no-store", credentials: "omit" });
    await response.body?.cancel();
    return true;
  } catch {
    return false; // refused, unreachable, or too late: all mean that there is nothing to dial
  }
}
