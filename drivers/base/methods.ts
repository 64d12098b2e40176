/**
 * Exported methods: what a client may call on a driver, each exactly one of three kinds, with typed arguments that are
 * checked at the edge. Above: every driver; web/exporter/ dispatches to them. Below: valibot.
 * Specification: Jumpstarter's three kinds (DriverCall, StreamingDriverCall, RouterService.Stream).
 */

import * as v from "valibot";
import type { ByteStream } from "./byte-stream.ts";
import { DriverError } from "./error.ts";
import type { ImageInfo } from "./image.ts";
import type { JsonValue } from "./json.ts";

/** What comes with every call. */
export interface CallOptions {
  /** Aborted when the client has gone or cancelled. */
  readonly signal: AbortSignal;
  /** Where long work says how far it is. Absent: nobody watches. */
  readonly report?: WorkReport | undefined;
}

/** One step of long work, as far as it is. Reported as often as it moves; whoever shows it decides how often to look. */
export interface WorkStep {
  /** What is being done: "receiving", "erasing", "writing", "verifying", "reading". One word, for people. */
  readonly phase: string;
  /** Bytes. */
  readonly done: number;
  /** Bytes; undefined where nobody knows. */
  readonly total: number | undefined;
}

export interface WorkReport {
  step(step: WorkStep): void;
  /** The work is about this content: the page keeps it in its history. */
  image(image: ImageInfo): void;
}

/** Answered once: `DriverCall`. */
export interface ExportedCall {
  readonly kind: "call";
  run(args: readonly JsonValue[], options: CallOptions): Promise<JsonValue>;
}

/** Answered many times, then over: `StreamingDriverCall`. */
export interface ExportedStreamingCall {
  readonly kind: "streaming-call";
  run(args: readonly JsonValue[], options: CallOptions): AsyncIterable<JsonValue>;
}

/** How a byte stream is opened. */
export interface StreamOptions extends CallOptions {
  /**
   * The reader would rather lose bytes than slow the device or other readers: a console that only shows. A driver that
   * cannot lose bytes ignores it. Clients of the exporter never set it: what they read is complete.
   */
  readonly lossy?: LossyReader | undefined;
}

export interface LossyReader {
  /** So many bytes, older than what is read next, were left out because the reader was too slow. */
  onSkipped(bytes: number): void;
}

/** A byte stream: `RouterService.Stream` with `"kind":"driver"`. */
export interface ExportedStream {
  readonly kind: "stream";
  /** Rejects with a DriverError when the device cannot be opened. */
  open(options: StreamOptions): Promise<ByteStream>;
}

export type ExportedMethod = ExportedCall | ExportedStreamingCall | ExportedStream;

/** The exported name is the key; it may be any string, and never an inherited property. */
export type ExportedMethods = ReadonlyMap<string, ExportedMethod>;

/** Parameters in their order: positional on the wire, by name in the driver. */
export type Parameters = Readonly<Record<string, v.GenericSchema>>;

type Arguments<P extends Parameters> = { readonly [K in keyof P]: v.InferOutput<P[K]> };

/** A call that returns nothing answers null. */
// biome-ignore lint/suspicious/noConfusingVoidType: so that `() => this.turnOn()` needs no braces
type CallResult = JsonValue | undefined | void;

export function exportedCall<P extends Parameters>(
  parameters: P,
  run: (args: Arguments<P>, options: CallOptions) => CallResult | Promise<CallResult>,
): ExportedCall {
  return {
    kind: "call",
    run: async (args, options) => (await run(checkArguments(parameters, args), options)) ?? null,
  };
}

export function exportedStreamingCall<P extends Parameters>(
  parameters: P,
  run: (args: Arguments<P>, options: CallOptions) => AsyncIterable<JsonValue>,
): ExportedStreamingCall {
  return { kind: "streaming-call", run: (args, options) => run(checkArguments(parameters, args), options) };
}

export function exportedStream(open: (options: StreamOptions) => Promise<ByteStream>): ExportedStream {
  return { kind: "stream", open };
}

/** The table from a plain object, in its order. */
export function exportedMethods(table: Readonly<Record<string, ExportedMethod>>): ExportedMethods {
  return new Map(Object.entries(table));
}

/**
 * Match positional arguments with parameters. A missing argument and an explicit null are the same to an optional
 * parameter, and nulls past the last parameter are ignored: clients send both.
 */
function checkArguments<P extends Parameters>(parameters: P, args: readonly JsonValue[]): Arguments<P> {
  const names = Object.keys(parameters);
  if (args.slice(names.length).some((value) => value !== null)) {
    throw new DriverError(
      "invalid-argument",
      `too many arguments: ${args.length} given, ${names.length === 0 ? "none" : `at most ${names.length} (${names.join(", ")})`} taken`,
    );
  }
  const checked: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const schema = parameters[name];
    if (schema === undefined) continue;
    const value = args[index];
    const optional = schema.type === "optional" || schema.type === "nullish";
    if (value === undefined && !optional) {
      throw new DriverError("invalid-argument", `argument ${index + 1} (${name}) is missing`);
    }
    const result = v.safeParse(schema, value === null && optional ? undefined : value);
    if (!result.success) {
      throw new DriverError(
        "invalid-argument",
        `argument ${index + 1} (${name}): ${result.issues[0].message}`,
      );
    }
    checked[name] = result.output;
  }
  return checked as Arguments<P>;
}
