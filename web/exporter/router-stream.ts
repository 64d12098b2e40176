/**
 * One RouterService.Stream between a client and a driver's byte stream: frames to bytes and back.
 * Above: router-service.ts. Below: drivers/base ByteStream, proto's frames.
 * Specification: RouterService of jumpstarter.v1. GOAWAY is the end of a direction; the response headers go out at once.
 */

import type { ByteStream } from "../../drivers/base/byte-stream.ts";
import type { Clock } from "../../drivers/base/clock.ts";
import { FrameType } from "../../proto/gen/jumpstarter/v1/router_pb.ts";

/** 64 KiB: what Python's own exporter sends at most in a frame; clients are made for it. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;

/**
 * 2 s: how long a stream stays open after the device has ended it, for a client that still has something to say.
 * Clients leave by themselves at once; one that does not must not hold the device.
 */
export const CLIENT_END_GRACE_MS = 2000;

/** 5 s: how long a device may take nothing before bytes of a client that has gone are given up. */
export const DELIVERY_STALL_MS = 5000;

/** What is quoted of a client's own words in a text that goes back to it. */
const MAX_QUOTED_CHARACTERS = 64;

const EMPTY = new Uint8Array(0);

/** A StreamRequest or a StreamResponse. */
export interface StreamFrame {
  readonly frameType: FrameType;
  readonly payload: Uint8Array;
  /** The payload as it came, where it came in pieces: for who does not need it whole. */
  readonly pieces?: readonly Uint8Array[];
}

/** What the client asks for in the request metadata `request`: a driver's byte stream, or one for a file that goes with a call. */
export type StreamTarget =
  | { readonly kind: "driver"; readonly uuid: string; readonly method: string }
  | {
      readonly kind: "resource";
      readonly uuid: string;
      /** How the client's file is compressed; any word, since whether we know it is the call's business. */
      readonly encoding: string | null;
    };

/** What an encoding may look like: it goes back in a header. Those that exist have four letters. */
const ENCODING = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,31}$/;

/** The end of our direction. */
export const END_FRAME: StreamFrame = { payload: EMPTY, frameType: FrameType.GOAWAY };

/** Bytes as frames that clients are made for; views, not copies. */
export function* dataFrames(bytes: Uint8Array): Generator<StreamFrame, void, undefined> {
  for (let at = 0; at < bytes.length; at += MAX_PAYLOAD_BYTES) {
    yield {
      payload: bytes.length <= MAX_PAYLOAD_BYTES ? bytes : bytes.subarray(at, at + MAX_PAYLOAD_BYTES),
      frameType: FrameType.DATA,
    };
  }
}

/**
 * Read the `request` metadata.
 *
 * @throws RangeError with a sentence when it is not what clients send.
 */
export function parseStreamTarget(text: string | null): StreamTarget {
  if (text === null)
    throw new RangeError('metadata "request" is missing: it says which driver and method to open');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RangeError('metadata "request" is not JSON');
  }
  const fields = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const { kind, uuid, method } = fields;
  if (kind === "resource") return parseResource(fields);
  if (kind !== "driver") {
    const named = JSON.stringify(kind)?.slice(0, MAX_QUOTED_CHARACTERS);
    throw new RangeError(`metadata "request" has kind ${named}: it is "driver" or "resource"`);
  }
  if (typeof uuid !== "string" || typeof method !== "string") {
    throw new RangeError('metadata "request" lacks a uuid or a method');
  }
  return { kind, uuid, method };
}

function parseResource({ uuid, x_jmp_content_encoding: encoding }: Record<string, unknown>): StreamTarget {
  if (typeof uuid !== "string") throw new RangeError('metadata "request" lacks a uuid');
  if (encoding === undefined || encoding === null || encoding === "") {
    return { kind: "resource", uuid, encoding: null };
  }
  if (typeof encoding !== "string" || !ENCODING.test(encoding)) {
    const named = JSON.stringify(encoding).slice(0, MAX_QUOTED_CHARACTERS);
    throw new RangeError(`metadata "request" has content encoding ${named}: that is no name of one`);
  }
  return { kind: "resource", uuid, encoding };
}

export interface CarryOptions {
  /** Aborted when the client has gone, or the session ends. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Whether what a client that is gone has sent is still for the device: not that of one who was put out. */
  isMeant(): boolean;
  /** The client has gone, and the device did not take all that it had sent. */
  onUndelivered(): void;
}

