/**
 * Loaded into a relay whose memory is measured (`node --expose-gc --import`): SIGUSR2 collects its garbage, and prints what
 * the process holds then as one JSON line.
 * Above: relay-memory.ts. Below: V8, process.memoryUsage().
 */

/** What the process holds, in bytes. */
export interface Held {
  /** Resident memory of the whole process. */
  readonly rss: number;
  /** Objects of JavaScript. */
  readonly heapUsed: number;
  /** What those objects hold outside of the heap: buffers, sockets, HTTP/2 sessions. */
  readonly external: number;
}

/** 100 ms between two collections: what the first one lets go of is given back to the system meanwhile. */
const PAUSE_MS = 100;

process.on("SIGUSR2", () => {
  collect();
  setTimeout(() => {
    collect();
    process.stdout.write(`${JSON.stringify(process.memoryUsage())}\n`);
  }, PAUSE_MS);
});

function collect(): void {
  if (globalThis.gc === undefined) throw new Error("this needs node --expose-gc");
  globalThis.gc();
}
