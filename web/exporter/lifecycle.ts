/**
 * The life of an exporter: one session after the other, each with its hooks at its borders, until it is stopped.
 * Above: exporter.ts. Below: status.ts (what clients see), hook-runner.ts, session-calls.ts.
 * Specification: the session life and hook policies of Jumpstarter's exporter. What is different here: EndSession leads to the next
 * session, and a failed hook is shown for a while before the exporter goes away.
 *
 * One loop (`#live`) takes all steps; everybody else only asks it to end the session, or to stop.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { DriverError } from "../../drivers/base/error.ts";
import { ExporterStatus } from "../../proto/gen/jumpstarter/v1/common_pb.ts";
import type { ExporterConfig, HookConfig } from "./config.ts";
import type { HookOutcome, HookRunner } from "./hook-runner.ts";
import type { LogRing } from "./log-ring.ts";
import type { SessionCalls } from "./session-calls.ts";
import { type HookName, STATUS_TEXT, type StatusMachine } from "./status.ts";

/**
 * 2 s: how long a status is shown that says why the exporter goes away. Clients that wait ask ten times a second; Python's
 * exporter leaves at once, and its clients only see a lost connection.
 */
export const FAILURE_SHOWN_MS = 2000;

/** 1 s: from the end of a stop's afterLease hook to OFFLINE, so that its last lines and the status reach clients. */
export const LAST_WORDS_MS = 1000;

export interface LifecycleOptions {
  readonly config: Pick<ExporterConfig, "name" | "hooks">;
  readonly runner: HookRunner;
  readonly status: StatusMachine;
  readonly calls: SessionCalls;
  readonly clock: Clock;
  readonly log: LogRing;
  resetDrivers(): Promise<void>;
  /** A hook with `onFailure: exit` has failed, and clients have had time to read it: the exporter has stopped. */
  onFatal(failure: string): void;
}

/** How a session came to be, and how the exporter goes on after its end. */
type Opened = "ready" | "ended" | "failed" | Fatal;
type Closed = "closed" | Fatal;

interface Fatal {
  readonly hook: HookName;
  /** One sentence, with the line. */
  readonly failure: string;
}

export class Lifecycle {
  readonly #options: LifecycleOptions;
  /** Aborted when the session is asked to end. Undefined before the first one. */
  #session: AbortController | undefined;
  /** Settled when the next session is ready, or has failed, or there will be none. */
  #next = Promise.withResolvers<void>();
  #life: Promise<void> | undefined;
  #stop: { hookMs: number | undefined } | undefined;
  /** Aborted when the exporter goes away without waiting for anything. */
  readonly #disposed = new AbortController();
  #pausing: AbortController | undefined;
  #motd: string | undefined;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /** What the beforeLease hook of this session wrote for clients. */
  get motd(): string | undefined {
    return this.#motd;
  }

