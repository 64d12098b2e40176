/**
 * Python snippets against the real client library of one release: the end of python/agent.py in this process.
 * Above: fixtures.ts. Below: child.ts, python/agent.py. One agent serves a whole Playwright worker, because importing
 * the library takes a second; each snippet gets a connection of its own.
 */

import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { JsonValue } from "../../drivers/base/json.ts";
import { NEWEST, type Release, venvOf } from "../../scripts/prepare-python.ts";
import { Child } from "./child.ts";
import { clientEnvironment, type Endpoint, shellEnvironment } from "./jumpstarter.ts";

const AGENT = fileURLToPath(new URL("../python/agent.py", import.meta.url));

/** What a snippet raised. */
export class PythonError extends Error {
  override readonly name = "PythonError";
  /** Class names of the exception, from its own to `object`: `["DriverInvalidArgument", "DriverError", …]`. */
  readonly classes: readonly string[];
  readonly traceback: string;

  constructor(message: string, classes: readonly string[], traceback: string) {
    super(message);
    this.classes = classes;
    this.traceback = traceback;
  }
}

interface Answer {
  readonly id: number;
  readonly result?: JsonValue;
  readonly error?: {
    readonly message: string;
    readonly classes: readonly string[];
    readonly traceback: string;
  };
}

export type SnippetKind =
  /** `client` from `env()` is in scope. */
  | "client"
  /** Generated stubs over a plain gRPC channel: `exporter`, `router`, `key`, `pb`, `outcome` are in scope. */
  | "raw"
  /** Nothing is in scope but the arguments. */
  | "plain";

export interface SnippetOptions {
  /** Names that the snippet can use. */
  readonly args?: Readonly<Record<string, JsonValue>>;
  readonly set?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** 60 s: no snippet but the idle one needs longer. */
const SNIPPET_TIMEOUT_MS = 60_000;

export class PythonAgent implements AsyncDisposable {
  readonly #home: string;
  readonly #release: Release;
  #child: Child | undefined;
  #next = 1;
  #waiting = new Map<number, (answer: Answer) => void>();

  constructor(home: string, release: Release = NEWEST) {
    this.#home = home;
    this.#release = release;
  }

  /**
   * Run a snippet; it resolves with what the snippet left in `result`.
   *
   * @throws PythonError when the snippet raised.
   */
  async run(
    kind: SnippetKind,
    endpoint: Endpoint | undefined,
    snippet: string,
    { args = {}, set = {}, timeoutMs = SNIPPET_TIMEOUT_MS }: SnippetOptions = {},
  ): Promise<JsonValue> {
    const child = this.#agent();
    const id = this.#next++;
    const answered = Promise.withResolvers<Answer>();
    this.#waiting.set(id, answered.resolve);
    const env = { ...(endpoint === undefined ? {} : shellEnvironment(endpoint)), ...set };
    child.process.stdin.write(`${JSON.stringify({ id, kind, env, args, snippet: dedent(snippet) })}\n`);
    const late = setTimeout(() => {
      answered.reject(
        new Error(`the snippet still ran after ${timeoutMs} ms:\n${dedent(snippet)}\n${child.stderr}`),
      );
      // The agent hangs in this snippet: the next one gets a new agent.
      this.#child = undefined;
      child.killGroup("SIGKILL");
    }, timeoutMs);
    // The bare end: ended() has a time limit, and one agent outlives every snippet's.
    const gone = child.end.then((ended) => {
      throw new Error(`the Python agent ended with ${ended.code ?? ended.signal}:\n${ended.stderr}`);
    });
    gone.catch(() => undefined); // it only matters while a snippet waits
    try {
      const answer = await Promise.race([answered.promise, gone]);
      if (answer.error !== undefined) {
        throw new PythonError(answer.error.message, answer.error.classes, answer.error.traceback);
      }
      return answer.result ?? null;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(id);
    }
  }

  /** SIGKILL: the client dies without a word. Snippets that run reject. */
  kill(): void {
    this.#child?.killGroup("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child?.[Symbol.asyncDispose]();
  }

  #agent(): Child {
    if (this.#child?.running) return this.#child;
    const child = new Child(`${venvOf(this.#release)}/bin/python`, [AGENT], {
      env: clientEnvironment(this.#home, this.#release),
      keepStdin: true,
    });
    const lines = createInterface({ input: child.process.stdout });
    lines.on("line", (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.(answer);
    });
    this.#child = child;
    return child;
  }
}

/** Strip the indentation that a snippet has inside a TypeScript file. */
function dedent(text: string): string {
  const lines = text
    .split("\n")
    .filter((line, index, all) => line.trim() !== "" || (index > 0 && index < all.length - 1));
  const indent = Math.min(
    ...lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length),
  );
  return lines.map((line) => line.slice(indent)).join("\n");
}
