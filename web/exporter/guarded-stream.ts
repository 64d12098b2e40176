/**
 * A driver's byte stream for somebody who may not say everything: who only listens, and who may type only while they drive.
 * Above: router-service.ts. Below: listener.ts, router-stream.ts. Specification: docs/decisions/0010-links-roles-and-who-drives.md.
 * Bytes that may not be sent are never dropped in silence: the first of them ends the stream with the reason.
 */

import type { ExportedStream } from "../../drivers/base/methods.ts";
import { FrameType } from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import { listen } from "./listener.ts";
import { dataFrames, END_FRAME, type StreamFrame } from "./router-stream.ts";

export interface HearOptions {
  /** Aborted when the client has gone, or the session ends. */
  readonly signal: AbortSignal;
  /** The stream is open. */
  onOpen(): void;
  /** Throws when a byte may not be sent. */
  mayType(): void;
}

/** What the device says, with a word where bytes are left out. */
export async function* hearOnly(
  method: ExportedStream,
  frames: AsyncIterable<StreamFrame>,
  { signal, onOpen, mayType }: HearOptions,
): AsyncGenerator<StreamFrame, void, undefined> {
  const typed = new AbortController();
  const heard = await listen(method, { signal: AbortSignal.any([signal, typed.signal]) });
  onOpen();
  drain(checkTyping(frames, mayType)).catch((error: unknown) => typed.abort(error));
  for await (const { payload, skipped } of heard) {
    if (skipped > 0) yield* dataFrames(leftOut(skipped));
    yield* dataFrames(payload);
  }
  if (signal.aborted) return;
  typed.signal.throwIfAborted();
  yield END_FRAME;
}

/** The same frames, as long as they may be sent. */
export async function* checkTyping(
  frames: AsyncIterable<StreamFrame>,
  mayType: () => void,
): AsyncGenerator<StreamFrame, void, undefined> {
  for await (const frame of frames) {
    if (frame.frameType === FrameType.DATA && frame.payload.length > 0) mayType();
    yield frame;
  }
}

async function drain(frames: AsyncIterable<StreamFrame>): Promise<void> {
  for await (const _ of frames);
}

function leftOut(bytes: number): Uint8Array {
  return new TextEncoder().encode(`\r\n[${bytes} bytes are left out here: the listener was too slow]\r\n`);
}
