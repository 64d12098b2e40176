/**
 * A load generator: one Python process that measures whichever exporter it is told to.
 * Above: comparison.ts. Below: load.py, program.ts.
 */

import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Answer, Measure } from "./measures.ts";
import { Program } from "./program.ts";
import type { Endpoint } from "./systems.ts";

const SCRIPT = fileURLToPath(new URL("load.py", import.meta.url));

/** 60 s beyond the measure itself: what load.py waits for, a start and a stream's tail, is within 45 s. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Versions by the name of the package; `python` is the interpreter. */
export type LoadVersions = Readonly<Record<string, string>>;

type Line = { readonly result: Answer } | { readonly error: string };

/** The exporter did not do what it was asked, or not right. */
export class MeasureError extends Error {
  override readonly name = "MeasureError";
}

export class LoadGenerator implements AsyncDisposable {
  readonly versions: LoadVersions;
  readonly #program: Program;
  readonly #lines: AsyncIterator<string>;
  readonly #signal: AbortSignal;

  private constructor(
    program: Program,
    lines: AsyncIterator<string>,
    signal: AbortSignal,
    versions: LoadVersions,
  ) {
    this.#program = program;
    this.#lines = lines;
    this.#signal = signal;
    this.versions = versions;
  }

  static async start(options: {
    venv: string;
    env: NodeJS.ProcessEnv;
    folder: string;
    /** A name in `folder`. */
    log: string;
    signal: AbortSignal;
  }): Promise<LoadGenerator> {
    const program = await Program.start(`${options.venv}/bin/python`, [SCRIPT], {
      title: "the load generator",
      env: options.env,
      cwd: options.folder,
      log: `${options.folder}/${options.log}`,
    });
    try {
      const reader: Interface = createInterface({ input: program.stdout });
      const lines = reader[Symbol.asyncIterator]();
      const versions = (await nextLine(program, lines, options.signal, ANSWER_TIMEOUT_MS)) as LoadVersions;
      return new LoadGenerator(program, lines, options.signal, versions);
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#program.pid;
  }

  /**
   * Take a measure of one exporter.
   *
   * @throws MeasureError when the exporter failed it.
   */
  async measure({ load }: Pick<Measure, "load">, seconds: number, endpoint: Endpoint): Promise<Answer> {
    return await this.#ask(load.name, endpoint, { seconds, ...load.options }, seconds * 1000);
  }

  /** Send so many byte streams, as fast as they go; resolves when they flow. */
  async startBulk(count: number, endpoint: Endpoint): Promise<void> {
    await this.#ask("bulk-start", endpoint, { count });
  }

  /** End them. @returns `bulkRate`, in MiB/s, and `bulkBytes`. */
  async stopBulk(endpoint: Endpoint): Promise<Answer> {
    return await this.#ask("bulk-stop", endpoint, {});
  }

  async #ask(
    measure: string,
    { address, passphrase }: Endpoint,
    options: Readonly<Record<string, number>>,
    takesMs = 0,
  ): Promise<Answer> {
    this.#program.stdin.write(`${JSON.stringify({ measure, address, passphrase, options })}\n`);
    const timeoutMs = takesMs + ANSWER_TIMEOUT_MS;
    const line = (await nextLine(this.#program, this.#lines, this.#signal, timeoutMs)) as Line;
    if ("error" in line) throw new MeasureError(line.error);
    return line.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

async function nextLine(
  program: Program,
  lines: AsyncIterator<string>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<unknown> {
  const next = await program.during(lines.next(), { signal, timeoutMs, what: "answered" });
  if (next.done === true) throw new Error(`the load generator ended:\n${await program.logTail()}`);
  return JSON.parse(next.value);
}
