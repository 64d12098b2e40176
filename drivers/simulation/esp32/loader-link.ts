/**
 * The boot loader's conversation with its host: packets in, packets out, and what can be wrong with it in a test.
 * Above: loader.ts. Below: slip.ts on a Uart.
 */

import { type Command, parseCommand } from "./packet.ts";
import { SlipDecoder, slipEncode } from "./slip.ts";
import type { Uart } from "./uart.ts";

/** What can be wrong with a chip's answers. */
export interface LinkFaults {
  /** It hears and says nothing. */
  silent: boolean;
  /** It says what nobody understands. */
  nonsense: boolean;
}

export class LoaderLink {
  readonly #uart: Uart;
  readonly #faults: LinkFaults;
  readonly #signal: AbortSignal;
  readonly #decoder = new SlipDecoder();
  readonly #packets: Uint8Array[] = [];
  #noise = 0x2545_f491;

  constructor(uart: Uart, faults: LinkFaults, signal: AbortSignal) {
    this.#uart = uart;
    this.#faults = faults;
    this.#signal = signal;
  }

  /** The next command; what is none is passed over. */
  async command(): Promise<Command> {
    for (;;) {
      const command = parseCommand(await this.packet());
      if (command !== undefined) return command;
    }
  }

  /** The next packet, whatever is in it. */
  async packet(): Promise<Uint8Array> {
    for (;;) {
      const packet = this.#packets.shift();
      if (packet !== undefined) return packet;
      this.#packets.push(...this.#decoder.push(await this.#uart.read(this.#signal)));
    }
  }

  async send(packet: Uint8Array): Promise<void> {
    if (this.#faults.silent) return;
    const bytes = slipEncode(packet);
    await this.#uart.write(this.#faults.nonsense ? this.#garble(bytes.length) : bytes, this.#signal);
  }

  /** The same nonsense every time: xorshift32. */
  #garble(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => {
      this.#noise ^= this.#noise << 13;
      this.#noise ^= this.#noise >>> 17;
      this.#noise ^= this.#noise << 5;
      return this.#noise;
    });
  }
}
