/**
 * Runs one hook: its environment, its lines in the log, its end in time, and what came of it.
 * Above: lifecycle.ts decides what follows. Below: script-runner.ts (the interpreter), log-ring.ts, the clock.
 * Specification: Jumpstarter's hooks; the texts are those of Python's exporter. What a runner does inside is in no log.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import type { Severity } from "../../drivers/base/log.ts";
import type { HookConfig } from "./config.ts";
import { hookEnvironment, MOTD_FILE } from "./hook-environment.ts";
import type { LogRing } from "./log-ring.ts";
import {
  MAX_RESULT_FILE_BYTES,
  type ScriptCommand,
  type ScriptResult,
  type ScriptRunner,
} from "./script-runner.ts";
import type { HookName } from "./status.ts";

/** 2 s: how long a script that was ended may take to be gone. An interpreter that does not let go is left behind. */
export const HOOK_END_GRACE_MS = 2000;

/** A hook that runs now. */
export interface RunningHook {
  readonly name: HookName;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** After so many milliseconds it is ended. */
  readonly timeoutMs: number;
}

export type HookOutcome =
  /** `motd`: what it wrote for clients, if anything. */
  | { readonly kind: "done"; readonly motd: string | undefined }
  /** `reason`: as Python's exporter says it. */
  | { readonly kind: "failed"; readonly reason: string; readonly motd: string | undefined }
  /** Its session ended in the middle of it. */
  | { readonly kind: "ended" };

export interface HookRunnerOptions {
  readonly scripts: ScriptRunner;
  /** Commands beside the interpreter's own: `j`. */
  readonly commands: () => Readonly<Record<string, ScriptCommand>>;
  readonly clock: Clock;
  readonly log: LogRing;
  onChange(): void;
}

type WhyOver = { readonly kind: "timeout"; readonly ms: number } | { readonly kind: "ended" };

interface Run extends RunningHook {
  /** End it after so many milliseconds from now, if it still runs. */
  limit(ms: number): void;
  end(why: WhyOver): void;
}

export class HookRunner {
  readonly #options: HookRunnerOptions;
  #run: Run | undefined;

  constructor(options: HookRunnerOptions) {
    this.#options = options;
  }

  get running(): RunningHook | undefined {
    return this.#run;
  }

  /** End the running hook now. */
  end(): void {
    this.#run?.end({ kind: "ended" });
  }

  /** Give the running hook no more than so many milliseconds from now. */
  limit(ms: number): void {
    this.#run?.limit(ms);
  }

  /** Never rejects. At most one at a time. @param limitMs Ends it earlier than its configuration says. */
  async run(
    name: HookName,
    hook: HookConfig,
    { limitMs, signal }: { limitMs?: number | undefined; signal: AbortSignal },
  ): Promise<HookOutcome> {
    if (signal.aborted) return { kind: "ended" };
    const { clock, log, onChange, scripts, commands } = this.#options;
    const cancel = new AbortController();
    const over = new AbortController();
    let why: WhyOver | undefined;
    const end = (reason: WhyOver): void => {
      why ??= reason;
      cancel.abort(new Error("the hook was ended"));
    };
    const limit = (ms: number): void => {
      void clock.sleep(ms, { signal: over.signal }).then(
        () => end({ kind: "timeout", ms }),
        () => undefined, // it was over in time
      );
    };
    const say = (severity: Severity, message: string): void => {
      if (!over.signal.aborted) log.append({ severity, source: name, message });
    };
    const timeoutMs = Math.min(hook.timeoutMs, limitMs ?? hook.timeoutMs);
    this.#run = { name, startedAt: clock.now(), timeoutMs, limit, end };
    onChange();
    limit(timeoutMs);
    signal.addEventListener("abort", () => end({ kind: "ended" }), { once: true, signal: over.signal });
    try {
      const request = {
        script: hook.script,
        env: hookEnvironment(name),
        resultFile: name === "beforeLease" ? MOTD_FILE : undefined,
        commands: commands(),
        onLine: (line: string) => say("INFO", line),
      };
      const result = await Promise.race([
        settled(() => scripts.run(request, { signal: cancel.signal })),
        this.#leftBehind(cancel.signal, over.signal),
      ]);
      return this.#judge(hook, result, why, say);
    } finally {
      over.abort();
      this.#run = undefined;
      onChange();
    }
  }

  #judge(
    { onFailure }: HookConfig,
    result: ScriptResult | string | undefined,
    why: WhyOver | undefined,
    say: (severity: Severity, message: string) => void,
  ): HookOutcome {
    if (why?.kind === "ended") {
      say("WARNING", "Hook was ended before it was done: its session is over");
      return { kind: "ended" };
    }
    const motd = typeof result === "object" ? motdOf(result.resultFile) : undefined;
    let reason: string;
    if (why?.kind === "timeout") reason = `Hook timed out after ${why.ms / 1000} seconds`;
    else if (typeof result !== "object") reason = `Error executing hook: ${result ?? "it was left behind"}`;
    else if (result.exitCode !== 0) reason = `Hook failed with exit code ${result.exitCode}`;
    else return { kind: "done", motd };
    if (onFailure === "warn") say("WARNING", `${reason} (on_failure=warn, continuing)`);
    else say("ERROR", `${reason} (on_failure=${onFailure}, raising exception)`);
    return { kind: "failed", reason, motd };
  }

  /** Resolves HOOK_END_GRACE_MS after the script was ended; never, when it is over before. */
  #leftBehind(cancelled: AbortSignal, over: AbortSignal): Promise<undefined> {
    return new Promise((resolve) => {
      const wait = (): void => {
        void this.#options.clock.sleep(HOOK_END_GRACE_MS, { signal: over }).then(
          () => resolve(undefined),
          () => undefined, // the script has gone by itself
        );
      };
      if (cancelled.aborted) wait();
      else cancelled.addEventListener("abort", wait, { once: true, signal: over });
    });
  }
}

/** The result, or a sentence. */
async function settled(run: () => Promise<ScriptResult>): Promise<ScriptResult | string> {
  try {
    return await run();
  } catch (error) {
    return messageOf(error);
  }
}

function motdOf(file: string | undefined): string | undefined {
  const text = file?.slice(0, MAX_RESULT_FILE_BYTES).trim();
  return text === "" ? undefined : text;
}