  /** Begin the first session; sessions then follow each other. Resolves when it is ready, or has failed. */
  begin(): Promise<void> {
    if (this.#life !== undefined) throw new Error("the exporter has begun already");
    const { promise } = this.#next;
    this.#life = this.#live();
    return promise;
  }

  /**
   * End the session, whatever it is doing; all who ask while it ends share one end. Resolves when the next one is ready, or has
   * failed, or when the exporter has stopped.
   *
   * @returns Undefined when there is no session, and none will come.
   */
  endSession(): Promise<void> | undefined {
    if (this.#life === undefined || this.#isOffline) return undefined;
    this.#session?.abort();
    return this.#next.promise;
  }

  /**
   * Stop for good: a beforeLease hook that runs is ended, afterLease runs, then the status is OFFLINE. A second call ends the
   * afterLease hook, or the pause after it; one with a bound gives the hook that bound. It never takes longer than that hook's own time, and the pause.
   *
   * @param hookMs A bound for the hook that is tighter than its own.
   */
  async stop({ hookMs }: { hookMs?: number | undefined } = {}): Promise<void> {
    const { runner } = this.#options;
    if (this.#stop !== undefined && hookMs === undefined) {
      if (runner.running?.name === "afterLease") runner.end();
      this.#pausing?.abort();
    } else {
      this.#stop = { hookMs };
      this.#session?.abort();
      // An afterLease hook that runs because the session has been ended is this stop's hook too.
      if (hookMs !== undefined) runner.limit(hookMs);
    }
    await this.#life;
    this.#goOffline(STATUS_TEXT.stopped);
  }

  /** OFFLINE now: no hook is waited for. */
  dispose(): void {
    this.#stop ??= { hookMs: undefined };
    this.#goOffline(STATUS_TEXT.stopped);
    this.#disposed.abort();
    this.#pausing?.abort();
    this.#session?.abort();
  }

  get #isOffline(): boolean {
    return this.#options.status.current.status === ExporterStatus.OFFLINE;
  }

  async #live(): Promise<void> {
    const { resetDrivers } = this.#options;
    let fatal: Fatal | undefined;
    for (;;) {
      await resetDrivers();
      if (this.#stop !== undefined) break;
      const session = new AbortController();
      this.#session = session;
      const opened = await this.#open(session.signal);
      if (typeof opened === "object") {
        fatal = opened;
        break;
      }
      if (opened !== "ended") this.#settleNext();
      await aborted(session.signal);
      const closed = await this.#close(opened);
      if (typeof closed === "object") {
        fatal = closed;
        break;
      }
      if (this.#stop !== undefined) break;
    }
    if (fatal !== undefined) await this.#shutDown(fatal);
    this.#settleNext();
  }

  /** From AVAILABLE to a session, with its beforeLease hook. */
  async #open(signal: AbortSignal): Promise<Opened> {
    const { config, runner, log } = this.#options;
    this.#motd = undefined;
    log.beginSession();
    const hook = config.hooks.beforeLease;
    if (hook === undefined) return this.#ready();
    this.#to(ExporterStatus.BEFORE_LEASE_HOOK, STATUS_TEXT.beforeLease);
    const outcome = await runner.run("beforeLease", hook, { signal });
    if (outcome.kind === "ended" || signal.aborted) return "ended";
    this.#motd = outcome.motd;
    return this.#opened(hook, outcome);
  }

  #ready(): "ready" {
    this.#to(ExporterStatus.LEASE_READY, STATUS_TEXT.ready);
    this.#options.log.append({
      severity: "INFO",
      source: "system",
      message: `exporter ${this.#options.config.name} is ready`,
    });
    return "ready";
  }

  #opened(hook: HookConfig, outcome: Exclude<HookOutcome, { kind: "ended" }>): Opened {
    if (outcome.kind === "done") return this.#ready();
    const { reason } = outcome;
    switch (hook.onFailure) {
      case "warn":
        this.#to(ExporterStatus.LEASE_READY, STATUS_TEXT.warning("beforeLease", reason));
        return "ready";
      case "endLease":
        this.#to(ExporterStatus.BEFORE_LEASE_HOOK_FAILED, STATUS_TEXT.failed("beforeLease", reason));
        return "failed";
      case "exit":
        this.#to(ExporterStatus.BEFORE_LEASE_HOOK_FAILED, STATUS_TEXT.fatal("beforeLease", reason));
        return fatal("beforeLease", hook, reason);
    }
  }

  /** From a session to AVAILABLE, with its afterLease hook; a session that never was has none. */
  async #close(opened: "ready" | "ended" | "failed"): Promise<Closed> {
    if (this.#isOffline) return "closed";
    const { config, runner, calls } = this.#options;
    const hook = opened === "failed" ? undefined : config.hooks.afterLease;
    if (hook === undefined) {
      this.#to(ExporterStatus.AVAILABLE, STATUS_TEXT.available);
      calls.end(sessionEnded());
      return "closed";
    }
    this.#to(ExporterStatus.AFTER_LEASE_HOOK, STATUS_TEXT.afterLease);
    calls.end(sessionEnded());
    // What asked the session to end does not end its hook: only a second stop does.
    const outcome = await runner.run("afterLease", hook, {
      limitMs: this.#stop?.hookMs,
      signal: this.#disposed.signal,
    });
    const closed = this.#closed(hook, outcome);
    // Clients may have called drivers while the hook ran.
    calls.end(sessionEnded());
    if (this.#stop !== undefined && closed === "closed") await this.#pause(LAST_WORDS_MS);
    return closed;
  }

  #closed(hook: HookConfig, outcome: HookOutcome): Closed {
    if (outcome.kind === "done") {
      this.#to(ExporterStatus.AVAILABLE, STATUS_TEXT.available);
      return "closed";
    }
    const reason = outcome.kind === "ended" ? "Hook was ended on the page" : outcome.reason;
    if (outcome.kind === "ended" || hook.onFailure === "warn") {
      this.#to(ExporterStatus.AVAILABLE, STATUS_TEXT.warning("afterLease", reason));
      return "closed";
    }
    if (hook.onFailure === "endLease") {
      this.#to(ExporterStatus.AFTER_LEASE_HOOK_FAILED, STATUS_TEXT.failed("afterLease", reason));
      // The session is over anyway, and the next one makes a fresh start.
      if (this.#stop === undefined) this.#to(ExporterStatus.AVAILABLE, STATUS_TEXT.available);
      return "closed";
    }
    this.#to(ExporterStatus.AFTER_LEASE_HOOK_FAILED, STATUS_TEXT.fatal("afterLease", reason));
    return fatal("afterLease", hook, reason);
  }

  /** Clients read why, then the exporter goes away by itself. */
  async #shutDown({ hook, failure }: Fatal): Promise<void> {
    this.#options.calls.end(sessionEnded());
    // Who has asked for a stop waits for it, and may have bounded it.
    await this.#pause(this.#stop === undefined ? FAILURE_SHOWN_MS : LAST_WORDS_MS);
    if (this.#isOffline) return;
    this.#goOffline(STATUS_TEXT.shutdown(hook));
    // Who has asked for a stop gets one.
    if (this.#stop === undefined) this.#options.onFatal(failure);
  }

  /** A wait that a second stop cuts short. */
  async #pause(ms: number): Promise<void> {
    if (this.#disposed.signal.aborted) return;
    const pausing = new AbortController();
    this.#pausing = pausing;
    await this.#options.clock.sleep(ms, { signal: pausing.signal }).catch(() => undefined);
    this.#pausing = undefined;
  }

  #settleNext(): void {
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers();
    resolve();
  }

  #goOffline(message: string): void {
    if (this.#isOffline) return;
    this.#to(ExporterStatus.OFFLINE, message);
    this.#options.calls.end(new DriverError("connection", "the exporter was stopped"));
  }

  /** After OFFLINE there is nothing: whatever is still under way takes no more steps. */
  #to(status: ExporterStatus, message: string): void {
    if (!this.#isOffline) this.#options.status.set(status, message);
  }
}

/** What clients hear whose calls and streams end with the session. */
function sessionEnded(): DriverError {
  return new DriverError("connection", "the session has ended: call again in the next one");
}

function fatal(name: HookName, { line }: HookConfig, reason: string): Fatal {
  const cure = "correct its script, or let onFailure be warn";
  return { hook: name, failure: `line ${line}: ${name} hook failed (on_failure=exit): ${reason}; ${cure}` };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
