/**
 * A serial port that says what a test tells it to say, and remembers what it was told.
 * Above: test-drivers.ts. Below: drivers/base. Clients drive it as they drive a PySerial, with its client class; the
 * tests steer it by driver calls beside the stream.
 */

import * as v from "valibot";
import type { ByteStream } from "../../drivers/base/byte-stream.ts";
import { type Driver, type DriverContext, defineDriver } from "../../drivers/base/driver.ts";
import { exportedCall, exportedMethods, exportedStream } from "../../drivers/base/methods.ts";

/** 32 KiB: the size of one piece of a produced pattern. */
const PIECE_BYTES = 32 * 1024;

/** 1 MiB: what is remembered of what clients wrote; a test that writes more has a mistake. */
const RECEIVED_BYTES = 1024 * 1024;

export const scriptedSerial = defineDriver({
  type: "jumptab.test.ScriptedSerial",
  summary: "A serial port with a script, for tests.",
  config: v.strictObject({}),
  create: (context) => new ScriptedSerial(context),
});

class ScriptedSerial implements Driver {
  readonly clientClass = "jumpstarter_driver_pyserial.client.PySerialClient";
  readonly category = "serial";
  readonly #context: DriverContext;
  readonly #sessions = new Set<Session>();
  #received: Uint8Array[] = [];
  #producedBytes = 0;
  #held: PromiseWithResolvers<void> | undefined;

  readonly methods = exportedMethods({
    connect: exportedStream(async ({ signal }) => this.#open(signal)),
    /** Say a text to everyone connected. */
    say: exportedCall({ text: v.string() }, ({ text }) => this.#say(() => [new TextEncoder().encode(text)])),
    /** Say `line 1` to `line N`, each ended by a line feed, each a chunk of its own. */
    lines: exportedCall({ count: v.number() }, ({ count }) => this.#say(() => numberedLines(count))),
    /** Say so many bytes: 32-bit little-endian numbers counting from 0. They are made as fast as they are taken. */
    produce: exportedCall({ bytes: v.number() }, ({ bytes }) => this.#say(() => this.#pattern(bytes))),
    /** How many bytes of patterns have been taken so far: how far ahead of a slow client the page is. */
    produced: exportedCall({}, () => this.#producedBytes),
    /** The end of what the port says; it still listens. */
    eof: exportedCall({}, () => this.#say((session) => session.endScript())),
    /** Both ends of every stream: as when the port is closed under its clients. */
    close: exportedCall({}, () => {
      for (const session of this.#sessions) session.close();
    }),
    /** Take nothing more of what clients write, until `release`: a port whose flow control says stop. */
    hold: exportedCall({}, () => {
      this.#held ??= Promise.withResolvers<void>();
    }),
    release: exportedCall({}, () => {
      this.#held?.resolve();
      this.#held = undefined;
    }),
    /** Streams that are open now. */
    open_count: exportedCall({}, () => this.#sessions.size),
    /** Open streams whose client may still write. */
    writer_count: exportedCall({}, () => [...this.#sessions].filter(({ isWritable }) => isWritable).length),
    /** All that clients wrote since the last time, as Latin-1 text. */
    received: exportedCall({}, () => {
      const text = this.#received.map((chunk) => String.fromCharCode(...chunk)).join("");
      this.#received = [];
      return text;
    }),
  });

  constructor(context: DriverContext) {
    this.#context = context;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) session.close();
  }

  #open(signal: AbortSignal): ByteStream {
    const session = new Session(
      (chunk) => this.#receive(chunk, signal),
      () => {
        this.#sessions.delete(session);
        this.#context.setState({ open: this.#sessions.size });
      },
    );
    this.#sessions.add(session);
    this.#context.setState({ open: this.#sessions.size });
    return session;
  }

  #say(script: (session: Session) => Iterable<Uint8Array> | undefined): undefined {
    for (const session of this.#sessions) {
      const said = script(session);
      if (said !== undefined) session.play(said);
    }
  }

  async #receive(chunk: Uint8Array, signal: AbortSignal): Promise<void> {
    // A port that takes nothing is closed, as PySerial closes one, once its client has gone.
    if (this.#held !== undefined) await Promise.race([this.#held.promise, rejectWhenAborted(signal)]);
    const held = this.#received.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (held + chunk.byteLength > RECEIVED_BYTES)
      throw new RangeError("the test wrote more than is remembered");
    this.#received.push(chunk.slice());
  }

  *#pattern(bytes: number): Iterable<Uint8Array> {
    for (let at = 0; at < bytes; at += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, bytes - at);
      this.#producedBytes += length;
      yield patternPiece(at, length);
    }
  }
}

/** One client's stream: it plays scripts one after the other, pulled by the client. */
class Session implements ByteStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #scripts: Iterator<Uint8Array>[] = [];
  readonly #onOver: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #writer: WritableStreamDefaultController | undefined;
  #wake: (() => void) | undefined;
  #endAfterScripts = false;
  #readableOver = false;
  #writableOver = false;

  constructor(receive: (chunk: Uint8Array) => Promise<void>, onOver: () => void) {
    this.#onOver = onOver;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: (controller) => this.#pull(controller),
        cancel: () => this.#readableIsOver(),
      },
      { highWaterMark: 0 },
    );
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writer = controller;
      },
      write: async (chunk) => {
        try {
          await receive(chunk);
        } catch (error) {
          this.#writableIsOver();
          throw error;
        }
      },
      close: () => this.#writableIsOver(),
      abort: () => this.#writableIsOver(),
    });
  }

  get isWritable(): boolean {
    return !this.#writableOver;
  }

  play(script: Iterable<Uint8Array>): void {
    this.#scripts.push(script[Symbol.iterator]());
    this.#wake?.();
  }

  endScript(): undefined {
    this.#endAfterScripts = true;
    this.#wake?.();
  }

  close(): void {
    if (!this.#readableOver) this.#controller?.close();
    this.#readableIsOver();
    this.#wake?.();
    if (!this.#writableOver) this.#writer?.error(new Error("the port was closed"));
    this.#writableIsOver();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (!this.#readableOver) {
      const script = this.#scripts[0];
      const next = script?.next();
      if (next !== undefined && !next.done) {
        controller.enqueue(next.value);
        return;
      }
      if (next !== undefined) {
        this.#scripts.shift();
        continue;
      }
      if (this.#endAfterScripts) {
        controller.close();
        this.#readableIsOver();
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #readableIsOver(): void {
    this.#readableOver = true;
    this.#wake?.();
    if (this.#writableOver) this.#onOver();
  }

  #writableIsOver(): void {
    this.#writableOver = true;
    if (this.#readableOver) this.#onOver();
  }
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function* numberedLines(count: number): Iterable<Uint8Array> {
  for (let line = 1; line <= count; line += 1) yield new TextEncoder().encode(`line ${line}\n`);
}

/** A whole number of 32-bit words, but for the last piece of a pattern. */
function patternPiece(at: number, length: number): Uint8Array {
  const words = new Uint32Array(PIECE_BYTES / 4);
  for (let index = 0; index < words.length; index += 1) words[index] = at / 4 + index;
  return new Uint8Array(words.buffer, 0, length);
}
