/**
 * StreamRequest and StreamResponse in gRPC's length-prefixed messages, without copies of the payload.
 * Above: serve-grpc-stream.ts. Below: proto's generated code, for messages that are not of the usual shape.
 * Specification: gRPC over HTTP/2, "Length-Prefixed-Message"; protobuf encoding of router.proto.
 */

import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { FrameType, StreamRequestSchema } from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import { MAX_MESSAGE_BYTES } from "./message-limits.ts";
import type { StreamFrame } from "./router-stream.ts";

/** Flag byte and u32 length. */
const PREFIX_BYTES = 5;
/** Field 1, length-delimited: the payload. */
const PAYLOAD_TAG = 0x0a;
/** Field 2, varint: the frame type. */
const TYPE_TAG = 0x10;

/** A tag and the longest length. */
const MAX_HEAD_BYTES = 6;

/** 16 pieces of one message: a client's frame lies in two or three chunks; one that comes drop by drop would keep whole chunks in memory. */
const MAX_PIECES = 16;

const EMPTY = new Uint8Array(0);

/** A message as it lies in the chunks of the body. */
type Pieces = readonly [Uint8Array, ...Uint8Array[]];

/**
 * The frames in a body of any chunking. A payload is a view of the chunk that it lies in; one that lies in several is copied only for who
 * asks for it whole.
 *
 * @throws ConnectError RESOURCE_EXHAUSTED for a message above 4 MiB, INTERNAL for one that is compressed, cut or no StreamRequest.
 */
export async function* readFrames(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<StreamFrame, void, undefined> {
  const reader = new MessageReader();
  for await (const chunk of body) {
    for (let rest = chunk; rest.length > 0; ) {
      rest = rest.subarray(reader.feed(rest));
      const message = reader.take();
      if (message !== undefined) yield message.length === 1 ? decodeFrame(message[0]) : decodePieces(message);
    }
  }
  if (!reader.isBetweenMessages) throw new ConnectError("the request ends inside a message", Code.Internal);
}

/** Takes a body apart into messages; one at a time. */
class MessageReader {
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #prefixBytes = 0;
  #length = 0;
  /** The message so far, as views of the chunks that it lies in. */
  #pieces: Uint8Array[] = [];
  /** The message so far, of one that comes in too many of them: put together as it comes. */
  #whole: Uint8Array | undefined;
  #messageBytes = 0;

  get isBetweenMessages(): boolean {
    return this.#prefixBytes === 0;
  }

  /** @returns How many bytes were used, at least one; call `take` before the next. */
  feed(bytes: Uint8Array): number {
    if (this.#prefixBytes < PREFIX_BYTES) {
      const used = Math.min(PREFIX_BYTES - this.#prefixBytes, bytes.length);
      this.#prefix.set(bytes.subarray(0, used), this.#prefixBytes);
      this.#prefixBytes += used;
      if (this.#prefixBytes === PREFIX_BYTES) this.#readPrefix();
      return used;
    }
    const used = Math.min(this.#length - this.#messageBytes, bytes.length);
    const piece = bytes.subarray(0, used);
    if (this.#whole !== undefined) this.#whole.set(piece, this.#messageBytes);
    else if (this.#pieces.push(piece) > MAX_PIECES) this.#whole = join(this.#pieces, this.#length);
    this.#messageBytes += used;
    return used;
  }

  /** The message, when it is whole: its pieces. */
  take(): Pieces | undefined {
    if (this.#prefixBytes < PREFIX_BYTES || this.#messageBytes < this.#length) return undefined;
    const [first = EMPTY, ...others] = this.#whole === undefined ? this.#pieces : [this.#whole];
    this.#prefixBytes = 0;
    this.#pieces = [];
    this.#whole = undefined;
    this.#messageBytes = 0;
    return [first, ...others];
  }

  #readPrefix(): void {
    const [flags = 0, ...length] = this.#prefix;
    this.#length = length.reduce((value, byte) => value * 256 + byte, 0);
    if (flags !== 0) throw new ConnectError("the request is compressed, and does not say how", Code.Internal);
    if (this.#length > MAX_MESSAGE_BYTES) {
      throw new ConnectError(
        `a message of ${this.#length} bytes is above the limit of ${MAX_MESSAGE_BYTES}: send smaller ones`,
        Code.ResourceExhausted,
      );
    }
  }
}

/** Of the usual shape, with the payload as it lies in the chunks. Anything else is put together first. */
function decodePieces(pieces: Pieces): StreamFrame {
  const [first] = pieces;
  const total = pieces.reduce((sum, { length }) => sum + length, 0);
  if (first[0] === PAYLOAD_TAG && first.length > MAX_HEAD_BYTES) {
    const { value: length, end: start } = readVarint(first, 1);
    // The type, where there is one, lies in the last piece or across two: rare enough to be put together.
    if (start + length === total)
      return new SpanningFrame([first.subarray(start), ...pieces.slice(1)], length);
  }
  return decodeFrame(join(pieces, total));
}

/** A frame of data whose payload lies in several chunks. */
class SpanningFrame implements StreamFrame {
  readonly frameType = FrameType.DATA;
  readonly pieces: readonly Uint8Array[];
  readonly #length: number;
  #payload: Uint8Array | undefined;

  constructor(pieces: readonly Uint8Array[], length: number) {
    this.pieces = pieces;
    this.#length = length;
  }

  get payload(): Uint8Array {
    this.#payload ??= join(this.pieces, this.#length);
    return this.#payload;
  }
}

/** @param length Bytes of all, or more: those behind them are still to come. */
function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The usual shape is read here: a payload, then perhaps a type. Anything else is left to the generated code. */
function decodeFrame(message: Uint8Array): StreamFrame {
  if (message[0] === PAYLOAD_TAG) {
    const { value: length, end: start } = readVarint(message, 1);
    const end = start + length;
    if (end === message.length) return { frameType: FrameType.DATA, payload: message.subarray(start) };
    if (end === message.length - 2 && message[end] === TYPE_TAG) {
      const frameType = (message[end + 1] ?? 0) as FrameType;
      return { frameType, payload: message.subarray(start, end) };
    }
  }
  try {
    return fromBinary(StreamRequestSchema, message);
  } catch (cause) {
    throw new ConnectError(
      "a message of the request is no StreamRequest",
      Code.Internal,
      undefined,
      undefined,
      cause,
    );
  }
}

function readVarint(bytes: Uint8Array, from: number): { value: number; end: number } {
  let value = 0;
  let end = from;
  for (let shift = 0; shift <= 28; shift += 7) {
    const byte = bytes[end] ?? 0;
    end += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return { value: value >>> 0, end };
}

/** All of a StreamResponse in gRPC's prefix but its payload, which follows as it is. Only DATA has one. */
export function encodeFrameHead({ frameType, payload }: StreamFrame): Uint8Array {
  if (frameType !== FrameType.DATA) return Uint8Array.of(0, 0, 0, 0, 2, TYPE_TAG, frameType);
  const varint: number[] = [];
  for (let value = payload.length; ; value >>>= 7) {
    if (value < 0x80) {
      varint.push(value);
      break;
    }
    varint.push((value & 0x7f) | 0x80);
  }
  const length = 1 + varint.length + payload.length;
  return Uint8Array.of(0, length >>> 24, length >>> 16, length >>> 8, length, PAYLOAD_TAG, ...varint);
}
