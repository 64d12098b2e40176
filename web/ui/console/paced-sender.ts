/**
 * A file or a paste to the device: at the pace of the port, or slower on request, and over at once when it is cancelled.
 * Above: console.ts. Below: PageStream.write, whose promise is the pace; a clock for the delays.
 */

export interface Pace {
  /** After each byte. */
  readonly characterDelayMs: number;
  /** After each line end: CR, LF, or both as one. */
  readonly lineDelayMs: number;
}

export interface SendOptions {
  readonly pace: Pace;
  /** Resolves when the next bytes may come. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  sleep(ms: number, options: { readonly signal: AbortSignal }): Promise<void>;
  onProgress(sentBytes: number): void;
  readonly signal: AbortSignal;
}

/** 2 KiB: a progress that moves, and a cancel that is felt within 0.2 s at 115200 baud. */
export const SEND_PIECE_BYTES = 2 * 1024;

const CR = 0x0d;
const LF = 0x0a;

/** @returns how many bytes were handed over. Rejects with the signal's reason, and with what the source or `write` failed with. */
export async function sendPaced(source: AsyncIterable<Uint8Array>, options: SendOptions): Promise<number> {
  const { pace, sleep, onProgress, signal } = options;
  let sent = 0;
  let last: number | undefined;
  const cancelled = Promise.withResolvers<never>();
  cancelled.promise.catch(() => {}); // looked at while something is written
  const cancel = () => cancelled.reject(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    for await (const chunk of source) {
      let rest = chunk;
      while (rest.length > 0) {
        signal.throwIfAborted();
        // The pause after a CR waits for the LF that may come with it.
        if (pace.lineDelayMs > 0 && last === CR && rest[0] !== LF) await sleep(pace.lineDelayMs, { signal });
        const piece = rest.slice(0, pieceLength(rest, pace));
        await Promise.race([options.write(piece), cancelled.promise]);
        sent += piece.length;
        last = piece.at(-1);
        rest = rest.subarray(piece.length);
        onProgress(sent);
        if (pace.characterDelayMs > 0) await sleep(pace.characterDelayMs, { signal });
        if (pace.lineDelayMs > 0 && last === LF) await sleep(pace.lineDelayMs, { signal });
      }
    }
    return sent;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** A piece ends where something is waited for. */
function pieceLength(bytes: Uint8Array, { characterDelayMs, lineDelayMs }: Pace): number {
  if (characterDelayMs > 0) return 1;
  const most = Math.min(bytes.length, SEND_PIECE_BYTES);
  if (lineDelayMs === 0) return most;
  for (let index = 0; index < most; index += 1) {
    if (bytes[index] === LF) return index + 1;
    if (bytes[index] === CR) return bytes[index + 1] === LF && index + 1 < most ? index + 2 : index + 1;
  }
  return most;
}
