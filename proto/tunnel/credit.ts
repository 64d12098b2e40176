/**
 * What the peer gets back for what it sent: windows, and acknowledgements. Decides when, says it in frames.
 * Above: tunnel.ts. Below: sender.ts. Specification: docs/tunnel-protocol.md, "Flow control" and "Resuming".
 */

import { encodeU32, FrameType } from "./frame.ts";
import { ACK_EVERY_BYTES, type TunnelLimits } from "./limits.ts";
import type { Sender } from "./sender.ts";

export class Credit {
  readonly #sender: Sender;
  readonly #limits: TunnelLimits;
  /** Body bytes that have come and for which the peer has not got its connection window back. */
  #connectionBytes = 0;
  readonly #streamBytes = new Map<number, number>();
  #unacknowledgedMessages = 0;
  #unacknowledgedBytes = 0;

  constructor(sender: Sender, limits: TunnelLimits) {
    this.#sender = sender;
    this.#limits = limits;
  }

  /** Body bytes have come, for whatever stream. */
  body(bytes: number): void {
    this.#connectionBytes += bytes;
  }

  /**
   * A whole message has been taken. Window for the connection goes back with it: it bounds what is on its way, not what is held.
   *
   * @param number The message's number.
   */
  message(number: number, bytes: number): void {
    if (this.#connectionBytes >= this.#limits.connectionWindowBytes / 4) {
      this.#window(0, this.#connectionBytes);
      this.#connectionBytes = 0;
    }
    this.#unacknowledgedMessages += 1;
    this.#unacknowledgedBytes += bytes;
    if (
      this.#unacknowledgedMessages >= this.#limits.ackEveryMessages ||
      this.#unacknowledgedBytes >= ACK_EVERY_BYTES
    ) {
      this.#sender.control({ type: FrameType.ack, flags: 0, stream: 0, payload: encodeU32(number) });
      this.acknowledged();
    }
  }

  /** The peer knows, in one way or another, what has come so far. */
  acknowledged(): void {
    this.#unacknowledgedMessages = 0;
    this.#unacknowledgedBytes = 0;
  }

  /** A stream's consumer took bytes. Its window goes back when half of it has been taken: rarely enough, and never too late. */
  taken(stream: number, bytes: number): void {
    const total = (this.#streamBytes.get(stream) ?? 0) + bytes;
    if (total < this.#limits.streamWindowBytes / 2) {
      this.#streamBytes.set(stream, total);
      return;
    }
    this.#streamBytes.delete(stream);
    this.#window(stream, total);
  }

  forget(stream: number): void {
    this.#streamBytes.delete(stream);
  }

  #window(stream: number, bytes: number): void {
    this.#sender.control({ type: FrameType.window, flags: 0, stream, payload: encodeU32(bytes) });
  }
}
