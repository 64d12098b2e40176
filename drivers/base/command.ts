/**
 * A command of `j`: what a person can type about one driver, as data, and what it does.
 * Above: drivers/<name>/commands.ts define them, web/j/ parses arguments, shows help and runs them. Below: nothing of a
 * platform. A command sees its driver as a client does, so the exporter beside it or another one far away may be behind it.
 * Specification: the `cli()` of Jumpstarter's Python clients: same names, options, defaults and results.
 */

import type { ByteStream } from "./byte-stream.ts";
import type { Clock } from "./clock.ts";
import type { JsonValue } from "./json.ts";
import type { Encoding } from "./resource.ts";

/** A driver, as its client reaches it. All three reject with a DriverError, whose message is one sentence. */
export interface DriverHandle {
  call(method: string, args: readonly JsonValue[], options: HandleOptions): Promise<JsonValue>;
  streamingCall(method: string, args: readonly JsonValue[], options: HandleOptions): AsyncIterable<JsonValue>;
  /** Open a byte stream; whoever opens it closes `writable` and reads `readable` to its end, or cancels it. */
  stream(method: string, options: HandleOptions): Promise<ByteStream>;
  /** A handle for one call, with a file behind it: what the call reads, or takes what it writes. */
  resource(file: CommandFile, options: HandleOptions): Promise<JsonValue>;
}

/** A file on the command's side. */
export type CommandFile =
  | {
      readonly direction: "to-driver";
      readonly readable: ReadableStream<Uint8Array>;
      readonly size: number | undefined;
      readonly name: string;
      readonly encoding: Encoding | null;
    }
  | {
      readonly direction: "from-driver";
      readonly writable: WritableStream<Uint8Array>;
      readonly encoding: Encoding | null;
    };

/** Files where a command runs; paths are relative to its working directory. Rejects with a CommandError. */
export interface CommandFiles {
  /** The bytes belong to the command. */
  read(path: string): Promise<Uint8Array>;
  /** The bytes are given away: they may go to another worker. */
  write(path: string, bytes: Uint8Array): Promise<void>;
}

export interface HandleOptions {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What a value may be, and so what a person sees in its place: TEXT, PATH, INTEGER, FLOAT, [a|b]. */
export type ValueKind = "text" | "path" | "integer" | "float" | { readonly choices: readonly string[] };

/** A positional argument. Help shows its key in upper case. */
export interface ArgumentDefinition {
  readonly value: ValueKind;
  /** How many are taken: one, one or none, or all that are there. */
  readonly count?: "one" | "optional" | "many";
}

/** A flag, which is there or not. */
export interface FlagDefinition {
  /** As they are typed: `--destroy`, `-d`. */
  readonly names: readonly [string, ...string[]];
  readonly summary: string;
}

/** An option with a value; the last one typed counts. */
export interface OptionDefinition extends FlagDefinition {
  readonly value: ValueKind;
  /** Each one that is typed counts, in their order. */
  readonly many?: true;
  readonly default?: string | number;
  /** Whether help says the default. */
  readonly showDefault?: boolean;
}

export type ArgumentDefinitions = Readonly<Record<string, ArgumentDefinition>>;
export type OptionDefinitions = Readonly<Record<string, FlagDefinition | OptionDefinition>>;

/** What was typed, checked, by the keys of the definitions. */
export type CommandValues = Readonly<
  Record<string, boolean | string | number | undefined | readonly (string | number)[]>
>;

/** What a command gets to work with. */
export interface CommandContext<Values = CommandValues> {
  readonly values: Values;
  readonly driver: DriverHandle;
  /** The words before the command's own name, `j board serial`: for hints at another command. */
  readonly group: string;
  /** What was piped into it; empty where nothing was. */
  readonly stdin: string;
  readonly files: CommandFiles;
  readonly clock: Clock;
  /** Aborted by Ctrl-C, by a hook's end, by a page that goes. The command then ends soon, in any way. */
  readonly signal: AbortSignal;
  write(text: string): void;
  writeError(text: string): void;
}

export interface CommandDefinition {
  readonly name: string;
  /** One line, in lists of commands. */
  readonly summary: string;
  /** Further paragraphs, on its own help page. */
  readonly details?: string;
  readonly arguments: ArgumentDefinitions;
  readonly options: OptionDefinitions;
  /** Resolves for exit code 0. Rejects with what went wrong: a CommandError, a UsageError, a DriverError. */
  run(context: CommandContext): Promise<void>;
}

/** The commands of one client class. */
export interface CommandGroup {
  /** One line; the configuration's `description` replaces it. */
  readonly summary: string;
  /** Options before a command's name. They are checked, and mean nothing to commands. */
  readonly options: OptionDefinitions;
  readonly commands: readonly CommandDefinition[];
  /** Whether the driver's children are commands too, by their names. */
  readonly children: boolean;
}

/** Client class path to its commands. What is not in it has no place in `j`. */
export type CommandCatalogue = ReadonlyMap<string, CommandGroup>;

/** The command cannot be done; the message says why and what to do instead. Exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** It was typed wrongly; the message is shown under the command's usage. Exit code 1, as `j` has it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type ValueOf<Kind> = Kind extends "integer" | "float"
  ? number
  : Kind extends { readonly choices: readonly (infer Choice)[] }
    ? Choice
    : string;

type ArgumentValue<A> = A extends { readonly count: "many"; readonly value: infer Kind }
  ? readonly ValueOf<Kind>[]
  : A extends { readonly count: "optional"; readonly value: infer Kind }
    ? ValueOf<Kind> | undefined
    : A extends { readonly value: infer Kind }
      ? ValueOf<Kind>
      : never;

type OptionValue<O> = O extends { readonly value: infer Kind }
  ? O extends { readonly many: true }
    ? readonly ValueOf<Kind>[]
    : O extends { readonly default: string | number }
      ? ValueOf<Kind>
      : ValueOf<Kind> | undefined
  : boolean;

type ValuesOf<A, O> = { readonly [K in keyof A]: ArgumentValue<A[K]> } & {
  readonly [K in keyof O]: OptionValue<O[K]>;
};

/** Types are erased in a group; this checks them where the command is written. */
export function defineCommand<
  const A extends ArgumentDefinitions = Record<never, never>,
  const O extends OptionDefinitions = Record<never, never>,
>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly arguments?: A;
  readonly options?: O;
  run(context: CommandContext<ValuesOf<A, O>>): Promise<void>;
}): CommandDefinition {
  return { arguments: {}, options: {}, ...definition } as unknown as CommandDefinition;
}
