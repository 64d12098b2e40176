/**
 * One bench, one tab: a Web Lock for each running bench.
 * Above: page.ts. Below: the browser's LockManager.
 * @see https://www.w3.org/TR/web-locks/
 */

const PREFIX = "jumptab-bench-";

/** A tab that reloads finds its old lock free once the old page is gone: well under a second. */
export const RELOAD_WAIT_MS = 2_000;

/** Tabs that hear that a bench is free have its lock for a turn of their event loop; a hidden tab is slower. */
const WATCHERS_WAIT_MS = 1_000;

/** A bench that is ours. */
export interface HeldBench {
  readonly id: string;
  /** Resolves when another tab took the bench over. Never after `release`. */
  readonly lost: Promise<void>;
  release(): void;
}

export interface AcquireOptions {
  /** Take it from the tab that has it. */
  readonly steal?: boolean;
  /** Wait so long for the tab that has it; 0 tries once. */
  readonly waitMs?: number;
}

export class BenchLocks {
  readonly #locks: LockManager;
  readonly #held = new Set<string>();

  constructor(locks: LockManager) {
    this.#locks = locks;
  }

  /** Undefined when another tab has it. */
  acquire(id: string, { steal = false, waitMs = 0 }: AcquireOptions = {}): Promise<HeldBench | undefined> {
    return new Promise((resolve, reject) => {
      let release = (): void => {};
      const untilReleased = new Promise<void>((done) => {
        release = done;
      });
      let lose = (): void => {};
      const lost = new Promise<void>((done) => {
        lose = done;
      });
      const options: LockOptions = steal
        ? { steal: true }
        : waitMs > 0
          ? { signal: AbortSignal.timeout(waitMs) }
          : { ifAvailable: true };
      let granted = false;
      this.#locks
        .request(PREFIX + id, options, (lock) => {
          if (lock === null) {
            // Tabs that wait to hear that it is free may have it, for as long as it takes to say so: ask behind them.
            resolve(
              this.heldElsewhere().then((ids) =>
                ids.has(id) ? undefined : this.acquire(id, { waitMs: WATCHERS_WAIT_MS }),
              ),
            );
            return undefined;
          }
          granted = true;
          this.#held.add(id);
          resolve({ id, lost, release });
          return untilReleased;
        })
        .then(
          () => {
            if (granted) this.#held.delete(id);
          },
          (error: unknown) => {
            if (granted) {
              // The only way to lose a lock that was granted is that another tab stole it.
              this.#held.delete(id);
              lose();
            } else if (isName(error, "TimeoutError") || isName(error, "AbortError")) resolve(undefined);
            else reject(error);
          },
        );
    });
  }

  /** Resolves when no tab has the bench, or a tab that had it has let go, by closing too. */
  async freed(id: string): Promise<void> {
    // Shared: all who wait hear it at once, and none of them keeps it.
    await this.#locks.request(PREFIX + id, { mode: "shared" }, () => undefined);
  }

  /** Benches that other tabs of this browser have. */
  async heldElsewhere(): Promise<ReadonlySet<string>> {
    const { held = [] } = await this.#locks.query();
    const ids = held.flatMap(({ name, mode }) =>
      mode === "exclusive" && name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [],
    );
    return new Set(ids.filter((id) => !this.#held.has(id)));
  }
}

function isName(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
