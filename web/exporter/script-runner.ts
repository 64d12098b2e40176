/**
 * Running a script away from everything else: what hooks need of an interpreter, and the page's own shell.
 * Above: the exporter's hooks, exporter-host.ts. Below: nothing; web/hooks/ implements it in a worker of its own.
 * Specification: Jumpstarter's hooks (environment, output line by line, exit code).
 */

import type { CommandFiles } from "../../drivers/base/command.ts";

/** Runs scripts. Nothing of the machine is within their reach: their files are in memory, and gone with them. */
export interface ScriptRunner {
  /**
   * Run to the end, or until the signal is aborted; then it is ended whatever it does, and the result says so.
   * Rejects with a sentence only when the interpreter itself could not be loaded or broke.
   */
  run(script: ScriptRequest, options: { signal: AbortSignal }): Promise<ScriptResult>;

  /** A shell that keeps its files, variables and working directory between lines. Rejects as `run` does. */
  open(shell: ShellRequest, options: { signal: AbortSignal }): Promise<ScriptShell>;
}

export interface ScriptRequest {
  readonly script: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A file it may write; what is in it at the end is in the result. */
  readonly resultFile: string | undefined;
  /** Commands beside the interpreter's own, by name. */
  readonly commands: Readonly<Record<string, ScriptCommand>>;
  /**
   * A line of output (both streams, in their order), as soon as it is there: without its line break and trailing spaces, never
   * empty, at most MAX_SCRIPT_LINE_CHARACTERS. Past the bound of a script's output one line says that the rest is left out.
   */
  onLine(line: string): void;
}

/** A command of ours: it never rejects, what goes wrong is text on `stderr` and an exit code. */
export type ScriptCommand = (
  args: readonly string[],
  options: {
    readonly stdin: string;
    readonly signal: AbortSignal;
    /** The script's own files; absent where an interpreter gives none. */
    readonly files?: CommandFiles | undefined;
  },
) => Promise<ScriptCommandResult>;

export interface ScriptCommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScriptResult {
  /** 0 to 255. 130 when the signal was aborted. */
  readonly exitCode: number;
  /** At most MAX_RESULT_FILE_BYTES of it, as text; undefined when there was none, or it was not a file. */
  readonly resultFile: string | undefined;
}

export interface ShellRequest extends Omit<ScriptRequest, "script" | "resultFile" | "onLine"> {
  /** Output as it comes, in pieces. */
  onOutput(stream: "stdout" | "stderr", text: string): void;
}

export interface ScriptShell extends AsyncDisposable {
  /** Its working directory. */
  readonly cwd: string;
  /** Run one line; one at a time. Resolves with 130 when the signal was aborted. */
  run(
    line: string,
    options: { signal: AbortSignal },
  ): Promise<{ readonly exitCode: number; readonly cwd: string }>;
}

/** 16 KiB: as the log's own lines. */
export const MAX_SCRIPT_LINE_CHARACTERS = 16 * 1024;

/** 64 KiB: what Jumpstarter reads of a hook's motd file. */
export const MAX_RESULT_FILE_BYTES = 64 * 1024;
