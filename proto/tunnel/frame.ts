/**
 * Frames and the messages they are packed in: bytes to frames and back, nothing else.
 * Above: sender.ts and tunnel.ts. Below: limits.ts. Specification: docs/tunnel-protocol.md, "Frames".
 *
 *   +-----------------+---------+---------+----------------+=============+
 *   | u24 length (BE) | u8 type | u8 flags| u32 stream (BE)| payload ... |
 *   +-----------------+---------+---------+----------------+=============+
 */

import { FRAME_HEADER_BYTES, MAX_DATA_BYTES, MAX_HEAD_BYTES } from "./limits.ts";
import { TunnelProtocolError } from "./protocol-error.ts";

export const FrameType = {
  /** Body bytes of a stream. */
  data: 0,
  /** Opens a stream with a request head. Nothing else opens one. */
  open: 1,
  /** A response head, or trailers. */
  headers: 2,
  /** Ends a stream in both directions: u32 gRPC status, UTF-8 text. */
  rst: 3,
  /** The first frame of each side. */
  hello: 4,
  /** u32: number of the last message received in order. */
  ack: 5,
  /** 8 bytes, sent back with the ACK flag. */
  ping: 6,
  /** The sender opens no more streams and wants none. */
  goaway: 7,
  /** u32: so many more bytes may be sent. Stream 0 is the connection. */
  window: 8,
} as const;

export type FrameType = (typeof FrameType)[keyof typeof FrameType];

export const Flag = {
  /** DATA, OPEN, HEADERS: the sender's last frame on this stream. */
  end: 0x1,
  /** HEADERS: these are trailers. */
  trailers: 0x2,
  /** PING: this is the answer. */
  ack: 0x1,
} as const;

export interface Frame {
  readonly type: FrameType;
  readonly flags: number;
  /** 0 for frames of the connection. */
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** A frame on its way out: its payload may lie in several pieces. */
export interface OutgoingFrame extends Frame {
  /** What follows `payload`, in order. */
  readonly more?: readonly Uint8Array[];
}

/** Bytes of a frame's payload, all pieces of it. */
export function payloadBytes({ payload, more }: OutgoingFrame): number {
  if (more === undefined) return payload.length;
  return more.reduce((bytes, piece) => bytes + piece.length, payload.length);
}

const HIGHEST_TYPE = FrameType.window;

/** Pack frames into one message. Each payload is copied once, into its place. */
export function encodeMessage(
  frames: readonly OutgoingFrame[],
  allocate: (bytes: number) => Uint8Array<ArrayBuffer> = (bytes) => new Uint8Array(bytes),
): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const frame of frames) size += FRAME_HEADER_BYTES + payloadBytes(frame);
  const message = allocate(size);
  let at = 0;
  for (const frame of frames) {
    const { type, flags, stream, payload, more } = frame;
    const length = payloadBytes(frame);
    message[at] = length >>> 16;
    message[at + 1] = length >>> 8;
    message[at + 2] = length;
    message[at + 3] = type;
    message[at + 4] = flags;
    message[at + 5] = stream >>> 24;
    message[at + 6] = stream >>> 16;
    message[at + 7] = stream >>> 8;
    message[at + 8] = stream;
    at += FRAME_HEADER_BYTES;
    message.set(payload, at);
    at += payload.length;
    for (const piece of more ?? []) {
      message.set(piece, at);
      at += piece.length;
    }
  }
  return message;
}

/**
 * Take a message apart. Payloads are views into it.
 *
 * @throws TunnelProtocolError when it does not consist of whole frames of known types and allowed sizes.
 */
export function decodeMessage(message: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  while (at < message.length) {
    if (message.length - at < FRAME_HEADER_BYTES) {
      throw new TunnelProtocolError("a message ends inside a frame header");
    }
    const length = (byte(message, at) << 16) | (byte(message, at + 1) << 8) | byte(message, at + 2);
    const type = byte(message, at + 3);
    const flags = byte(message, at + 4);
    const stream = readU32(message, at + 5);
    if (!isFrameType(type)) throw new TunnelProtocolError(`frame type ${type} is unknown`);
    const allowed = type === FrameType.data ? MAX_DATA_BYTES : MAX_HEAD_BYTES;
    if (length > allowed) {
      throw new TunnelProtocolError(`a frame of type ${type} has ${length} bytes, ${allowed} are allowed`);
    }
    const start = at + FRAME_HEADER_BYTES;
    at = start + length;
    if (at > message.length) throw new TunnelProtocolError("a message ends inside a frame");
    frames.push({ type, flags, stream, payload: message.subarray(start, at) });
  }
  return frames;
}

function isFrameType(type: number): type is FrameType {
  return type <= HIGHEST_TYPE;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** Big-endian u32 at an offset that exists. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (
    ((byte(bytes, at) << 24) |
      (byte(bytes, at + 1) << 16) |
      (byte(bytes, at + 2) << 8) |
      byte(bytes, at + 3)) >>>
    0
  );
}

/** Four bytes, big-endian. */
export function encodeU32(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
}
