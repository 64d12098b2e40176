/**
 * What the exporter's worker and the interpreter's say to each other.
 * Above: worker-script-runner.ts (one end), serve-interpreter.ts (the other). Below: nothing.
 */

import type { ScriptCommandResult } from "../exporter/script-runner.ts";

/** Where scripts begin. */
export const HOME = "/home/jumptab";

/** Exit code of a script that was told to stop, as of one that was interrupted. */
export const INTERRUPTED = 130;

/** An interpreter does one piece of work at a time: it gets the next after it has said `done`. */
export type ToInterpreter =
  | {
      readonly kind: "run";
      readonly script: string;
      readonly env: Readonly<Record<string, string>>;
      readonly resultFile: string | undefined;
      readonly commands: readonly string[];
    }
  /** The next lines are of this shell. Answered by `done`. */
  | {
      readonly kind: "open";
      readonly env: Readonly<Record<string, string>>;
      readonly commands: readonly string[];
    }
  | { readonly kind: "line"; readonly line: string }
  /** Stop what is running; `done` comes all the same. */
  | { readonly kind: "stop" }
  | { readonly kind: "command-result"; readonly id: number; readonly result: ScriptCommandResult }
  /** What a command at work wants of the script's files. Answered by `file`. */
  | FileRequest;

/** Paths are relative to the working directory of the command. */
export type FileRequest = {
  readonly kind: "file-request";
  readonly id: number;
  /** The command's. */
  readonly command: number;
  readonly path: string;
  /** To be written; transferred. Undefined: the file is read. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
};

/** Its bytes are transferred; undefined for one that was written. */
export type FileAnswer = { readonly kind: "file"; readonly id: number } & (
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> | undefined }
  | { readonly ok: false; readonly message: string }
);

export type FromInterpreter =
  /** The interpreter is loaded. */
  | { readonly kind: "ready" }
  | { readonly kind: "output"; readonly pieces: readonly OutputPiece[] }
  /** The bound of the output is reached: the rest of it does not come. */
  | { readonly kind: "output-bound" }
  | {
      readonly kind: "command";
      readonly id: number;
      readonly name: string;
      readonly args: readonly string[];
      readonly stdin: string;
    }
  /** End this command; its result comes all the same. */
  | { readonly kind: "command-stop"; readonly id: number }
  | FileAnswer
  | {
      readonly kind: "done";
      readonly exitCode: number;
      readonly resultFile: string | undefined;
      readonly cwd: string;
    }
  | { readonly kind: "broken"; readonly message: string };

export type OutputStream = "stdout" | "stderr";

export interface OutputPiece {
  readonly stream: OutputStream;
  readonly text: string;
}
