/**
 * One client's stream on a shared port. Above: shared-port.ts hands it out. Below: shared-line.ts.
 * Specification: ByteStream: what was taken is sent before `close` resolves, also when the client has gone.
 */

import type { ByteStream } from "../base/byte-stream.ts";
import type { DriverError } from "../base/error.ts";
import type { DriverLog } from "../base/log.ts";
import type { StreamOptions } from "../base/methods.ts";
import type { SharedLine } from "./shared-line.ts";

export interface PortStreamOptions extends StreamOptions {
  readonly log: DriverLog;
  /** Both directions are done. Called once. */
  onDone(): void;
}

export function createPortStream(
  line: SharedLine,
  { signal, lossy, log, onDone }: PortStreamOptions,
): ByteStream {
  /** Aborted when the client listens no longer: from then on a device that takes no bytes is not waited for. */
  const gone = new AbortController();
  const done = { reading: false, writing: false };
  const finish = (direction: "reading" | "writing") => {
    if (done[direction]) return;
    done[direction] = true;
    if (direction === "reading") gone.abort();
    if (done.reading && done.writing) {
      settled.abort();
      onDone();
    }
  };
  const settled = new AbortController();

  const { readable } = line.fanOut.attach(lossy, () => finish("reading"));
  const writable = new WritableStream<Uint8Array>({
    start(controller) {
      // The line has ended under the stream: the client's bytes have nowhere to go.
      const lost = () => {
        controller.error(line.over.reason);
        finish("writing");
      };
      line.over.addEventListener("abort", lost, { once: true, signal: settled.signal });
    },
    async write(chunk) {
      try {
        await delivered(line, chunk, gone.signal);
      } catch (cause) {
        if (!line.over.aborted)
          log.warning(`bytes of a client were dropped: ${(cause as DriverError).message}`);
        finish("writing");
        throw cause;
      }
    },
    close: () => finish("writing"),
    abort: () => finish("writing"),
  });
  signal.addEventListener("abort", () => gone.abort(), { once: true, signal: settled.signal });
  if (signal.aborted) gone.abort();
  return { readable, writable };
}

/** Resolves when the device has the chunk; rejects when the client has gone and the device takes nothing. */
async function delivered(line: SharedLine, chunk: Uint8Array, gone: AbortSignal): Promise<void> {
  const over = new AbortController();
  const stuck = new Promise<never>((_, reject) => {
    const watch = () => line.stalled(over.signal).catch(reject);
    if (gone.aborted) void watch();
    else gone.addEventListener("abort", () => void watch(), { once: true, signal: over.signal });
  });
  try {
    await Promise.race([line.write(chunk), stuck]);
  } finally {
    over.abort();
  }
}
