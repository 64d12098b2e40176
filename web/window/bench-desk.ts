/**
 * Which bench is in front, and how it comes there: from the relay, from yesterday, from a file, from a device.
 * Above: page.ts. Below: bench-library.ts (finds and makes), bench-runner.ts (runs), page-store.ts (shows).
 */

import type { RememberedPort } from "../../drivers/base/devices.ts";
import type { RelayBoot } from "../../proto/boot.ts";
import type { Via } from "../boards/fitting-drivers.ts";
import type { BenchStore } from "../store/bench-store.ts";
import type { SavedBench } from "../store/saved-bench.ts";
import { type DemoKind, type Draft, IDLE, type SaveDraft } from "../ui/model.ts";
import { type BenchFile, benchFile, readBenchFile, refuseOther } from "./bench-file.ts";
import { type BenchLibrary, withTheSame } from "./bench-library.ts";
import { type AcquireOptions, type BenchLocks, RELOAD_WAIT_MS } from "./bench-locks.ts";
import type { BenchRunner } from "./bench-runner.ts";
import { readDraft } from "./draft-memory.ts";
import { sentence, summarise } from "./page-state.ts";
import type { PageStore } from "./page-store.ts";
import type { TabMemory } from "./tab-memory.ts";
import { type ToldPlaces, withoutPlace } from "./told-places.ts";
import type { WorkerClient } from "./worker-client.ts";

/** 64 files at once: more are a folder, chosen by mistake. */
const MAX_IMPORTED_FILES = 64;

export interface BenchDeskOptions {
  readonly boot: RelayBoot;
  readonly store: BenchStore;
  readonly page: PageStore;
  readonly library: BenchLibrary;
  readonly runner: BenchRunner;
  readonly places: Pick<ToldPlaces, "follow" | "tell">;
  readonly worker: Pick<WorkerClient, "check" | "devicesChanged">;
  readonly locks: BenchLocks;
  readonly tab: TabMemory;
}

/** Everything here rejects with a sentence when it did not work. */
export class BenchDesk {
  readonly #options: BenchDeskOptions;
  readonly #library: BenchLibrary;
  readonly #runner: BenchRunner;
  readonly #page: PageStore;
  /** Benches of other tabs, as far as this one waits to hear that they are free. At most one wait for each. */
  readonly #awaited = new Set<string>();

  constructor(options: BenchDeskOptions) {
    this.#options = options;
    this.#library = options.library;
    this.#runner = options.runner;
    this.#page = options.page;
  }

