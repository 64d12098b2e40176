/**
 * Child processes of the tests: each with a process group of its own, a time limit, and its output kept.
 * Above: the other files of support/. Below: node:child_process. Linux and macOS.
 */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Written to standard input at once. Standard input is then closed, unless `keepStdin`. */
  readonly stdin?: string | Uint8Array;
  readonly keepStdin?: boolean;
}

/** How a process ended. */
export interface Ended {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order they came. */
  readonly output: string;
  readonly milliseconds: number;
}

/** 60 s: well above what one client needs on a busy machine. */
export const CHILD_TIMEOUT_MS = 60_000;

/** A running process and its whole group. Dispose of it to end what is left of the group. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  stdout = "";
  stderr = "";
  output = "";
  #started = performance.now();
  #watchers = new Set<() => void>();
  /** How the process ended, whenever that is; it kills nothing. Rejects when the process did not start. */
  readonly end: Promise<Ended>;

  constructor(command: string, args: readonly string[], options: ChildOptions = {}) {
    const { env = process.env, cwd } = options;
    this.process = spawn(command, args, { env, ...(cwd === undefined ? {} : { cwd }), detached: true });
    this.process.stdout.setEncoding("utf8").on("data", (text: string) => this.#add("stdout", text));
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => this.#add("stderr", text));
    // A process that ends without reading its input is no fault of the test.
    this.process.stdin.on("error", () => undefined);
    if (options.stdin !== undefined) this.process.stdin.write(options.stdin);
    if (!options.keepStdin) this.process.stdin.end();
    this.end = new Promise((resolve, reject) => {
      this.process.on("error", reject);
      this.process.on("close", (code, signal) => {
        const { stdout, stderr, output } = this;
        resolve({ code, signal, stdout, stderr, output, milliseconds: performance.now() - this.#started });
        this.#changed();
      });
    });
    this.end.catch(() => undefined); // said to whoever waits for the end
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error("the process did not start");
    return this.process.pid;
  }

  get running(): boolean {
    return (
      this.process.exitCode === null && this.process.signalCode === null && this.process.pid !== undefined
    );
  }

  /** Wait for the end, at most `timeoutMs`; past that the whole group is killed and this rejects. */
  async ended(timeoutMs: number = CHILD_TIMEOUT_MS): Promise<Ended> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.killGroup("SIGKILL");
      late.reject(
        new Error(
          `${this.process.spawnargs.join(" ")} still ran after ${timeoutMs} ms; it said:\n${this.output}`,
        ),
      );
    }, timeoutMs);
    try {
      return await Promise.race([this.end, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Wait until the output of one kind matches; rejects when the process ends or `timeoutMs` pass first. */
  async saw(
    pattern: RegExp,
    from: "stdout" | "stderr" | "output" = "output",
    timeoutMs = 30_000,
  ): Promise<RegExpExecArray> {
    const found = Promise.withResolvers<RegExpExecArray>();
    const fail = (why: string): void =>
      found.reject(
        new Error(`${this.process.spawnargs.join(" ")} ${why} ${pattern}; it said:\n${this.output}`),
      );
    const look = (): void => {
      const match = pattern.exec(this[from]);
      if (match !== null) found.resolve(match);
      else if (!this.running) fail("ended without saying");
    };
    const timer = setTimeout(() => fail(`did not say within ${timeoutMs} ms`), timeoutMs);
    this.#watchers.add(look);
    this.end.catch((error) => found.reject(error));
    try {
      look();
      return await found.promise;
    } finally {
      this.#watchers.delete(look);
      clearTimeout(timer);
    }
  }

  /** To the process alone. */
  kill(signal: NodeJS.Signals): void {
    if (this.running) process.kill(this.pid, signal);
  }

  /** To the process and everything it started in its group. */
  killGroup(signal: NodeJS.Signals): void {
    if (this.process.pid === undefined) return;
    try {
      process.kill(-this.process.pid, signal);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error; // none is left: good
    }
  }

  /** Whether any process of the group is left. */
  get groupIsAlive(): boolean {
    if (this.process.pid === undefined) return false;
    try {
      process.kill(-this.process.pid, 0);
      return true;
    } catch {
      return false; // ESRCH: none is left
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.killGroup("SIGKILL");
    await this.end.catch(() => undefined); // it never started: nothing to wait for
  }

  #add(kind: "stdout" | "stderr", text: string): void {
    this[kind] += text;
    this.output += text;
    this.#changed();
  }

  #changed(): void {
    for (const look of this.#watchers) look();
  }
}
