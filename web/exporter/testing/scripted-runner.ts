/**
 * An interpreter whose scripts a test plays by hand: it sees each request, says lines, and lets it end as it likes.
 * Above: tests of hooks. Below: script-runner.ts. As unkind as real ones: `deaf` ones do not hear that they are ended.
 */

import type { ScriptRequest, ScriptResult, ScriptRunner, ScriptShell } from "../script-runner.ts";

export class PlayedScript {
  readonly request: ScriptRequest;
  readonly signal: AbortSignal;
  readonly result: Promise<ScriptResult>;
  readonly #settle = Promise.withResolvers<ScriptResult>();

  constructor(request: ScriptRequest, signal: AbortSignal, deaf: boolean) {
    this.request = request;
    this.signal = signal;
    this.result = this.#settle.promise;
    if (deaf) return;
    const interrupted = (): void => this.exit(130);
    if (signal.aborted) interrupted();
    else signal.addEventListener("abort", interrupted, { once: true });
  }

  say(line: string): void {
    this.request.onLine(line);
  }

  exit(exitCode: number, resultFile?: string): void {
    this.#settle.resolve({ exitCode, resultFile });
  }

  break(error: Error): void {
    this.#settle.reject(error);
  }
}

export class ScriptedRunner implements ScriptRunner {
  readonly played: PlayedScript[] = [];
  readonly #deaf: boolean;

  constructor({ deaf = false } = {}) {
    this.#deaf = deaf;
  }

  /** The script that runs, or ran last. */
  get last(): PlayedScript {
    const last = this.played.at(-1);
    if (last === undefined) throw new Error("no script has run yet");
    return last;
  }

  /** Texts of all scripts that ran, in their order. */
  get scripts(): readonly string[] {
    return this.played.map(({ request }) => request.script);
  }

  run(request: ScriptRequest, { signal }: { signal: AbortSignal }): Promise<ScriptResult> {
    const script = new PlayedScript(request, signal, this.#deaf);
    this.played.push(script);
    return script.result;
  }

  open(): Promise<ScriptShell> {
    return Promise.reject(new Error("this runner has no shell"));
  }
}
