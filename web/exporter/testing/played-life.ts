/**
 * A lifecycle with hooks that a test plays by hand, and everything that clients would have seen of it.
 * Above: tests of the lifecycle. Below: lifecycle.ts, scripted-runner.ts, a clock that stands still.
 */

import { ManualClock, settle } from "../../../drivers/testing/manual-clock.ts";
import type { HookConfig } from "../config.ts";
import { HookRunner } from "../hook-runner.ts";
import { Lifecycle } from "../lifecycle.ts";
import { LogRing } from "../log-ring.ts";
import { SessionCalls } from "../session-calls.ts";
import { StatusMachine, statusName } from "../status.ts";
import { ScriptedRunner } from "./scripted-runner.ts";

export interface LifeOptions {
  readonly before?: Partial<HookConfig> | undefined;
  readonly after?: Partial<HookConfig> | undefined;
  readonly deaf?: boolean;
  readonly resetDrivers?: () => Promise<void>;
}

export class PlayedLife {
  readonly clock = new ManualClock();
  readonly scripts: ScriptedRunner;
  readonly runner: HookRunner;
  readonly log: LogRing;
  readonly status: StatusMachine;
  readonly calls = new SessionCalls();
  readonly lifecycle: Lifecycle;
  readonly failures: string[] = [];
  /** Statuses in their order, with their messages. */
  readonly steps: (readonly [string, string])[] = [];
  resets = 0;

  constructor({ before, after, deaf = false, resetDrivers = () => Promise.resolve() }: LifeOptions = {}) {
    const { clock } = this;
    const now = (): number => clock.now();
    const onChange = (): void => undefined;
    this.scripts = new ScriptedRunner({ deaf });
    this.log = new LogRing(now);
    this.runner = new HookRunner({
      scripts: this.scripts,
      commands: () => ({}),
      clock,
      log: this.log,
      onChange,
    });
    this.status = new StatusMachine(now, () => {
      const { status, message } = this.status.current;
      this.steps.push([statusName(status), message]);
    });
    this.lifecycle = new Lifecycle({
      config: {
        name: "bench",
        hooks: { beforeLease: hook("before", before), afterLease: hook("after", after) },
      },
      runner: this.runner,
      status: this.status,
      calls: this.calls,
      clock,
      log: this.log,
      resetDrivers: () => {
        this.resets += 1;
        return resetDrivers();
      },
      onFatal: (failure) => this.failures.push(failure),
    });
  }

  get names(): readonly string[] {
    return this.steps.map(([name]) => name);
  }

  get messages(): readonly string[] {
    return this.steps.map(([, message]) => message);
  }

  get now(): string {
    return statusName(this.status.current.status);
  }

  async begin(): Promise<void> {
    void this.lifecycle.begin();
    await settle();
  }

  /** The hook that runs ends with this code. */
  async exit(exitCode: number, resultFile?: string): Promise<void> {
    if (this.runner.running === undefined) throw new Error("no hook is running");
    this.scripts.last.exit(exitCode, resultFile);
    await settle();
  }
}

function hook(script: string, parts: Partial<HookConfig> | undefined): HookConfig | undefined {
  return parts && { script, timeoutMs: 5000, onFailure: "warn", line: 7, ...parts };
}

/** Whether a promise has settled by now; without waiting for it. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const mark = (): void => {
    settled = true;
  };
  void promise.then(mark, mark);
  await settle();
  return settled;
}
