/**
 * A file to a driver, or one from it, as a client of Jumpstarter does it: a stream for the bytes, and a call that names it.
 * Above: guest-actions.ts. Below: RouterService.Stream and ExporterService.DriverCall.
 * Specification: Jumpstarter's `client_stream` resources: the handle comes in the response headers, GOAWAY ends a direction.
 */

import type { Client } from "@connectrpc/connect";
import type { JsonValue } from "../../../drivers/base/json.ts";
import type { Encoding } from "../../../drivers/base/resource.ts";
import type { ExporterService } from "../../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { FrameType, type RouterService } from "../../../proto/gen/jumpstarter/v1/router_pb.ts";
import { fromValue, toValue } from "./driver-values.ts";

/** 64 KiB: what Jumpstarter's own clients put into a frame. */
const FRAME_BYTES = 64 * 1024;

/** 1 MiB is read of a file at a time: each read is a turn through the browser's own process. */
const READ_BYTES = 16 * FRAME_BYTES;

/** 8 MiB of a file that comes are handed to the browser at a time: it may put them on the disk. */
const PART_BYTES = 8 * 1024 * 1024;

export interface FileClients {
  readonly exporter: Pick<Client<typeof ExporterService>, "driverCall">;
  readonly router: Pick<Client<typeof RouterService>, "stream">;
}

export interface FileCall {
  readonly uuid: string;
  readonly method: string;
  /** Behind the handle. */
  readonly args: readonly JsonValue[];
}

const NO_HANDLE = "the exporter has given no handle for the file.";

type Frame = { readonly payload: Uint8Array; readonly frameType: FrameType };

const END: Frame = { payload: new Uint8Array(0), frameType: FrameType.GOAWAY };

/** Resolves with the call's result when the driver has the file. */
export async function sendFile(
  clients: FileClients,
  call: FileCall,
  { file, encoding, signal }: { file: Blob; encoding: Encoding | null; signal: AbortSignal },
): Promise<JsonValue> {
  return callWithStream(clients, call, { frames: framesOf(file), encoding, onData: () => undefined, signal });
}

/** Resolves with the file when the driver has given all of it. */
export async function fetchFile(
  clients: FileClients,
  call: FileCall,
  { signal }: { signal: AbortSignal },
): Promise<Blob> {
  const parts: Blob[] = [];
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const hand = (): void => {
    parts.push(new Blob(waiting));
    waiting = [];
    bytes = 0;
  };
  await callWithStream(clients, call, {
    frames: ended(),
    encoding: null,
    onData: (payload) => {
      waiting.push(payload.slice());
      bytes += payload.length;
      if (bytes >= PART_BYTES) hand();
    },
    signal,
  });
  hand();
  return new Blob(parts, { type: "application/octet-stream" });
}

interface StreamOptions {
  readonly frames: AsyncIterable<Frame>;
  readonly encoding: Encoding | null;
  onData(payload: Uint8Array): void;
  readonly signal: AbortSignal;
}

async function callWithStream(
  { exporter, router }: FileClients,
  { uuid, method, args }: FileCall,
  { frames, encoding, onData, signal }: StreamOptions,
): Promise<JsonValue> {
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const handle = Promise.withResolvers<JsonValue>();
  // Said below, where it is waited for; a call that fails first is the better reason.
  handle.promise.catch(() => undefined);
  const carried = carry();
  carried.catch(() => undefined);
  try {
    const resource = await handle.promise;
    const values = [resource, ...args].map(toValue);
    const { result } = await exporter.driverCall({ uuid, method, args: values }, { signal: both });
    await carried;
    return fromValue(result);
  } finally {
    over.abort();
  }

  async function carry(): Promise<void> {
    const request = JSON.stringify({ kind: "resource", uuid, x_jmp_content_encoding: encoding });
    try {
      const answers = router.stream(frames, {
        headers: { request },
        signal: both,
        onHeader: (headers) => {
          const resource = headers.get("resource");
          // Headers come before a refusal, too, which says why.
          if (resource === null) return;
          const problem = whyPacked(headers, encoding);
          if (problem !== undefined) handle.reject(new Error(problem));
          else handle.resolve(JSON.parse(resource) as JsonValue);
        },
      });
      for await (const { frameType, payload } of answers) {
        handle.reject(new Error(NO_HANDLE));
        if (frameType === FrameType.DATA && payload.length > 0) onData(payload);
      }
      handle.reject(new Error(NO_HANDLE));
    } catch (error) {
      handle.reject(error);
      throw error;
    }
  }
}

/** Why the file cannot go as it is; undefined: it can. */
function whyPacked(headers: Headers, encoding: Encoding | null): string | undefined {
  if (encoding === null || headers.get("x_jmp_accept_encoding") === encoding) return undefined;
  return `the exporter does not unpack ${encoding}: unpack the file first, and send it as it is.`;
}

/** In pieces that are asked for: not every browser iterates a stream, and no piece is large. */
async function* framesOf(file: Blob): AsyncGenerator<Frame, void, undefined> {
  for (let at = 0; at < file.size; at += READ_BYTES) {
    const piece = new Uint8Array(await file.slice(at, at + READ_BYTES).arrayBuffer());
    for (let from = 0; from < piece.length; from += FRAME_BYTES) {
      yield { payload: piece.subarray(from, from + FRAME_BYTES), frameType: FrameType.DATA };
    }
  }
  yield END;
}

async function* ended(): AsyncGenerator<Frame, void, undefined> {
  yield END;
}
