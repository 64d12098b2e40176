/**
 * One program of the benchmark: a child process that ends when the benchmark does, and all that it started with it.
 * Above: systems.ts, load-generator.ts. Below: node:child_process, cpu-time.ts.
 *
 * Its standard error goes to a file: reading a pipe would take processor time from what is measured.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { type ProcessTime, readProcesses, treeOf } from "./cpu-time.ts";

/** 10 s to end in order; then it is killed. */
const STOP_TIMEOUT_MS = 10_000;

/** 4 KiB: the last lines that a program wrote, for whoever asks why it ended. */
const LOG_TAIL_BYTES = 4096;

export interface ProgramOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** For error messages. */
  readonly title: string;
  /** The file for its standard error. */
  readonly log: string;
}

export interface DuringOptions {
  /** Aborted when the benchmark is interrupted. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** What is waited for, for the error message: `printed its address`. */
  readonly what: string;
}

export class Program implements AsyncDisposable {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly #child: ChildProcess;
  readonly #options: ProgramOptions;
  readonly #ended = Promise.withResolvers<string>();

  private constructor(child: ChildProcess, options: ProgramOptions) {
    const { pid, stdin, stdout } = child;
    if (pid === undefined || stdin === null || stdout === null)
      throw new Error(`${options.title} did not start`);
    this.#child = child;
    this.#options = options;
    this.pid = pid;
    this.stdin = stdin;
    this.stdout = stdout;
    // What is written to a program that has ended is lost; its end is what counts.
    stdin.on("error", () => undefined);
    child.once("exit", (code, signal) => this.#ended.resolve(signal ?? `exit code ${code}`));
  }

  static async start(command: string, args: readonly string[], options: ProgramOptions): Promise<Program> {
    await using log = await open(options.log, "w");
    // A group of its own: Ctrl-C at our terminal reaches us alone, and we end it in order.
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["pipe", "pipe", log.fd],
      detached: true,
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return new Program(child, options);
  }

  /**
   * Wait for `work`, as long as the program runs, nobody interrupts, and it does not take too long.
   *
   * @throws Error with a sentence, and the last that the program wrote.
   */
  async during<T>(work: Promise<T>, { signal, timeoutMs, what }: DuringOptions): Promise<T> {
    const over = new AbortController();
    const failed = Promise.withResolvers<never>();
    const fail = async (sentence: string): Promise<void> =>
      failed.reject(new Error(`${sentence}. Its last lines:\n${await this.logTail()}`));
    const { title } = this.#options;
    void this.#ended.promise.then((how) => fail(`${title} ended with ${how}`));
    const timer = setTimeout(
      () => void fail(`${title} has not ${what} within ${timeoutMs / 1000} s`),
      timeoutMs,
    );
    const interrupt = (): void => failed.reject(signal.reason);
    if (signal.aborted) interrupt();
    else signal.addEventListener("abort", interrupt, { once: true, signal: over.signal });
    // Whichever loses is heard by nobody.
    work.catch(() => undefined);
    failed.promise.catch(() => undefined);
    try {
      return await Promise.race([work, failed.promise]);
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  async logTail(): Promise<string> {
    return (await readFile(this.#options.log, "utf8")).slice(-LOG_TAIL_BYTES).trim();
  }

  /** SIGTERM, and time to end in order; then SIGKILL to what is left of it and of all that it has started. */
  async [Symbol.asyncDispose](): Promise<void> {
    const family = treeOf(this.pid, await readProcesses());
    this.#child.kill("SIGTERM");
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOP_TIMEOUT_MS);
    await Promise.race([this.#ended.promise, late]);
    clearTimeout(timer);
    this.#child.kill("SIGKILL");
    await this.#ended.promise;
    await killLeft(family);
  }
}

/** Only those that are still the same process: a pid is used again. */
async function killLeft(family: readonly ProcessTime[]): Promise<void> {
  const now = await readProcesses();
  for (const { pid, started } of family) {
    if (now.get(pid)?.started !== started) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has just ended
    }
  }
}
