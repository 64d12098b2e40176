/**
 * One end of a driver's byte stream, as a client uses it. Above: tests. Below: ByteStream.
 */

import type { ByteStream } from "../base/byte-stream.ts";
import type { Driver } from "../base/driver.ts";
import type { LossyReader } from "../base/methods.ts";
import { streamOf } from "./test-context.ts";

const encoder = new TextEncoder();

export class StreamClient {
  readonly stream: ByteStream;
  readonly #abort: AbortController;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(stream: ByteStream, abort: AbortController) {
    this.stream = stream;
    this.#abort = abort;
    this.#reader = stream.readable.getReader();
    this.#writer = stream.writable.getWriter();
    // Looked at by who awaits read() and write().
    this.#reader.closed.catch(() => {});
    this.#writer.closed.catch(() => {});
  }

  static async open(driver: Driver, options: { lossy?: LossyReader } = {}): Promise<StreamClient> {
    const abort = new AbortController();
    const stream = await streamOf(driver, "connect").open({ signal: abort.signal, lossy: options.lossy });
    return new StreamClient(stream, abort);
  }

  write(data: string | Uint8Array): Promise<void> {
    return this.#writer.write(typeof data === "string" ? encoder.encode(data) : data);
  }

  /** Half-close. Resolves when everything is delivered. */
  end(): Promise<void> {
    return this.#writer.close();
  }

  /** The next chunk; undefined at the end of the stream. */
  async chunk(): Promise<Uint8Array | undefined> {
    return (await this.#reader.read()).value;
  }

  /** Read until `length` bytes are there. */
  async bytes(length: number): Promise<Uint8Array> {
    const result = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const chunk = await this.chunk();
      if (chunk === undefined) throw new Error(`the stream ended after ${filled} of ${length} bytes`);
      if (filled + chunk.length > length)
        throw new Error(`${filled + chunk.length} bytes came, ${length} were awaited`);
      result.set(chunk, filled);
      filled += chunk.length;
    }
    return result;
  }

  /** Read until the text contains `wanted`; returns all that was read. */
  async until(wanted: string): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    while (!text.includes(wanted)) {
      const chunk = await this.chunk();
      if (chunk === undefined)
        throw new Error(`the stream ended before ${JSON.stringify(wanted)}: ${JSON.stringify(text)}`);
      text += decoder.decode(chunk, { stream: true });
    }
    return text;
  }

  /** What a client that vanishes looks like: the exporter stops listening, and closes what was taken. */
  async vanish(): Promise<void> {
    this.#abort.abort(new DOMException("the client has gone", "AbortError"));
    await Promise.allSettled([this.#reader.cancel(), this.#writer.close()]);
  }
}
