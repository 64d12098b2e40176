/**
 * Bytes pulled from a stream of chunks, however these are cut: what decoders read from.
 * Above: all decoders. Below: a reader of a stream.
 */

export class ByteSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** What has been read and not taken begins at `position`. A decoder moves that on. */
  buffer: Uint8Array = new Uint8Array();
  position = 0;
  /** Whether nothing comes after what is in the buffer. */
  ended = false;
  /** What has been read so far, taken or not. */
  readBytes = 0;

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  get available(): number {
    return this.buffer.length - this.position;
  }

  /** Read one more chunk behind what is left. @returns Whether there was one. */
  async more(): Promise<boolean> {
    while (!this.ended) {
      const { done, value } = await this.#reader.read();
      if (done) {
        this.ended = true;
        break;
      }
      if (value.length === 0) continue;
      this.readBytes += value.length;
      const left = this.buffer.subarray(this.position);
      this.buffer = left.length === 0 ? value : joined(left, value);
      this.position = 0;
      return true;
    }
    return false;
  }

  /** Read until so many bytes are there. @returns Whether they are: false at the end of the stream. */
  async need(bytes: number): Promise<boolean> {
    if (this.available >= bytes) return true;
    const chunks = [this.buffer.subarray(this.position)];
    let length = this.available;
    while (length < bytes) {
      this.position = this.buffer.length;
      if (!(await this.more())) break;
      chunks.push(this.buffer);
      length += this.buffer.length;
    }
    this.buffer = joined(...chunks);
    this.position = 0;
    return length >= bytes;
  }

  /** Take up to so many of the bytes that are there, without a copy. */
  take(bytes: number): Uint8Array {
    const taken = this.buffer.subarray(this.position, this.position + bytes);
    this.position += taken.length;
    return taken;
  }
}

function joined(...chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
