/**
 * The one bench that this tab has open: its lock, its record, and its exporter in the worker.
 * Above: page.ts. Below: web/store/, bench-locks.ts, worker-client.ts.
 */

import type { RememberedPort } from "../../drivers/base/devices.ts";
import type { RelayAddress } from "../messages.ts";
import type { BenchStore } from "../store/bench-store.ts";
import { benchToRun, type SavedBench } from "../store/saved-bench.ts";
import type { AcquireOptions, BenchLocks, HeldBench } from "./bench-locks.ts";
import { type ToldPlaces, withoutPlace } from "./told-places.ts";
import type { WorkerClient } from "./worker-client.ts";

export interface BenchRunnerOptions {
  readonly store: BenchStore;
  readonly worker: Pick<
    WorkerClient,
    "start" | "stop" | "endSession" | "takeOver" | "bind" | "devicesChanged"
  >;
  readonly locks: BenchLocks;
  /** Clients of this relay need no passphrase. */
  readonly noAuth: boolean;
  /** Asked at each start: the attach token may have been given meanwhile. */
  relay(): RelayAddress;
  /** Identical devices that were told apart in this tab. */
  readonly places: Pick<ToldPlaces, "devicesOf">;
  now(): number;
  /** Another tab has taken the bench over; its exporter has been stopped here. */
  onTakenOver(bench: SavedBench): void;
}

export class BenchRunner {
  readonly #options: BenchRunnerOptions;
  #lock: HeldBench | undefined;
  #bench: SavedBench | undefined;
  /** What the exporter was started with. */
  #started: Pick<SavedBench, "yaml" | "access"> | undefined;
  /** Stops that the worker has not answered yet. */
  #stops = 0;

  constructor(options: BenchRunnerOptions) {
    this.#options = options;
  }

  get bench(): SavedBench | undefined {
    return this.#bench;
  }

  /** The exporter was asked to run, and not to stop since. */
  get started(): boolean {
    return this.#started !== undefined;
  }

  /** A stop is under way: its afterLease hook may take a while. */
  get stopping(): boolean {
    return this.#stops > 0;
  }

  /** The configuration has been changed since the exporter was started with it. */
  get changed(): boolean {
    return this.#started !== undefined && this.#started.yaml !== this.#bench?.yaml;
  }

  /** Access has been changed since the exporter was started with it. */
  get accessChanged(): boolean {
    return this.#started !== undefined && this.#started.access !== this.#bench?.access;
  }

  /** Make it this tab's bench; false when another tab has it. The one that was open before is stopped. */
  async open(bench: SavedBench, options: AcquireOptions = {}): Promise<boolean> {
    if (this.#bench?.id === bench.id) {
      this.#bench = bench;
      return true;
    }
    const lock = await this.#options.locks.acquire(bench.id, options);
    if (lock === undefined) return false;
    await this.close();
    this.#lock = lock;
    this.#bench = bench;
    void lock.lost.then(() => this.#takenOver(lock, bench));
    return true;
  }

  /** Stop it, and let other tabs have it. */
  async close(): Promise<void> {
    if (this.started) await this.stop();
    this.#lock?.release();
    this.#lock = undefined;
    this.#bench = undefined;
  }

  /** Start, or start again with what has changed. Rejects with the worker's sentence. */
  async start({ takeOver }: { takeOver: boolean }): Promise<void> {
    const bench = this.#bench;
    if (bench === undefined) return;
    if (this.started) await this.#stopWorker();
    this.#started = { yaml: bench.yaml, access: bench.access };
    try {
      const bindings = this.#options.places.devicesOf(bench);
      await this.#options.worker.start(
        benchToRun({ ...bench, bindings }, { noAuth: this.#options.noAuth }),
        this.#options.relay(),
        { takeOver },
      );
    } catch (error) {
      this.#started = undefined;
      throw error;
    }
    await this.update({ running: true });
  }

  /** Take the relay's place for it from the page that has it; what runs here is not started again. */
  async takeOver(): Promise<void> {
    if (this.started) await this.#options.worker.takeOver(this.#options.relay());
  }

  async stop(): Promise<void> {
    this.#started = undefined;
    await this.update({ running: false });
    await this.#stopWorker();
  }

  /** A stop that is under way waits for its hook no longer: the worker ends it. */
  async hurryStop(): Promise<void> {
    if (this.stopping) await this.#stopWorker();
  }

  /** End the session, and begin the next: afterLease, drivers reset, beforeLease. */
  async endSession(): Promise<void> {
    if (this.started) await this.#options.worker.endSession();
  }

  async #stopWorker(): Promise<void> {
    this.#stops++;
    try {
      await this.#options.worker.stop();
    } finally {
      this.#stops--;
    }
  }

  /** Change the record, here and in the store. */
  async update(change: Partial<Omit<SavedBench, "id" | "createdAt">>): Promise<void> {
    const bench = this.#bench;
    if (bench === undefined) return;
    const changed: SavedBench = { ...bench, ...change, updatedAt: this.#options.now() };
    this.#bench = changed;
    await this.#options.store.put(changed);
  }

  /** Remember its links, as the worker has them now. */
  async keepShares(id: string, shares: SavedBench["shares"] & object): Promise<void> {
    if (this.#bench?.id === id) await this.update({ shares });
  }

  /** Remember which port a driver uses, and tell the exporter if it runs. Null forgets the choice. */
  async bind(path: readonly string[], port: RememberedPort | null): Promise<void> {
    const bench = this.#bench;
    if (bench === undefined) return;
    const bindings = { ...bench.bindings };
    if (port === null) delete bindings[path.join(".")];
    else bindings[path.join(".")] = withoutPlace(port);
    await this.update({ bindings });
    await this.#options.worker.devicesChanged();
    if (this.started) await this.#options.worker.bind(path, port);
  }

  async #takenOver(lock: HeldBench, bench: SavedBench): Promise<void> {
    if (this.#lock !== lock) return;
    // The record belongs to the other tab now: nothing is written to it from here.
    this.#lock = undefined;
    this.#bench = undefined;
    this.#started = undefined;
    // The devices go with the bench: afterLease would drive them beside the other tab's beforeLease, so the second stop ends it.
    await Promise.all([this.#options.worker.stop(), this.#options.worker.stop()]).catch(() => {
      // A worker that does not stop is told to the page by its own `lost`.
    });
    this.#options.onTakenOver(bench);
  }
}