/**
 * Carry bytes both ways until both directions are over, or the signal is aborted.
 *
 * What the client has sent is delivered to the device also when the client has gone, as long as the device keeps taking
 * it, and unless the client was put out. The device's end is a GOAWAY frame; after it the client has CLIENT_END_GRACE_MS to end its own direction.
 */
export async function* carry(
  stream: ByteStream,
  requests: AsyncIterable<StreamFrame>,
  { signal, clock, isMeant, onUndelivered }: CarryOptions,
): AsyncGenerator<StreamFrame, void, undefined> {
  const reader = stream.readable.getReader();
  let broken: unknown;
  const delivery = new Delivery(stream.writable, requests, (error) => {
    // A client that goes away breaks off too; that is no fault of its frames.
    if (signal.aborted) return;
    broken = error;
    reader.cancel(error).catch(() => undefined);
  });
  const over = new AbortController();
  // A client that has gone must not leave us waiting for a device that says nothing.
  const onAbort = (): void => {
    reader.cancel(signal.reason).catch(() => undefined);
    if (!isMeant()) delivery.stop();
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true, signal: over.signal });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield* dataFrames(value);
    }
    if (!signal.aborted && broken === undefined) {
      yield END_FRAME;
      await Promise.race([delivery.ended, pause(clock, CLIENT_END_GRACE_MS, over.signal)]);
      // The device has ended: it takes nothing more.
      delivery.stop();
    }
  } finally {
    await reader.cancel().catch(() => undefined);
    while (!(await Promise.race([delivery.closed, pause(clock, DELIVERY_STALL_MS, over.signal)]))) {
      if (delivery.madeProgress()) continue;
      delivery.stop();
      onUndelivered();
      break;
    }
    over.abort();
  }
  if (broken !== undefined) throw broken;
  if (delivery.failure !== undefined) throw delivery.failure;
}

/** False after `ms`, or when the signal is aborted. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<false> {
  await clock.sleep(ms, { signal }).catch(() => undefined);
  return false;
}

/** Client to device, in the background. */
class Delivery {
  /** The client has ended its direction, or gone. */
  readonly ended: Promise<void>;
  /** Resolves to true when the device has all that was taken, and its writer is closed. */
  readonly closed: Promise<true>;
  /** What the device said to a write. */
  failure: unknown;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #onBroken: (error: unknown) => void;
  readonly #stopped = Promise.withResolvers<void>();
  #isStopped = false;
  #progress = false;

  /** @param onBroken The request broke off: the client has gone, or sent what cannot be read. */
  constructor(
    writable: WritableStream<Uint8Array>,
    requests: AsyncIterable<StreamFrame>,
    onBroken: (error: unknown) => void,
  ) {
    this.#onBroken = onBroken;
    this.#writer = writable.getWriter();
    this.ended = this.#pump(requests);
    this.closed = Promise.race([this.ended, this.#stopped.promise]).then(() => this.#close());
  }

  /** Take nothing more from the client. */
  stop(): void {
    this.#isStopped = true;
    this.#stopped.resolve();
  }

  /** Whether the device has taken anything since the last time this was asked. */
  madeProgress(): boolean {
    const progress = this.#progress;
    this.#progress = false;
    return progress;
  }

  async #pump(requests: AsyncIterable<StreamFrame>): Promise<void> {
    const iterator = requests[Symbol.asyncIterator]();
    for (;;) {
      const request = await this.#next(iterator);
      if (request === undefined || this.#isStopped || request.frameType === FrameType.GOAWAY) return;
      if (request.frameType !== FrameType.DATA || request.payload.length === 0) continue;
      try {
        await this.#writer.ready;
        if (this.#isStopped) return;
        this.#writer.write(request.payload).then(
          () => {
            this.#progress = true;
          },
          (error: unknown) => {
            this.failure ??= error;
          },
        );
      } catch (error) {
        this.failure ??= error;
        return;
      }
    }
  }

  /** A request that breaks off ends the client's direction; that is no failure of the device. */
  async #next(iterator: AsyncIterator<StreamFrame>): Promise<StreamFrame | undefined> {
    try {
      const result = await iterator.next();
      return result.done === true ? undefined : result.value;
    } catch (error) {
      this.#onBroken(error);
      return undefined;
    }
  }

  async #close(): Promise<true> {
    try {
      await this.#writer.close();
    } catch (error) {
      this.failure ??= error;
    }
    return true;
  }
}
