/**
 * The sending half: packs frames into messages, one flush a macrotask, and shares the windows fairly between streams.
 * Above: tunnel.ts and stream.ts. Below: frame.ts and the transport. Specification: docs/tunnel-protocol.md, "Flow control".
 *
 * Control frames go first, in their order. Then streams with body bytes take turns, one quantum each, as far as their
 * own window and the connection's allow. A body that is small altogether passes an exhausted connection window.
 */

import { ChunkQueue } from "./chunk-queue.ts";
import { Fifo } from "./fifo.ts";
import { encodeMessage, Flag, type Frame, FrameType, type OutgoingFrame, payloadBytes } from "./frame.ts";
import {
  BATCH_BYTES,
  FRAME_HEADER_BYTES,
  MAX_DATA_BYTES,
  MAX_TRANSPORT_BUFFERED_BYTES,
  SMALL_BODY_BYTES,
  WRITE_HIGH_WATER_BYTES,
} from "./limits.ts";
import type { TunnelTransport } from "./types.ts";

const EMPTY = new Uint8Array(0);

/** Chunks of a body that wait as they are: a message's head and body are two. Beyond them, small ones are copied and joined. */
const JOIN_AFTER_CHUNKS = 8;

/** One stream's outgoing side: what waits, and how much may go. */
export class SendQueue {
  readonly stream: number;
  /** What the peer is ready to hold for this stream. */
  windowBytes: number;
  readonly #chunks = new ChunkQueue(JOIN_AFTER_CHUNKS);
  /** The chunk that is being sent, from its offset on. */
  #chunk: Uint8Array | undefined;
  #offset = 0;
  #bytes = 0;
  /** The last frame, known once the stream's owner has ended it: it goes out after the last byte. */
  #last: Frame | undefined;
  #room: { promise: Promise<void>; resolve(): void } | undefined;
  /** Called when the last frame is on its way. */
  readonly #onEnded: () => void;

  constructor(stream: number, windowBytes: number, onEnded: () => void) {
    this.stream = stream;
    this.windowBytes = windowBytes;
    this.#onEnded = onEnded;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Nothing to send, or nothing that may be sent. */
  get idle(): boolean {
    return this.#bytes === 0 ? this.#last === undefined : this.windowBytes === 0;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
  }

  /** Resolves when less than the high-water mark waits; undefined when that is so already. */
  room(): Promise<void> | undefined {
    if (this.#bytes <= WRITE_HIGH_WATER_BYTES) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  end(last: Frame): void {
    this.#last = last;
  }

  /** Drop everything; writers that wait are let go. */
  clear(): void {
    this.#chunks.clear();
    this.#chunk = undefined;
    this.#offset = 0;
    this.#bytes = 0;
    this.#last = undefined;
    this.#room?.resolve();
    this.#room = undefined;
  }

  /**
   * The next frame, at most one quantum.
   *
   * @param connectionBytes What the connection's window allows.
   */
  take(connectionBytes: number): OutgoingFrame | undefined {
    if (this.#bytes === 0) return this.#takeLast();
    const small = this.#bytes <= SMALL_BODY_BYTES;
    if (!small && connectionBytes < SMALL_BODY_BYTES) return undefined;
    const length = Math.min(
      this.#bytes,
      MAX_DATA_BYTES,
      this.windowBytes,
      small ? SMALL_BODY_BYTES : connectionBytes,
    );
    if (length <= 0) return undefined;
    const payload = this.#takePiece(length);
    // A frame is filled from as many chunks as it takes: a message's head and its body go out together.
    const more: Uint8Array[] = [];
    for (let left = length - payload.length; left > 0; ) {
      const piece = this.#takePiece(left);
      more.push(piece);
      left -= piece.length;
    }
    this.#bytes -= length;
    this.windowBytes -= length;
    if (this.#room !== undefined && this.#bytes <= WRITE_HIGH_WATER_BYTES) {
      this.#room.resolve();
      this.#room = undefined;
    }
    let flags = 0;
    if (this.#bytes === 0 && this.#last !== undefined && this.#last.type === FrameType.data) {
      // An end without trailers needs no frame of its own.
      this.#last = undefined;
      this.#onEnded();
      flags = Flag.end;
    }
    const frame = { type: FrameType.data, flags, stream: this.stream, payload };
    return more.length === 0 ? frame : { ...frame, more };
  }

  /** At most `most` bytes of the next chunk; there is one. */
  #takePiece(most: number): Uint8Array {
    this.#chunk ??= this.#chunks.shift() ?? EMPTY;
    const chunk = this.#chunk;
    const start = this.#offset;
    if (chunk.length - start > most) {
      this.#offset += most;
      return chunk.subarray(start, start + most);
    }
    this.#offset = 0;
    this.#chunk = undefined;
    return start === 0 ? chunk : chunk.subarray(start);
  }

  #takeLast(): Frame | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    this.#last = undefined;
    this.#onEnded();
    return last;
  }
}

/** What the sender needs of its tunnel. */
export interface SenderHost {
  /** Memory for one message, whatever is in it. */
  readonly allocate: (bytes: number) => Uint8Array<ArrayBuffer>;
  /** A message is on its way; its bytes must not change until the peer has it. */
  sent(message: Uint8Array<ArrayBuffer>): void;
  /** Nothing can be sent now, and so many bytes of control frames wait. */
  held(bytes: number): void;
}

export class Sender {
  readonly #schedule: (flush: () => void) => void;
  readonly #host: SenderHost;
  /** Undefined while the peer is away: everything waits here. */
  #transport: TunnelTransport | undefined;
  readonly #control = new Fifo<Frame>();
  #controlBytes = 0;
  /** Streams that have something to send, in turn. */
  readonly #turn = new Set<SendQueue>();
  /** What the connection's window allows; below 0 after small bodies that passed it. */
  #connectionBytes = 0;
  #scheduled = false;
  #stopped = false;

