/**
 * SLIP: packets on a serial line, each between two END bytes. Pure.
 * Above: loader-link.ts. Below: nothing.
 * Specification: RFC 1055; https://docs.espressif.com/projects/esptool/en/latest/esp32/advanced-topics/serial-protocol.html#low-level-protocol
 */

const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED_END = 0xdc;
const ESCAPED_ESCAPE = 0xdd;

/** Bytes of a packet. The largest that a host sends is a block of 16 KiB with its headers; this has room for twice that. */
const MAX_PACKET_BYTES = 32 * 1024;

export function slipEncode(packet: Uint8Array): Uint8Array {
  let escapes = 0;
  for (const byte of packet) if (byte === END || byte === ESCAPE) escapes++;
  const out = new Uint8Array(packet.length + escapes + 2);
  let at = 0;
  out[at++] = END;
  for (const byte of packet) {
    if (byte === END || byte === ESCAPE) {
      out[at++] = ESCAPE;
      out[at++] = byte === END ? ESCAPED_END : ESCAPED_ESCAPE;
    } else {
      out[at++] = byte;
    }
  }
  out[at] = END;
  return out;
}

/** Finds packets in whatever pieces the line delivers. What is no packet is noise, and dropped without a word. */
export class SlipDecoder {
  readonly #packet = new Uint8Array(MAX_PACKET_BYTES);
  #length = 0;
  #state: "outside" | "inside" | "escaped" = "outside";

  /** @returns The packets that these bytes complete; each is a copy. */
  push(bytes: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (const byte of bytes) {
      if (byte === END) {
        // Two ENDs in a row: the first one closed something that nobody saw begin.
        const complete = this.#state === "inside" && this.#length > 0;
        if (complete) packets.push(this.#packet.slice(0, this.#length));
        this.#length = 0;
        this.#state = complete ? "outside" : "inside";
      } else if (this.#state === "inside" && byte === ESCAPE) {
        this.#state = "escaped";
      } else if (this.#state === "inside") {
        this.#take(byte);
      } else if (this.#state === "escaped") {
        this.#state = "inside";
        if (byte === ESCAPED_END) this.#take(END);
        else if (byte === ESCAPED_ESCAPE) this.#take(ESCAPE);
        else this.#state = "outside";
      }
    }
    return packets;
  }

  #take(byte: number): void {
    if (this.#length === MAX_PACKET_BYTES) {
      this.#state = "outside";
      return;
    }
    this.#packet[this.#length++] = byte;
  }
}
