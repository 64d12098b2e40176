/**
 * Whole files through codecs, for tests.
 * Above: tests of codecs. Below: create-codecs.ts.
 */

import type { Encoding } from "../../../drivers/base/resource.ts";
import { type CodecsOptions, createCodecs } from "../create-codecs.ts";

export interface RunOptions extends CodecsOptions {
  /** Where the bytes are cut on their way in; they come in one piece otherwise. */
  readonly cuts?: readonly number[];
}

export async function decode(
  encoding: Encoding,
  bytes: Uint8Array,
  { cuts = [], ...options }: RunOptions = {},
): Promise<Uint8Array> {
  return run(await createCodecs(options).decoder(encoding), bytes, cuts);
}

export async function encode(
  encoding: Encoding,
  bytes: Uint8Array,
  { cuts = [], ...options }: RunOptions = {},
): Promise<Uint8Array> {
  return run(await createCodecs(options).encoder(encoding), bytes, cuts);
}

async function run(
  codec: TransformStream<Uint8Array, Uint8Array>,
  bytes: Uint8Array,
  cuts: readonly number[],
): Promise<Uint8Array> {
  const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b);
  const pieces = streamOf(
    ...places.slice(1).map((end, index) => Uint8Array.from(bytes.subarray(places[index] ?? 0, end))),
  );
  const chunks: Uint8Array[] = [];
  for await (const chunk of pieces.pipeThrough(codec)) chunks.push(chunk);
  return concat(...chunks);
}

export function streamOf(...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

export function concat(...chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** The same each time, and nothing in it that compresses: xorshift. */
export function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

/** What a file becomes: its bytes, or the sentence of a DriverError. Anything else is thrown. */
export async function outcome(work: Promise<Uint8Array>): Promise<Uint8Array | string> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && error.name === "DriverError") return error.message;
    throw error;
  }
}
