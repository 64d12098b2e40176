/**
 * One RouterService.Stream of a client with a file: frames to the bytes that a driver reads, and a driver's bytes to frames.
 * Above: router-service.ts serves it, resource-table.ts gives its file to a call. Below: proto's frames, WHATWG streams.
 * Specification: Jumpstarter's `client_stream` resources. GOAWAY, or the half-close, is the end of a file; whatever else ends it has cut it.
 *
 * Nothing is read ahead: a frame is taken from the tunnel when the driver asks for it, so the client is as fast as the driver.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import { DriverError } from "../../drivers/base/error.ts";
import { FrameType } from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import type { FileContent, ResourceFile } from "./resource-file.ts";
import { CLIENT_END_GRACE_MS, dataFrames, END_FRAME, type StreamFrame } from "./router-stream.ts";

/** 10 min: how long a file waits for the call that names it. Clients call at once; one that forgot must not keep its place for ever. */
export const UNUSED_FILE_MS = 600_000;

/**
 * 250 ms: how much later than its call a stream fails. A client that hears of the call first has left by then, and does not
 * have to complain about its file too.
 */
export const FAILURE_GRACE_MS = 250;

export interface ResourceStreamOptions {
  readonly uuid: string;
  readonly frames: AsyncIterable<StreamFrame>;
  readonly clock: Clock;
  /** The stream is over: its handle is no longer good. */
  onOver(): void;
}

export class ResourceStream implements ResourceFile {
  readonly uuid: string;
  readonly name = undefined;
  readonly #clock: Clock;
  readonly #onOver: () => void;
  readonly #frames: AsyncIterator<StreamFrame>;
  /** A call has the handle, or the stream is over: nobody waits for one. */
  readonly #used = new AbortController();
  #outcome: "complete" | { readonly failure: unknown } | undefined;
  /** The client has ended its direction: the file is whole. */
  #ended = false;
  /** No more frames come or go, whatever was still to come. */
  #lost: DriverError | undefined;
  #reader: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** The frame that is being waited for. */
  #taking: Promise<readonly Uint8Array[] | undefined> | undefined;
  #bytes = 0;
  /** What the driver has written and the client has not got: one chunk. */
  #outgoing: { readonly chunk: Uint8Array; taken(): void; lost(error: DriverError): void } | undefined;
  /** Wakes `serve`. */
  #wake: (() => void) | undefined;

  constructor({ uuid, frames, clock, onOver }: ResourceStreamOptions) {
    this.uuid = uuid;
    this.#frames = frames[Symbol.asyncIterator]();
    this.#clock = clock;
    this.#onOver = onOver;
  }

  // The call's side.

  /** A call has it: from now on it waits as long as the call does. */
  claim(): void {
    this.#used.abort();
  }

  async read(): Promise<FileContent> {
    const readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          if (this.#lost !== undefined) controller.error(this.#lost);
          else this.#reader = controller;
        },
        pull: (controller) => this.#pull(controller),
        cancel: () => {
          this.#reader = undefined;
        },
      },
      { highWaterMark: 0 },
    );
    return { readable, size: undefined };
  }

  async write(): Promise<WritableStream<Uint8Array>> {
    return new WritableStream<Uint8Array>({
      write: (chunk) =>
        new Promise((taken, lost) => {
          if (this.#lost !== undefined) {
            lost(this.#lost);
            return;
          }
          this.#outgoing = { chunk, taken, lost };
          this.#wake?.();
        }),
    });
  }

  complete(): void {
    this.#outcome ??= "complete";
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#outcome ??= { failure: error };
    this.#wake?.();
  }

  // The stream's side.

  /**
   * Frames for the client, until the call with the file is over.
   *
   * After a call that succeeded the client is told so by GOAWAY, and has CLIENT_END_GRACE_MS to end its own direction: what it still
   * sends meanwhile is thrown away. After one that failed it leaves by itself, and there is no GOAWAY.
   *
   * @throws what the call has failed with, or what has ended the stream before.
   */
  async *serve(signal: AbortSignal): AsyncGenerator<StreamFrame, void, undefined> {
    const over = new AbortController();
    const onAbort = (): void => {
      this.#lose(signal.reason);
      over.abort();
      this.#wake?.();
    };
    signal.addEventListener("abort", onAbort, { once: true, signal: over.signal });
    void this.#giveUpUnused();
    try {
      for (;;) {
        signal.throwIfAborted();
        if (this.#outgoing !== undefined) {
          yield* dataFrames(this.#outgoing.chunk);
          this.#outgoing?.taken();
          this.#outgoing = undefined;
        } else if (this.#outcome === undefined) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        } else {
          break;
        }
      }
      const { signal: gone } = over;
      const discarded = this.#discard();
      if (this.#outcome === "complete") {
        yield END_FRAME;
        await Promise.race([discarded, this.#pause(CLIENT_END_GRACE_MS, gone)]);
        signal.throwIfAborted();
      } else {
        await this.#pause(FAILURE_GRACE_MS, gone);
        throw this.#outcome.failure;
      }
    } finally {
      over.abort();
      this.close();
    }
  }

  /** The handle is no longer good. What a call still does with the file fails. */
  close(): void {
    this.#used.abort();
    this.#lose(new Error("its stream has ended"));
    this.#onOver();
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, { signal }).catch(() => undefined);
  }

  async #giveUpUnused(): Promise<void> {
    try {
      await this.#clock.sleep(UNUSED_FILE_MS, { signal: this.#used.signal });
    } catch {
      return; // it is used, or gone
    }
    const minutes = UNUSED_FILE_MS / 60_000;
    this.fail(
      new DriverError("timeout", `no call has used the file within ${minutes} minutes: open another stream`),
    );
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#taking = this.#take();
    const chunks = await this.#taking;
    // Cancelled meanwhile.
    if (this.#reader === undefined) return;
    if (chunks !== undefined) {
      for (const chunk of chunks) controller.enqueue(chunk);
    } else {
      this.#reader = undefined;
      controller.close();
    }
  }

  /** The next bytes of the client, those of one frame; undefined at the end of the file. */
  async #take(): Promise<readonly Uint8Array[] | undefined> {
    while (!this.#ended) {
      if (this.#lost !== undefined) throw this.#lost;
      let next: IteratorResult<StreamFrame>;
      try {
        next = await this.#frames.next();
      } catch (error) {
        this.#lose(error);
        continue;
      }
      // A stream that is over ends its frames too, and that is not the file's end.
      if (this.#lost !== undefined) continue;
      if (next.done === true || next.value.frameType === FrameType.GOAWAY) {
        this.#ended = true;
        break;
      }
      if (next.value.frameType !== FrameType.DATA) continue;
      const chunks = (next.value.pieces ?? [next.value.payload]).filter(({ length }) => length > 0);
      if (chunks.length === 0) continue;
      for (const { length } of chunks) this.#bytes += length;
      return chunks;
    }
    return undefined;
  }

  #lose(error: unknown): void {
    if (this.#lost !== undefined) return;
    this.#lost = new DriverError(
      "connection",
      `the stream of the client's file broke off after ${this.#bytes} bytes: ${messageOf(error)}`,
      { cause: error },
    );
    if (!this.#ended) this.#reader?.error(this.#lost);
    this.#reader = undefined;
    this.#outgoing?.lost(this.#lost);
    this.#outgoing = undefined;
  }

  /** Until the client has ended its direction, or gone. */
  async #discard(): Promise<void> {
    try {
      await this.#taking;
      while ((await this.#take()) !== undefined);
    } catch {
      // It has gone: that is an end too.
    }
  }
}
