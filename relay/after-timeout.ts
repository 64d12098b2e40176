/**
 * A timer as the parts of the relay and the tunnel take it by constructor: it runs once, and is stopped by a function.
 * Above: exporter-session.ts, failure-penalty.ts, parking.ts. Below: setTimeout.
 */

/** @returns the function that stops it; after it has run, that does nothing. */
export function afterTimeout(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
