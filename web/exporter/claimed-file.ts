/**
 * A file in the hands of one driver call: opened once, in one direction, and ended with the call whatever the driver does.
 * Above: resource-table.ts. Below: resource-file.ts, codecs.ts. Specification: Jumpstarter's resource handles, `x_jmp_content_encoding`.
 */

import { messageOf } from "../../drivers/base/dom-error.ts";
import { DriverError } from "../../drivers/base/error.ts";
import {
  ENCODINGS,
  type Encoding,
  type ResourceOptions,
  type ResourceReader,
} from "../../drivers/base/resource.ts";
import type { Codecs } from "./codecs.ts";
import type { CodingSlots } from "./coding-slots.ts";
import type { ResourceFile } from "./resource-file.ts";

export type Direction = "to-device" | "from-device";

/** What a call's files tell of themselves. */
export interface FileEvents {
  /** The driver has opened one. */
  onOpen(direction: Direction): void;
  /** The driver has taken so many bytes, or given them. */
  onBytes(bytes: number): void;
}

export interface ClaimedFileOptions {
  /** By which a handle is found again. */
  readonly key: string;
  readonly file: ResourceFile;
  /** As the handle says it. */
  readonly encoding: string | null;
  readonly codecs: Codecs;
  readonly coding: CodingSlots;
  readonly events: FileEvents;
}

export class ClaimedFile {
  readonly key: string;
  readonly #options: ClaimedFileOptions;
  #state: "unused" | "open" | "over" = "unused";
  /** The driver writes it, and has not said that it is complete. */
  #incomplete = false;
  /** Gives back the place of a codec. */
  #coded: (() => void) | undefined;
  /** Ends what the driver has in its hands. */
  #release: ((reason: DriverError) => void) | undefined;

  constructor(options: ClaimedFileOptions) {
    this.key = options.key;
    this.#options = options;
  }

  get name(): string | undefined {
    return this.#options.file.name;
  }

  get used(): boolean {
    return this.#state !== "unused";
  }

  async read(options: ResourceOptions): Promise<ResourceReader> {
    const encoding = this.#open("to-device");
    const { file, codecs } = this.#options;
    const { readable, size } = await file.read(options);
    if (encoding === null) return { readable: this.#guardedReadable(readable), size, name: file.name };
    const decoder = await this.#loaded(codecs.decoder(encoding), (error) => readable.cancel(error));
    return {
      readable: this.#guardedReadable(readable.pipeThrough(decoder)),
      size: undefined,
      name: file.name,
    };
  }

  async write(options: ResourceOptions): Promise<WritableStream<Uint8Array>> {
    const encoding = this.#open("from-device");
    const { file, codecs } = this.#options;
    this.#incomplete = true;
    const writable = await file.write(options);
    if (encoding === null) return this.#guardedWritable(writable, Promise.resolve());
    const encoder = await this.#loaded(codecs.encoder(encoding), (error) => writable.abort(error));
    const delivered = encoder.readable.pipeTo(writable);
    delivered.catch(() => undefined); // the driver hears of it when it writes, or closes
    return this.#guardedWritable(encoder.writable, delivered);
  }

  /** @throws DriverError when the driver was writing the file, and has not completed it. */
  requireComplete(): void {
    if (!this.#incomplete) return;
    throw new DriverError("other", "the driver has not written the file to its end: what has come is a part");
  }

  /** The call has succeeded. */
  complete(): void {
    this.#over(new DriverError("other", "the call that the file belongs to is over"));
    this.#options.file.complete();
  }

  /** The call has failed. */
  fail(error: unknown): void {
    this.#over(new DriverError("other", `the call that the file belongs to has failed: ${messageOf(error)}`));
    this.#options.file.fail(error);
  }

  /** @returns The encoding to undo, or to do. */
  #open(direction: Direction): Encoding | null {
    this.#state = "open";
    this.#options.events.onOpen(direction);
    const { encoding, coding } = this.#options;
    if (encoding === null) return null;
    if (isEncoding(encoding)) {
      this.#coded = coding.take();
      return encoding;
    }
    throw new DriverError(
      "invalid-argument",
      `content encoding ${encoding} not supported: use ${ENCODINGS.slice(0, -1).join(", ")} or ${ENCODINGS.at(-1)}`,
    );
  }

  /** A codec, unless it cannot be had. */
  async #loaded<T>(codec: Promise<T>, giveUp: (error: unknown) => Promise<void>): Promise<T> {
    try {
      return await codec;
    } catch (error) {
      giveUp(error).catch(() => undefined);
      throw error;
    }
  }

  #guardedReadable(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const { events } = this.#options;
    const reader = source.getReader();
    let over = false;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#whenOver((reason) => {
            if (over) return;
            over = true;
            controller.error(reason);
            reader.cancel(reason).catch(() => undefined);
          });
        },
        pull: async (controller) => {
          try {
            for (;;) {
              const { done, value } = await reader.read();
              if (over) return;
              if (done) {
                over = true;
                controller.close();
                return;
              }
              if (value.length === 0) continue;
              events.onBytes(value.length);
              controller.enqueue(value);
              return;
            }
          } catch (error) {
            if (over) return;
            over = true;
            throw fileError(error);
          }
        },
        cancel: async (reason) => {
          over = true;
          await reader.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** @param delivered Settles when what has gone through `sink` has arrived. */
  #guardedWritable(sink: WritableStream<Uint8Array>, delivered: Promise<void>): WritableStream<Uint8Array> {
    const { events } = this.#options;
    const writer = sink.getWriter();
    writer.closed.catch(() => undefined); // heard of by `write` and `close`
    let over = false;
    return new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#whenOver((reason) => {
          if (over) return;
          over = true;
          controller.error(reason);
          writer.abort(reason).catch(() => undefined);
        });
      },
      write: async (chunk) => {
        if (chunk.length === 0) return;
        try {
          await writer.write(chunk);
        } catch (error) {
          over = true;
          throw fileError(error);
        }
        events.onBytes(chunk.length);
      },
      close: async () => {
        try {
          await writer.close();
          await delivered;
        } catch (error) {
          throw fileError(error);
        } finally {
          over = true;
        }
        this.#incomplete = false;
      },
      abort: async (reason) => {
        over = true;
        await writer.abort(reason);
      },
    });
  }

  #whenOver(release: (reason: DriverError) => void): void {
    if (this.#state === "over")
      release(new DriverError("other", "the call that the file belongs to is over"));
    else this.#release = release;
  }

  #over(reason: DriverError): void {
    this.#state = "over";
    this.#release?.(reason);
    this.#release = undefined;
    this.#coded?.();
  }
}

function isEncoding(name: string): name is Encoding {
  return ENCODINGS.some((encoding) => encoding === name);
}

/** Why a file's stream has failed, as drivers and clients read it. */
function fileError(error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  return new DriverError("other", `the file broke off: ${messageOf(error)}`, { cause: error });
}
