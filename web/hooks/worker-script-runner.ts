/**
 * Runs scripts in workers: starts one for each, does what its script asks of us, and ends it, in any case.
 * No flow control is needed: what a worker may send of one script is bounded (MAX_SCRIPT_OUTPUT_CHARACTERS, and one command at a time).
 * Above: create-script-runner.ts (and tests) hand it the way to start a worker. Below: nothing; the worker runs serve-interpreter.ts.
 * Specification: web/exporter/script-runner.ts.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type {
  ScriptRequest,
  ScriptResult,
  ScriptRunner,
  ScriptShell,
  ShellRequest,
} from "../exporter/script-runner.ts";
import { InterpreterSession, type StartWorker } from "./interpreter-session.ts";
import { MAX_SCRIPT_OUTPUT_CHARACTERS } from "./limits.ts";
import { LineSplitter } from "./line-splitter.ts";
import { HOME, INTERRUPTED } from "./protocol.ts";

const OUTPUT_BOUND = `the output is longer than ${MAX_SCRIPT_OUTPUT_CHARACTERS} characters: the rest of it is left out`;

const SHELL_ENDED = "\r\nthe shell has ended; a new one begins, without its files and variables\r\n";

export interface WorkerScriptRunnerOptions {
  readonly createWorker: StartWorker;
  readonly clock: Clock;
}

export class WorkerScriptRunner implements ScriptRunner {
  readonly #options: WorkerScriptRunnerOptions;

  constructor(options: WorkerScriptRunnerOptions) {
    this.#options = options;
  }

  async run(request: ScriptRequest, { signal }: { signal: AbortSignal }): Promise<ScriptResult> {
    if (signal.aborted) return { exitCode: INTERRUPTED, resultFile: undefined };
    const lines = new LineSplitter((line) => request.onLine(line));
    const session = new InterpreterSession({
      ...this.#options,
      commands: request.commands,
      onOutput: (_stream, text) => lines.push(text),
      onOutputBound: () => {
        lines.end();
        lines.push(OUTPUT_BOUND);
      },
    });
    try {
      const { script, env, resultFile, commands } = request;
      const message = { kind: "run", script, env, resultFile, commands: Object.keys(commands) } as const;
      const done = await session.do(message, { signal });
      return { exitCode: done.exitCode, resultFile: done.resultFile };
    } finally {
      session.end();
      lines.end();
    }
  }

  async open(request: ShellRequest, { signal }: { signal: AbortSignal }): Promise<ScriptShell> {
    const shell = new WorkerShell(request, this.#options);
    try {
      signal.throwIfAborted();
      await shell.begin({ signal });
      signal.throwIfAborted();
      return shell;
    } catch (error) {
      await shell[Symbol.asyncDispose]();
      throw error;
    }
  }
}

class WorkerShell implements ScriptShell {
  readonly #request: ShellRequest;
  readonly #options: WorkerScriptRunnerOptions;
  #session: InterpreterSession | undefined;
  #ended = false;
  #cwd = HOME;

  constructor(request: ShellRequest, options: WorkerScriptRunnerOptions) {
    this.#request = request;
    this.#options = options;
  }

  get cwd(): string {
    return this.#cwd;
  }

  async begin({ signal }: { signal: AbortSignal }): Promise<InterpreterSession> {
    const { env, commands, onOutput } = this.#request;
    const session = new InterpreterSession({
      ...this.#options,
      commands,
      onOutput: (stream, text) => onOutput(stream, text),
      onOutputBound: () => onOutput("stderr", `\r\n${OUTPUT_BOUND}\r\n`),
    });
    this.#session = session;
    const { cwd } = await session.do({ kind: "open", env, commands: Object.keys(commands) }, { signal });
    this.#cwd = cwd ?? HOME;
    return session;
  }

  async run(
    line: string,
    { signal }: { signal: AbortSignal },
  ): Promise<{ readonly exitCode: number; readonly cwd: string }> {
    if (this.#ended) throw new Error("the shell is closed");
    if (signal.aborted) return { exitCode: INTERRUPTED, cwd: this.#cwd };
    const session = this.#session ?? (await this.begin({ signal }));
    try {
      const { exitCode, cwd = HOME } = await session.do({ kind: "line", line }, { signal });
      this.#cwd = cwd;
      return { exitCode, cwd };
    } finally {
      if (session.over && !this.#ended) {
        // The next line starts another one.
        this.#session = undefined;
        this.#cwd = HOME;
        this.#request.onOutput("stderr", SHELL_ENDED);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#session?.end();
    this.#session = undefined;
  }
}
