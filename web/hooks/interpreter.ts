/**
 * just-bash with live output, bounds, and commands of ours: runs one script after the other over the same files.
 * Nothing of the machine is within its reach: files are in memory, and there is no command that reaches a network.
 * Above: serve-interpreter.ts. Below: just-bash; live-output.ts makes its output come at once; timeout-command.ts.
 */

import { Bash, type Command, type CommandName, getCommandNames } from "just-bash/browser";
import type { CommandFiles } from "../../drivers/base/command.ts";
import type { ScriptCommandResult } from "../exporter/script-runner.ts";
import { inBashWords } from "./bash-words.ts";
import { INTERPRETER_LIMITS } from "./limits.ts";
import { LIVE_FILES, LiveFiles } from "./live-files.ts";
import { withLiveOutput } from "./live-output.ts";
import { HOME, INTERRUPTED, type OutputStream } from "./protocol.ts";
import { scriptFiles } from "./script-files.ts";
import { timeoutCommand } from "./timeout-command.ts";

/** They need what a browser does not have. */
const NOT_IN_A_BROWSER: ReadonlySet<string> = new Set(["gzip", "gunzip", "zcat"]);

const BUNDLED = getCommandNames().filter((name): name is CommandName => !NOT_IN_A_BROWSER.has(name));

export interface InterpreterOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Names of commands of ours. */
  readonly commands: readonly string[];
  readonly write: (stream: OutputStream, content: string | Uint8Array) => void;
  readonly runCommand: (
    name: string,
    args: readonly string[],
    call: CommandCall,
  ) => Promise<ScriptCommandResult>;
  readonly sleep: (ms: number, options: { signal: AbortSignal }) => Promise<void>;
}

/** What a command of ours gets with its arguments. */
export interface CommandCall {
  readonly stdin: string;
  /** The script's files, from where the command runs. */
  readonly files: CommandFiles;
  /** The command's own end, as by `timeout`; it resolves soon after. */
  readonly signal: AbortSignal | undefined;
}

export class Interpreter {
  readonly #options: InterpreterOptions;
  readonly #files: LiveFiles;
  #env: Readonly<Record<string, string>>;
  #cwd = HOME;

  constructor(options: InterpreterOptions) {
    this.#options = options;
    this.#files = new LiveFiles((stream, content) => this.#write(stream, content));
    this.#env = {
      HOME,
      USER: "jumptab",
      LOGNAME: "jumptab",
      SHELL: "/bin/bash",
      PATH: "/usr/local/bin:/usr/bin:/bin",
      ...options.env,
    };
  }

  get cwd(): string {
    return this.#cwd;
  }

  /** Files, variables and the working directory stay for the next one. */
  async run(script: string, { signal }: { signal: AbortSignal }): Promise<number> {
    const { sleep } = this.#options;
    const own = new Map(this.#options.commands.map((name) => [name, this.#command(name)] as const));
    await this.#files.mkdir(HOME, { recursive: true });
    await this.#files.mkdir("/tmp", { recursive: true });
    const bash = new Bash({
      fs: this.#files,
      env: { ...this.#env },
      cwd: this.#cwd,
      commands: BUNDLED,
      executionLimits: INTERPRETER_LIMITS,
      // A thing for hosts with something to protect; here is a worker with nothing in it.
      defenseInDepth: false,
      customCommands: [...own.values(), timeoutCommand({ own, sleep }), noTrap],
      sleep: (ms) => sleep(ms, { signal }).catch(() => undefined),
    });
    this.#rewriteOnce(bash);
    const result = await bash.exec(script, { rawScript: true, signal });
    if (signal.aborted) return INTERRUPTED;
    this.#write("stdout", result.stdout);
    this.#write("stderr", result.stderr);
    this.#env = variables(result.env);
    const { PWD: cwd = this.#cwd } = result.env;
    this.#cwd = cwd;
    return result.exitCode & 0xff;
  }

  async writeFile(path: string, content: string): Promise<void> {
    await this.#files.mkdir(path.replace(/\/[^/]*$/, "") || "/", { recursive: true });
    await this.#files.writeFile(path, content);
  }

  /** The beginning of a file; undefined when there is none, or it is not a file. */
  async readFile(path: string, maxBytes: number): Promise<string | undefined> {
    if (!(await this.#files.exists(path)) || !(await this.#files.stat(path)).isFile) return undefined;
    const bytes = await this.#files.readFileBuffer(path);
    // With `stream`, a character that the bound cuts is left out.
    return new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: bytes.length > maxBytes });
  }

  #write(stream: OutputStream, content: string | Uint8Array): void {
    const text = stream === "stderr" && typeof content === "string" ? inBashWords(content) : content;
    this.#options.write(stream, text);
  }

  /** Plugins also see what scripts run in shells of their own, where our descriptors are not open. */
  #rewriteOnce(bash: Bash): void {
    let first = true;
    const commands = new Set<string>([...BUNDLED, ...this.#options.commands]);
    const { stdout: out, stderr: err } = LIVE_FILES;
    bash.registerTransformPlugin({
      name: "live-output",
      transform({ ast }) {
        if (!first) return { ast };
        first = false;
        return { ast: withLiveOutput(ast, { out, err, commands }) };
      },
    });
  }

  #command(name: string): Command {
    const { runCommand } = this.#options;
    return {
      name,
      execute: async (args, { stdin, signal, fs, cwd }) => {
        const bytes = Uint8Array.from(String(stdin), (char) => char.charCodeAt(0));
        const call = { stdin: new TextDecoder().decode(bytes), files: scriptFiles(fs, cwd), signal };
        return { ...(await runCommand(name, args, call)), stdoutKind: "text" };
      },
    };
  }
}

/** Said once and clearly: a script that cleans up in a trap would never do it. */
const noTrap: Command = {
  name: "trap",
  execute: async () => ({
    stdout: "",
    stderr: "bash: trap: scripts in this page have no traps; put what it does at the script's end\n",
    exitCode: 1,
  }),
};

/** What the next line's shell may take over; the rest it sets by itself. */
function variables(env: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(env).filter(
    ([name]) => /^[A-Za-z_]\w*$/.test(name) && !["SHELLOPTS", "BASHOPTS", "PWD"].includes(name),
  );
  return Object.fromEntries(own);
}
