/**
 * The interpreter's end of the conversation with the exporter's worker.
 * Above: script-worker.ts. Below: interpreter.ts, bounded-output.ts.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import { MAX_RESULT_FILE_BYTES, type ScriptCommandResult } from "../exporter/script-runner.ts";
import { answerFileRequest } from "./answer-file-request.ts";
import { BoundedOutput } from "./bounded-output.ts";
import { type CommandCall, Interpreter } from "./interpreter.ts";
import { MAX_COMMAND_INPUT_CHARACTERS, MAX_SCRIPT_CHARACTERS } from "./limits.ts";
import type { FromInterpreter, ToInterpreter } from "./protocol.ts";

export interface InterpreterPlatform {
  readonly clock: Clock;
  /** @param transfer What is given away with it. */
  post(message: FromInterpreter, transfer?: readonly ArrayBuffer[]): void;
}

/** @returns What takes the messages of the other side. */
export function serveInterpreter(platform: InterpreterPlatform): (message: ToInterpreter) => void {
  const server = new InterpreterServer(platform);
  platform.post({ kind: "ready" });
  return (message) => server.receive(message);
}

class InterpreterServer {
  readonly #platform: InterpreterPlatform;
  /** Commands of ours at work: what takes the result, and the files that they may ask for. */
  readonly #commands = new Map<
    number,
    { readonly files: CommandCall["files"]; resolve(result: ScriptCommandResult): void }
  >();
  #nextCommand = 1;
  #output: BoundedOutput;
  #shell: Interpreter | undefined;
  #stop = new AbortController();

  constructor(platform: InterpreterPlatform) {
    this.#platform = platform;
    this.#output = this.#newOutput();
  }

  receive(message: ToInterpreter): void {
    switch (message.kind) {
      case "run":
        this.#do(async () => {
          const interpreter = this.#newInterpreter(message);
          if (message.resultFile !== undefined) await interpreter.writeFile(message.resultFile, "");
          return { interpreter, script: message.script, resultFile: message.resultFile };
        });
        break;
      case "open":
        this.#shell = this.#newInterpreter(message);
        this.#done(0, undefined, this.#shell);
        break;
      case "line":
        this.#do(async () => {
          if (this.#shell === undefined) throw new Error("a line came before its shell");
          return { interpreter: this.#shell, script: message.line, resultFile: undefined };
        });
        break;
      case "stop":
        this.#stop.abort();
        break;
      case "command-result":
        this.#commands.get(message.id)?.resolve(message.result);
        this.#commands.delete(message.id);
        break;
      case "file-request":
        void answerFileRequest(message, this.#commands.get(message.command)?.files).then((answer) =>
          this.#platform.post(answer, answer.ok && answer.bytes !== undefined ? [answer.bytes.buffer] : []),
        );
        break;
    }
  }

  #do(
    prepare: () => Promise<{ interpreter: Interpreter; script: string; resultFile: string | undefined }>,
  ): void {
    this.#stop = new AbortController();
    this.#output = this.#newOutput();
    this.#run(prepare, this.#stop.signal).catch((error: unknown) => {
      this.#output.end();
      this.#platform.post({ kind: "broken", message: messageOf(error) });
    });
  }

  async #run(
    prepare: () => Promise<{ interpreter: Interpreter; script: string; resultFile: string | undefined }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { interpreter, script, resultFile } = await prepare();
    let exitCode: number;
    if (script.length > MAX_SCRIPT_CHARACTERS) {
      const text = `bash: the script has ${script.length} characters, at most ${MAX_SCRIPT_CHARACTERS} can run: shorten it\n`;
      this.#output.write("stderr", text);
      exitCode = 126;
    } else {
      exitCode = await interpreter.run(script, { signal });
    }
    this.#output.end();
    const content =
      resultFile === undefined ? undefined : await interpreter.readFile(resultFile, MAX_RESULT_FILE_BYTES);
    this.#done(exitCode, content, interpreter);
  }

  #done(exitCode: number, resultFile: string | undefined, { cwd }: Interpreter): void {
    this.#platform.post({ kind: "done", exitCode, resultFile, cwd });
  }

  #newOutput(): BoundedOutput {
    return new BoundedOutput((message) => this.#platform.post(message), this.#platform.clock);
  }

  #newInterpreter(message: Extract<ToInterpreter, { kind: "run" | "open" }>): Interpreter {
    const { clock } = this.#platform;
    return new Interpreter({
      env: message.env,
      commands: message.commands,
      write: (stream, content) => this.#output.write(stream, content),
      runCommand: (name, args, options) => this.#runCommand(name, args, options),
      sleep: (ms, options) => clock.sleep(ms, options),
    });
  }

  #runCommand(
    name: string,
    args: readonly string[],
    { stdin, files, signal }: CommandCall,
  ): Promise<ScriptCommandResult> {
    const characters = args.reduce((sum, arg) => sum + arg.length, stdin.length);
    if (characters > MAX_COMMAND_INPUT_CHARACTERS) {
      const stderr = `${name}: its arguments and input have ${characters} characters, at most ${MAX_COMMAND_INPUT_CHARACTERS} can be given\n`;
      return Promise.resolve({ exitCode: 1, stdout: "", stderr });
    }
    // What the script has said so far comes before what the command does.
    this.#output.flush();
    const id = this.#nextCommand++;
    const over = new AbortController();
    return new Promise((resolve) => {
      this.#commands.set(id, {
        files,
        resolve(result) {
          over.abort();
          resolve(result);
        },
      });
      this.#platform.post({ kind: "command", id, name, args, stdin });
      const stop = (): void => this.#platform.post({ kind: "command-stop", id });
      if (signal?.aborted === true) stop();
      else signal?.addEventListener("abort", stop, { once: true, signal: over.signal });
    });
  }
}
