/**
 * Text into a byte stream, and what comes back as text, until the stream ends.
 * Above: commands.ts. Below: ByteStream, WHATWG streams.
 */

import type { ByteStream } from "../base/byte-stream.ts";
import type { HandleOptions } from "../base/command.ts";

export interface PipeOptions {
  open(options: HandleOptions): Promise<ByteStream>;
  /** Sent first, then half-closed; undefined: the stream is half-closed at once, or as soon as it is read to its end. */
  readonly input: string | undefined;
  /** Takes what comes, as UTF-8 (what is not becomes U+FFFD); undefined: it is dropped, and the pipe ends when all is sent. */
  readonly output: ((text: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/** 4 KiB: a paced port takes seconds for that, and an abort between two of them loses nothing more. */
const INPUT_CHUNK_BYTES = 4096;

/** Rejects with the signal's reason when it is aborted, with the stream's error when it fails, in either direction. */
export async function pipe({ open, input, output, signal }: PipeOptions): Promise<void> {
  signal.throwIfAborted();
  const over = new AbortController();
  const stream = await open({ signal: AbortSignal.any([signal, over.signal]) });
  const reader = stream.readable.getReader();
  const writer = stream.writable.getWriter();
  // A stream that fails is told by who reads or writes.
  reader.closed.catch(() => undefined);
  writer.closed.catch(() => undefined);
  // What is awaited below ends with it: a cancelled reader is at its end.
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", stop, { signal: over.signal });
  if (signal.aborted) stop();
  try {
    if (output === undefined) {
      // What the device answers must not stand in the way. It is not cancelled: that is what a client does who has gone,
      // and a driver may give up for such a one. What fails in reading fails in writing too.
      receive(reader, () => undefined).catch(() => undefined);
      await Promise.race([send(writer, input ?? ""), rejection(signal, over.signal)]);
      return;
    }
    let failure: { readonly error: unknown } | undefined;
    if (input !== undefined) {
      // Not awaited: when the other side has ended, nobody takes what is left.
      send(writer, input).catch((error: unknown) => {
        failure = { error };
        stop();
      });
    }
    await receive(reader, output);
    signal.throwIfAborted();
    if (failure !== undefined) throw failure.error;
  } finally {
    over.abort(new DOMException("the pipe has ended", "AbortError"));
    stop();
    writer.close().catch(() => undefined); // closed already, or the stream has failed: that was told
  }
}

async function send(writer: WritableStreamDefaultWriter<Uint8Array>, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += INPUT_CHUNK_BYTES) {
    await writer.write(bytes.slice(start, start + INPUT_CHUNK_BYTES));
  }
  await writer.close();
}

async function receive(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  output: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (;;) {
    const { done, value } = await reader.read();
    const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
    if (text !== "") output(text);
    if (done) return;
  }
}

/** Rejects when `signal` is aborted; listens no longer once `over` is. */
function rejection(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: over });
  });
}
