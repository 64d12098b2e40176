/**
 * Follows the bench by BenchService.Watch, over whichever way there is, and again when it breaks.
 * Above: guest-page.ts. Below: lines.ts by argument, link-error.ts. Specification: BenchService of jumptab.v1.
 *
 * The first watch goes out over gRPC-Web, on the connection that has brought the page. When the tunnel is there, a second one begins on it;
 * the first ends when that has something to say, so nothing is missed and nothing waits.
 */

import type { Clock } from "../../../drivers/base/clock.ts";
import type { WatchResponse } from "../../../proto/gen/jumptab/v1/bench_pb.ts";
import type { SharedBench } from "../../messages.ts";
import { retryDelayMs } from "../../tunnel/backoff.ts";
import type { Line } from "../transport/lines.ts";
import { type Absence, absenceOf, isUnexplained } from "./link-error.ts";

export interface WatcherOptions {
  watch(line: Line, options: { signal: AbortSignal }): AsyncIterable<WatchResponse>;
  /** Which way a call would take now. */
  line(): Line;
  readonly clock: Clock;
  readonly random: () => number;
  onBench(bench: SharedBench): void;
  /** There is none; `since` in milliseconds since 1970. Where it may come back, the watcher tries until it does. */
  onAbsent(absence: Absence, since: number): void;
}

/**
 * 60 s: how long a relay that has just begun may not know a link that has shown the bench: the bench's page dials it again by itself, and
 * may take so long where its computer is busy or asleep for a moment.
 */
export const RELAY_LEARNS_MS = 60_000;

interface Watch {
  readonly line: Line;
  readonly leave: AbortController;
  /** It has told something. */
  live: boolean;
}

const LEARNING: Absence = {
  kind: "away",
  who: "bench",
  reason:
    "The relay does not know it now: it may have been restarted, and the bench be on its way back to it.",
};

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #stopped = new AbortController();
  readonly #watches = new Set<Watch>();
  readonly #waiting = new Set<() => void>();
  #retryNow = new AbortController();
  #failures = 0;
  #losses = 0;
  #lostSince: number | undefined;
  /** The bench was in sight once. */
  #seen = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#start(options.line());
  }

  /** Whether the bench is in sight. */
  get live(): boolean {
    return [...this.#watches].some(({ live }) => live);
  }

  /** How often it was lost from sight. */
  get losses(): number {
    return this.#losses;
  }

  /** Which way it is seen; undefined: it is not. */
  get line(): Line | undefined {
    return [...this.#watches].find(({ live }) => live)?.line;
  }

  /** Resolves when the bench is in sight; rejects when the signal is aborted. */
  untilLive({ signal }: { signal: AbortSignal }): Promise<void> {
    if (this.live) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const found = (): void => {
        signal.removeEventListener("abort", aborted);
        resolve();
      };
      const aborted = (): void => {
        this.#waiting.delete(found);
        reject(signal.reason);
      };
      if (signal.aborted) return aborted();
      signal.addEventListener("abort", aborted, { once: true });
      this.#waiting.add(found);
    });
  }

  /** The tunnel is there, or there again: the bench is seen over it from now on. */
  tunnelIsThere(): void {
    this.#retryNow.abort();
    if (this.#stopped.signal.aborted || [...this.#watches].some(({ line }) => line === "tunnel")) return;
    this.#start("tunnel");
  }

  /** Do not wait for the next try. */
  retry(): void {
    this.#retryNow.abort();
  }

  stop(): void {
    this.#stopped.abort();
    for (const { leave } of this.#watches) leave.abort();
  }

  #start(line: Line): void {
    const watch: Watch = { line, leave: new AbortController(), live: false };
    this.#watches.add(watch);
    void this.#follow(watch);
  }

  async #follow(watch: Watch): Promise<void> {
    const { signal } = watch.leave;
    let failure: unknown = new Error("the bench has ended the connection");
    try {
      for await (const { benchJson } of this.#options.watch(watch.line, { signal })) {
        if (signal.aborted) break;
        this.#see(watch, JSON.parse(benchJson) as SharedBench);
      }
    } catch (error) {
      failure = error;
    }
    this.#watches.delete(watch);
    if (signal.aborted || this.#watches.size > 0) return;
    // A call that is put out hears that it was: only one that begins hears why.
    if (watch.live && isUnexplained(failure)) this.#start(this.#options.line());
    else await this.#lost(failure);
  }

  #see(watch: Watch, bench: SharedBench): void {
    if (!watch.live) {
      watch.live = true;
      this.#seen = true;
      this.#failures = 0;
      this.#lostSince = undefined;
      for (const other of this.#watches) if (other !== watch) other.leave.abort();
    }
    this.#options.onBench(bench);
    for (const found of this.#waiting) found();
    this.#waiting.clear();
  }

  /** Nobody has said that the link has ended, and it was good: the relay may be a new one, and the bench on its way to it. */
  #mayBeLearning(failure: unknown): boolean {
    const away = this.#options.clock.now() - (this.#lostSince ?? 0);
    return this.#seen && isUnexplained(failure) && away < RELAY_LEARNS_MS;
  }

  async #lost(failure: unknown): Promise<void> {
    const { clock, random, onAbsent, line } = this.#options;
    this.#losses += 1;
    this.#lostSince ??= clock.now();
    const absence = this.#mayBeLearning(failure) ? LEARNING : absenceOf(failure);
    onAbsent(absence, this.#lostSince);
    if (absence.kind !== "away") return;
    this.#retryNow = new AbortController();
    const signal = AbortSignal.any([this.#stopped.signal, this.#retryNow.signal]);
    const waitMs = retryDelayMs(this.#failures, random());
    this.#failures += 1;
    await clock.sleep(waitMs, { signal }).catch(() => undefined); // both mean: go on now
    if (!this.#stopped.signal.aborted && this.#watches.size === 0) this.#start(line());
  }
}