  constructor(schedule: (flush: () => void) => void, host: SenderHost) {
    this.#schedule = schedule;
    this.#host = host;
  }

  /** Control frames that wait to be sent. */
  get controlBytes(): number {
    return this.#controlBytes;
  }

  /** From here on, frames go out. */
  connect(transport: TunnelTransport): void {
    this.#transport = transport;
    this.#wake();
  }

  /** From here on, frames wait. */
  disconnect(): void {
    this.#transport = undefined;
  }

  /** Send a frame that no window holds back. */
  control(frame: Frame): void {
    if (this.#stopped) return;
    this.#control.push(frame);
    this.#controlBytes += FRAME_HEADER_BYTES + frame.payload.length;
    if (this.#transport === undefined) this.#host.held(this.#controlBytes);
    else if (this.#controlBytes >= BATCH_BYTES) this.flush();
    else this.#wake();
  }

  /** The stream has something to send, or may send more. */
  ready(queue: SendQueue): void {
    if (this.#stopped || queue.idle) return;
    this.#turn.add(queue);
    if (queue.bytes >= BATCH_BYTES) this.flush();
    else this.#wake();
  }

  forget(queue: SendQueue): void {
    this.#turn.delete(queue);
  }

  grantConnection(bytes: number): void {
    this.#connectionBytes += bytes;
    if (this.#turn.size > 0) this.#wake();
  }

  /** The transport may have room again. */
  poke(): void {
    if (this.#turn.size > 0) this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#transport = undefined;
    this.#control.clear();
    this.#controlBytes = 0;
    this.#turn.clear();
  }

  #wake(): void {
    if (this.#scheduled || this.#transport === undefined) return;
    this.#scheduled = true;
    this.#schedule(this.#flushScheduled);
  }

  readonly #flushScheduled = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  /** Send all that may go now. */
  flush(): void {
    for (let transport = this.#transport; transport !== undefined; transport = this.#transport) {
      const frames: OutgoingFrame[] = [];
      const bytes = this.#takeBodies(transport, frames, this.#takeControl(frames));
      if (frames.length === 0) return;
      const message = encodeMessage(frames, this.#host.allocate);
      this.#host.sent(message);
      transport.send(message);
      if (bytes < BATCH_BYTES && this.#control.length === 0) return;
    }
  }

  /** As much as fits into a batch: after an absence there may be more, and a peer takes no longer messages. */
  #takeControl(frames: OutgoingFrame[]): number {
    let bytes = 0;
    while (bytes < BATCH_BYTES) {
      const frame = this.#control.shift();
      if (frame === undefined) break;
      frames.push(frame);
      bytes += FRAME_HEADER_BYTES + frame.payload.length;
    }
    this.#controlBytes -= bytes;
    return bytes;
  }

  /** Let streams take turns until the batch is full or nobody may send. A Set keeps order: who had a turn goes last. */
  #takeBodies(transport: TunnelTransport, frames: OutgoingFrame[], batchBytes: number): number {
    let bytes = batchBytes;
    let refusals = 0;
    for (const queue of this.#turn) {
      if (bytes >= BATCH_BYTES || refusals > this.#turn.size) break;
      if (transport.bufferedAmount > MAX_TRANSPORT_BUFFERED_BYTES) break;
      this.#turn.delete(queue);
      const frame = queue.take(this.#connectionBytes);
      if (frame === undefined) {
        refusals += 1;
      } else {
        refusals = 0;
        const length = payloadBytes(frame);
        frames.push(frame);
        bytes += FRAME_HEADER_BYTES + length;
        if (frame.type === FrameType.data) this.#connectionBytes -= length;
      }
      if (!queue.idle) this.#turn.add(queue);
    }
    return bytes;
  }
}

/** The frame that ends a body without trailers. */
export function endOfData(stream: number): Frame {
  return { type: FrameType.data, flags: Flag.end, stream, payload: EMPTY };
}
