/**
 * Packets out of a byte stream in which they are mixed with what a chip prints.
 * Above: loader-transport.ts. Below: nothing; pure.
 * Specification: SLIP, RFC 1055. What stands between packets is kept as text, since a boot message says why there is no answer.
 */

const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED_END = 0xdc;
const ESCAPED_ESCAPE = 0xdd;

/** Bytes: four times the largest packet that a loader sends. What is longer is noise. */
export const MAX_PACKET_BYTES = 64 * 1024;
/** Packets that may wait: sixteen windows of a flash read. A device that floods loses its oldest. */
export const MAX_WAITING_PACKETS = 1024;
/** Bytes of text between packets that are kept: some screens. The newest. */
export const MAX_TEXT_BYTES = 4096;

export class SlipDecoder {
  readonly #packets: Uint8Array[] = [];
  #text: number[] = [];
  /** Undefined between packets. */
  #packet: number[] | undefined;
  #escaped = false;

  /** What stood between packets since the last `clear`. */
  get text(): Uint8Array {
    return Uint8Array.from(this.#text);
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
    if (this.#text.length > MAX_TEXT_BYTES) this.#text = this.#text.slice(-MAX_TEXT_BYTES);
  }

  /** The next packet that is complete. */
  shift(): Uint8Array | undefined {
    return this.#packets.shift();
  }

  clear(): void {
    this.#packets.length = 0;
    this.#text = [];
    this.#packet = undefined;
    this.#escaped = false;
  }

  #take(byte: number): void {
    const packet = this.#packet;
    if (packet === undefined) {
      if (byte === END) this.#packet = [];
      else this.#text.push(byte);
    } else if (byte === END) {
      // Two ends in a row: the first was one's end, or noise, and the second is one's start.
      if (packet.length === 0) return;
      this.#packet = undefined;
      this.#escaped = false;
      this.#packets.push(Uint8Array.from(packet));
      if (this.#packets.length > MAX_WAITING_PACKETS) this.#packets.shift();
    } else if (this.#escaped) {
      this.#escaped = false;
      if (byte === ESCAPED_END) packet.push(END);
      else if (byte === ESCAPED_ESCAPE) packet.push(ESCAPE);
      else this.#noise(packet, byte);
    } else if (byte === ESCAPE) this.#escaped = true;
    else if (packet.length === MAX_PACKET_BYTES) this.#noise(packet, byte);
    else packet.push(byte);
  }

  #noise(packet: readonly number[], byte: number): void {
    this.#packet = undefined;
    this.#text.push(...packet.slice(-MAX_TEXT_BYTES), byte);
  }
}

export function slipEncode(packet: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * packet.length + 2);
  let at = 0;
  bytes[at++] = END;
  for (const byte of packet) {
    if (byte === END || byte === ESCAPE) {
      bytes[at++] = ESCAPE;
      bytes[at++] = byte === END ? ESCAPED_END : ESCAPED_ESCAPE;
    } else bytes[at++] = byte;
  }
  bytes[at++] = END;
  return bytes.slice(0, at);
}
