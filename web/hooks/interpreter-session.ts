/**
 * One interpreter in its worker, from this side: gives it work, relays its output, runs the commands that its scripts call, and ends it
 * when it does not stop by itself.
 * Above: worker-script-runner.ts. Below: protocol.ts; whoever starts workers.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type { CommandFiles } from "../../drivers/base/command.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import type { ScriptCommand, ScriptCommandResult } from "../exporter/script-runner.ts";
import { FileCalls } from "./file-calls.ts";
import { MAX_COMMAND_OUTPUT_CHARACTERS, MAX_COMMANDS_IN_FLIGHT, STOP_GRACE_MS } from "./limits.ts";
import { type FromInterpreter, INTERRUPTED, type OutputStream, type ToInterpreter } from "./protocol.ts";

/** A worker that runs serve-interpreter.ts. */
export interface InterpreterWorker {
  /** @param transfer What is given away with it. */
  post(message: ToInterpreter, transfer?: readonly ArrayBuffer[]): void;
  /** End it, whatever it does. */
  terminate(): void;
}

export type StartWorker = (on: {
  onMessage(message: FromInterpreter): void;
  /** It could not be loaded, or threw. The text may be empty. */
  onError(text: string): void;
}) => InterpreterWorker;

export interface InterpreterSessionOptions {
  readonly createWorker: StartWorker;
  readonly clock: Clock;
  readonly commands: Readonly<Record<string, ScriptCommand>>;
  onOutput(stream: OutputStream, text: string): void;
  onOutputBound(): void;
}

export interface Done {
  /** 130 when it was told to stop. */
  readonly exitCode: number;
  readonly resultFile: string | undefined;
  /** Undefined when it was ended. */
  readonly cwd: string | undefined;
}

const STOPPED: Done = { exitCode: INTERRUPTED, resultFile: undefined, cwd: undefined };

export class InterpreterSession {
  readonly #options: InterpreterSessionOptions;
  readonly #worker: InterpreterWorker;
  #loaded = false;
  #over = false;
  /** Commands of ours at work, and what ends each of them. */
  readonly #commands = new Map<number, AbortController>();
  /** What these ask of the script's files. */
  readonly #files = new FileCalls((message, transfer) => this.#worker.post(message, transfer));
  /** What it does now: its end, and the signal of its commands. */
  #work: { readonly end: PromiseWithResolvers<Done>; readonly stop: AbortController } | undefined;
  #failure: Error | undefined;

  constructor(options: InterpreterSessionOptions) {
    this.#options = options;
    this.#worker = options.createWorker({
      onMessage: (message) => this.#receive(message),
      onError: (text) => this.#fail(text),
    });
  }

  /** It is ended, and does nothing more. */
  get over(): boolean {
    return this.#over;
  }

  /** One piece of work at a time. */
  async do(
    message: Extract<ToInterpreter, { kind: "run" | "open" | "line" }>,
    { signal }: { signal: AbortSignal },
  ): Promise<Done> {
    if (this.#failure !== undefined) throw this.#failure;
    if (signal.aborted) return STOPPED;
    if (this.#over) throw new Error("the script interpreter is ended");
    if (this.#work !== undefined) throw new Error("the script interpreter is at work: one line at a time");
    const work = { end: Promise.withResolvers<Done>(), stop: new AbortController() };
    this.#work = work;
    signal.addEventListener("abort", () => void this.#stop(), { signal: work.stop.signal });
    try {
      this.#worker.post(message);
      const done = await work.end.promise;
      return signal.aborted ? { ...done, exitCode: INTERRUPTED } : done;
    } finally {
      this.#work = undefined;
      work.stop.abort();
    }
  }

  /** End it now. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#worker.terminate();
    this.#files.end();
    this.#work?.stop.abort();
    this.#work?.end.resolve(STOPPED);
  }

  async #stop(): Promise<void> {
    const work = this.#work;
    if (work === undefined) return;
    this.#worker.post({ kind: "stop" });
    work.stop.abort();
    const stopped = new AbortController();
    const late = this.#options.clock.sleep(STOP_GRACE_MS, { signal: stopped.signal }).then(
      () => true,
      () => false,
    );
    void work.end.promise.catch(() => undefined).then(() => stopped.abort());
    if (await late) this.end();
  }

  #receive(message: FromInterpreter): void {
    if (this.#over) return;
    const { onOutput, onOutputBound } = this.#options;
    switch (message.kind) {
      case "ready":
        this.#loaded = true;
        break;
      case "output":
        for (const { stream, text } of message.pieces) onOutput(stream, text);
        break;
      case "output-bound":
        onOutputBound();
        break;
      case "command":
        void this.#runCommand(message);
        break;
      case "command-stop":
        this.#commands.get(message.id)?.abort();
        break;
      case "file":
        this.#files.receive(message);
        break;
      case "done":
        this.#work?.end.resolve(message);
        break;
      case "broken":
        this.#fail(message.message);
        break;
    }
  }

  async #runCommand({ id, name, args, stdin }: Extract<FromInterpreter, { kind: "command" }>): Promise<void> {
    const command = Object.hasOwn(this.#options.commands, name) ? this.#options.commands[name] : undefined;
    const stopped = this.#work?.stop.signal;
    let result: ScriptCommandResult;
    if (command === undefined || stopped === undefined) {
      result = failed(127, `${name}: command not found`);
    } else if (this.#commands.size >= MAX_COMMANDS_IN_FLIGHT) {
      result = failed(1, `${name}: ${MAX_COMMANDS_IN_FLIGHT} commands are at work already: wait for one`);
    } else {
      const own = new AbortController();
      this.#commands.set(id, own);
      try {
        const signal = AbortSignal.any([stopped, own.signal]);
        const files: CommandFiles = this.#files.of(id);
        result = bounded(name, await command(args, { stdin, signal, files }));
      } catch (error) {
        result = failed(1, `${name}: ${messageOf(error)}`);
      } finally {
        this.#commands.delete(id);
      }
    }
    if (!this.#over) this.#worker.post({ kind: "command-result", id, result });
  }

  #fail(text: string): void {
    if (this.#over) return;
    const what = this.#loaded ? "the script interpreter broke" : "the script interpreter could not be loaded";
    const cure = this.#loaded ? "" : "; reload the page, or see whether the relay still runs";
    this.#failure = new Error(`${what}${text === "" ? "" : `: ${text}`}${cure}`);
    const work = this.#work;
    this.#work = undefined;
    this.end();
    work?.stop.abort();
    work?.end.reject(this.#failure);
  }
}

function failed(exitCode: number, sentence: string): ScriptCommandResult {
  return { exitCode, stdout: "", stderr: `${sentence}\n` };
}

function bounded(name: string, { exitCode, stdout, stderr }: ScriptCommandResult): ScriptCommandResult {
  if (Math.max(stdout.length, stderr.length) <= MAX_COMMAND_OUTPUT_CHARACTERS) {
    return { exitCode, stdout, stderr };
  }
  const note = `\n${name}: its output is cut after ${MAX_COMMAND_OUTPUT_CHARACTERS} characters\n`;
  const cut = (text: string): string => text.slice(0, MAX_COMMAND_OUTPUT_CHARACTERS);
  return { exitCode, stdout: cut(stdout), stderr: cut(stderr) + note };
}