  /** The bench that this tab should have, started if it was running; else the list. */
  async first(): Promise<void> {
    await this.#firstBench();
    const draft = readDraft(this.#options.tab.get("draft"));
    if (draft !== undefined) this.#page.set({ view: { kind: "editor", draft } });
  }

  async #firstBench(): Promise<void> {
    if (await this.#openRelayBench()) return;
    if (await this.#openBenchOfThisTab()) return;
    if (await this.#resumeAnother()) return;
    await this.showList();
  }

  /** Other tabs may have opened or closed benches while this one was hidden. */
  async refreshList(): Promise<void> {
    const [benches, elsewhere] = await Promise.all([
      this.#options.store.list(),
      this.#options.locks.heldElsewhere(),
    ]);
    this.#page.set({ benches: benches.map((bench) => summarise(bench, elsewhere)) });
    for (const { id } of benches) if (elsewhere.has(id)) this.#refreshWhenFree(id);
  }

  #refreshWhenFree(id: string): void {
    if (this.#awaited.has(id)) return;
    this.#awaited.add(id);
    this.#options.locks
      .freed(id)
      .finally(() => this.#awaited.delete(id))
      .then(() => (this.#page.state.view.kind === "welcome" ? this.refreshList() : undefined))
      .catch((error: unknown) => {
        this.#page.notify("warning", `The list of benches could not be read again: ${sentence(error)}`);
      });
  }

  async #openRelayBench(): Promise<boolean> {
    const told = this.#options.boot.bench;
    const ofThisTab = this.#options.tab.get("bench");
    // Who has opened another bench in this tab since, for example a copy, means to keep it.
    if (told === undefined || (ofThisTab !== undefined && ofThisTab !== told.id)) return false;
    const wasStopped = ofThisTab !== undefined && (await this.#options.store.get(told.id))?.running === false;
    const { name } = await this.#options.worker.check(told.yaml);
    const bench = await this.#library.fromRelay(told, name);
    if (wasStopped) await this.#openStopped(bench);
    else await this.openAndStart(bench, { waitMs: RELOAD_WAIT_MS });
    return true;
  }

  /** A tab that comes back, from a reload or because the browser had put it away, is as the person left it. */
  async #openStopped(bench: SavedBench): Promise<void> {
    if (await this.open(bench, { waitMs: RELOAD_WAIT_MS })) await this.#runner.update({ running: false });
  }

  async #openBenchOfThisTab(): Promise<boolean> {
    const id = this.#options.tab.get("bench");
    const bench = id === undefined ? undefined : await this.#options.store.get(id);
    if (bench === undefined) return false;
    if (bench.running) await this.openAndStart(bench, { waitMs: RELOAD_WAIT_MS });
    else await this.open(bench, { waitMs: RELOAD_WAIT_MS });
    return true;
  }

  async #resumeAnother(): Promise<boolean> {
    for (const bench of await this.#options.store.list()) {
      if (!bench.running || !(await this.#runner.open(bench))) continue;
      await this.openAndStart(bench);
      return true;
    }
    return false;
  }

  async open(bench: SavedBench, options: AcquireOptions = {}): Promise<boolean> {
    if (!(await this.#runner.open(bench, options))) {
      this.#page.set({ view: { kind: "elsewhere", id: bench.id, name: bench.name } });
      return false;
    }
    if (this.#page.state.bench?.id !== bench.id) this.#page.set({ snapshot: IDLE, log: [] });
    this.#options.tab.set("bench", bench.id);
    this.#page.set({ view: { kind: "bench" } });
    return true;
  }

  async openAndStart(bench: SavedBench, options: AcquireOptions = {}): Promise<void> {
    // A tab that lets go of its bench may still be leaving the relay.
    if (await this.open(bench, options)) await this.start({ takeOver: options.steal === true });
  }

  async start(options: { takeOver: boolean }): Promise<void> {
    try {
      await this.#runner.start(options);
    } catch (error) {
      // Shown where the bench is, with what to do about it.
      this.#page.set({
        snapshot: { ...this.#page.state.snapshot, phase: "failed", failure: sentence(error) },
      });
    }
  }

  async showList(): Promise<void> {
    this.#options.tab.set("bench", undefined);
    await this.refreshList();
    this.#page.set({ view: { kind: "welcome" } });
  }

  async #addDeviceTo(bench: SavedBench, via: Via, device: RememberedPort): Promise<void> {
    const [{ addDeviceDriver }, { boardOf }] = await Promise.all([
      import("./add-device-driver.ts"),
      import("../boards/board.ts"),
    ]);
    const board = boardOf(via, device);
    const { yaml, path } = addDeviceDriver(bench.yaml, board);
    const key = path.join(".");
    const bindings = { ...bench.bindings, [key]: withoutPlace(device) };
    if (bench.file === undefined) {
      await this.#runner.update({ yaml, bindings });
    } else {
      // What is changed here cannot go back into a file on the relay's machine.
      await this.open(await this.#library.create(yaml, bench.name, bindings, withTheSame(bench)));
      this.#page.notify("info", `${bench.file} stays as it is: this is a copy, kept in this browser.`);
    }
    this.#options.places.tell(this.#runner.bench?.id ?? bench.id, key, device);
    const restart = this.#runner.started ? "Restart to use it." : "Press Start to use it.";
    this.#page.notify("info", `${board.name} is in the configuration as ${key}. ${restart}`);
  }

  async openText(yaml: string, source: string): Promise<void> {
    refuseOther(yaml);
    const check = await this.#options.worker.check(yaml);
    if (!check.startable || check.problems.some(({ severity }) => severity !== "info")) {
      const note = check.startable
        ? `From ${source}. It can start; read first what is said about it below.`
        : `From ${source}. It needs a correction before it can start.`;
      this.#page.set({ view: { kind: "editor", draft: { benchId: undefined, yaml, note } } });
      return;
    }
    await this.openAndStart(await this.#library.forYaml(yaml, check));
  }

  async edit(id: string): Promise<void> {
    const bench = await this.#library.get(id);
    const note =
      bench.file === undefined
        ? undefined
        : `This is ${bench.file} from the relay's machine. Saving makes a copy in this browser; the file stays as it is.`;
    this.#page.set({ view: { kind: "editor", draft: { benchId: id, yaml: bench.yaml, note } } });
  }

  async save(draft: Draft, { yaml, moved, start }: SaveDraft): Promise<void> {
    const saved = draft.benchId === undefined ? undefined : await this.#options.store.get(draft.benchId);
    const check = await this.#options.worker.check(yaml, saved?.files);
    if (!check.startable && start)
      throw new Error("it cannot start like this. Correct the errors that are marked.");
    if (
      !check.startable &&
      saved !== undefined &&
      this.#runner.started &&
      this.#runner.bench?.id === saved.id
    )
      throw new Error("the bench runs, and could not start again. Correct the errors first, or stop it.");
    const show = (bench: SavedBench) => (start ? this.openAndStart(bench) : this.open(bench));
    if (saved === undefined) {
      const made = await this.#library.forYaml(yaml, check);
      this.#options.tab.set("draft", undefined);
      await show(made);
      return;
    }
    const changed = await this.#library.withYaml(saved, yaml, check, moved);
    // The lock first: another tab may be running it, and would overwrite what is saved here.
    if (!(await this.#runner.open(changed))) {
      throw new Error("it runs in another tab now. Stop it there, then save again.");
    }
    await this.#options.store.put(changed);
    this.#options.tab.set("draft", undefined);
    this.#options.places.follow(changed.id, moved);
    await show(changed);
  }

  async openFile(file: File): Promise<void> {
    const { yaml, scripts } = await readBenchFile(file);
    if (Object.keys(scripts).length === 0) return await this.openText(yaml, file.name);
    // What it names came with it: it is a bench at once, and opens where one can see what is said about it.
    const check = await this.#options.worker.check(yaml, scripts);
    const bench = await this.#library.import(yaml, check, scripts);
    if (check.startable) await this.openAndStart(bench);
    else await this.edit(bench.id);
  }

  async openDemo(kind: DemoKind): Promise<void> {
    await this.openAndStart(await this.#library.demo(await this.#options.locks.heldElsewhere(), kind));
  }

  async openById(id: string, options: AcquireOptions = {}): Promise<void> {
    await this.openAndStart(await this.#library.get(id), options);
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#library.rename(id, name);
    await this.refreshList();
  }

  async duplicate(id: string): Promise<void> {
    await this.#library.duplicate(id);
    await this.refreshList();
  }

  async exportFile(id: string): Promise<BenchFile> {
    return await benchFile(await this.#library.get(id));
  }

  /** One opens as a configuration does; several go into the list, whatever is to be said about them. */
  async importFiles(files: readonly File[]): Promise<void> {
    const [first] = files;
    if (first !== undefined && files.length === 1) return await this.openFile(first);
    for (const file of files.slice(0, MAX_IMPORTED_FILES)) {
      try {
        const { yaml, scripts } = await readBenchFile(file);
        const check = await this.#options.worker.check(yaml, scripts);
        const bench = await this.#library.import(yaml, check, scripts);
        if (!check.startable) {
          this.#page.notify(
            "warning",
            `${bench.name}, from ${file.name}, needs a correction before it can start: press Edit.`,
          );
        }
      } catch (error) {
        this.#page.notify("error", `${file.name} was left out: ${sentence(error)}`);
      }
    }
    if (files.length > MAX_IMPORTED_FILES) {
      this.#page.notify(
        "warning",
        `The first ${MAX_IMPORTED_FILES} of ${files.length} files were opened: open the others in a second go.`,
      );
    }
    await this.refreshList();
  }

  /** An empty page in the editor, with an example to write over. */
  write(): void {
    const draft: Draft = { benchId: undefined, yaml: EMPTY_CONFIGURATION, note: undefined };
    this.#page.set({ view: { kind: "editor", draft } });
  }

  /** Back from the editor to where it was opened. */
  async leaveEditor(): Promise<void> {
    this.#options.tab.set("draft", undefined);
    if (this.#runner.bench === undefined) await this.showList();
    else this.#page.set({ view: { kind: "bench" } });
  }

  /** Stop what runs here, and show the list. */
  async leave(): Promise<void> {
    await this.#runner.close();
    await this.showList();
  }

  async delete(id: string): Promise<void> {
    if (this.#runner.bench?.id === id) await this.#runner.close();
    await this.#options.store.delete(id);
    await this.showList();
  }

  /** A device that was just granted: into the bench that is open. */
  async addDevice(via: Via, device: RememberedPort): Promise<void> {
    await this.#options.worker.devicesChanged();
    const bench = this.#runner.bench;
    if (bench !== undefined) await this.#addDeviceTo(bench, via, device);
  }
}

/** What the editor shows for a configuration from scratch. */
const EMPTY_CONFIGURATION = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: my-bench
export:
  power:
    type: jumpstarter_driver_power.driver.MockPower
`;
