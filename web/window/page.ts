/**
 * The page: its state, and what happens when a person does something. Everything that can fail ends in a notice.
 * Above: web/main.ts builds it, web/ui/ draws it. Below: bench-desk.ts, bench-runner.ts, worker-client.ts,
 * board-desk.ts, serial-chooser.ts, usb-chooser.ts, transfer-history.ts.
 */

import type { RememberedPort } from "../../drivers/base/devices.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { RelayBoot } from "../../proto/boot.ts";
import { USB_BOARDS, type Via } from "../boards/fitting-drivers.ts";
import type { ExporterSnapshot, LogRecord, RelayAddress } from "../messages.ts";
import {
  type FetchFile,
  IDLE,
  type OpenBench,
  type PageActions,
  type PageModel,
  type PageShell,
  type PageState,
  type PageStream,
} from "../ui/model.ts";
import { BenchDesk } from "./bench-desk.ts";
import { BenchLibrary, type BenchLibraryOptions } from "./bench-library.ts";
import type { BenchLocks } from "./bench-locks.ts";
import { BenchRunner } from "./bench-runner.ts";
import { BoardDesk } from "./board-desk.ts";
import type { ImageFiles } from "./image-files.ts";
import type { LayoutMemory } from "./layout-memory.ts";
import { appendLog, sentence } from "./page-state.ts";
import { PageStore } from "./page-store.ts";
import { pageUrls } from "./page-urls.ts";
import type { SerialChooser } from "./serial-chooser.ts";
import type { TabMemory } from "./tab-memory.ts";
import { ToldPlaces } from "./told-places.ts";
import { TransferHistory } from "./transfer-history.ts";
import type { UsbChooser } from "./usb-chooser.ts";
import type { WorkerClient, WorkerEvents } from "./worker-client.ts";

export interface PageOptions extends BenchLibraryOptions {
  readonly boot: RelayBoot;
  /** The relay has not answered yet: `boot` is what it answered before. */
  readonly bootIsOld?: boolean;
  readonly tunnelUrl: string;
  /** Where this page was opened, without its fragment. */
  readonly pageUrl: string;
  readonly locks: BenchLocks;
  readonly tab: TabMemory;
  readonly layouts: LayoutMemory;
  /** Undefined where the browser has no WebSerial. */
  readonly serial: SerialChooser | undefined;
  /** Undefined where the browser has no WebUSB. */
  readonly usb: UsbChooser | undefined;
  readonly images: ImageFiles;
  connectWorker(events: WorkerEvents): WorkerClient;
  /** Ask the relay again: it may have been replaced by another version. */
  askRelay(): Promise<RelayBoot>;
  copy(text: string): Promise<void>;
  saveFile(name: string, content: string | Blob): void;
  openSecondTab(): void;
  reload(): void;
  /** The worker has crashed while nobody looks at the page. */
  reloadUnattended(): void;
}

export class Page implements PageModel {
  readonly #options: PageOptions;
  readonly #worker: WorkerClient;
  readonly #desk: BenchDesk;
  readonly #boards: BoardDesk;
  readonly #places: ToldPlaces;
  readonly #runner: BenchRunner;
  readonly #store: PageStore;
  readonly #history: TransferHistory;
  readonly actions: PageActions;
  #attachToken: string | undefined;
  #bootIsOld: boolean;

  constructor(options: PageOptions) {
    this.#options = options;
    const { boot, store, locks } = options;
    this.#bootIsOld = options.bootIsOld === true;
    this.#worker = options.connectWorker({
      snapshot: (snapshot) => this.#receiveSnapshot(snapshot),
      log: (records) => this.#receiveLog(records),
      shares: (bench, shares) =>
        this.#do("The links could not be saved", () => this.#runner.keepShares(bench, shares)),
      lost: (reason) => this.#workerLost(reason),
    });
    this.#places = new ToldPlaces(options.tab);
    this.#runner = new BenchRunner({
      places: this.#places,
      store,
      locks,
      worker: this.#worker,
      noAuth: boot.noAuth,
      relay: () => this.#relayAddress(),
      now: options.now,
      onTakenOver: (bench) => {
        this.#options.tab.set("bench", undefined);
        this.#store.set({ view: { kind: "elsewhere", id: bench.id, name: bench.name }, log: [] });
      },
    });
    this.#store = new PageStore(
      {
        view: { kind: "loading" },
        benches: [],
        snapshot: IDLE,
        log: [],
        relay: {
          endpoint: boot.endpoint,
          insecure: boot.insecure,
          pageUrls: pageUrls(boot, options.pageUrl),
          noAuth: boot.noAuth,
        },
        notices: [],
        serial: options.serial !== undefined,
        usb: options.usb !== undefined,
        offers: [],
        chosen: undefined,
        chooserClosed: undefined,
        history: [],
        keptImages: new Set(),
        lasting: store.lasting,
        busy: false,
        endingSession: false,
      },
      () => this.#openBench(),
    );
    this.#history = new TransferHistory({
      store: store.transfers,
      images: options.images,
      now: options.now,
      onChange: () => this.#store.set({ history: this.#history.transfers, keptImages: this.#history.kept }),
      onFailure: (error) =>
        this.#store.notify("warning", `The history of files is not complete: ${sentence(error)}`),
    });
    const library = new BenchLibrary(options);
    this.#desk = new BenchDesk({
      ...options,
      page: this.#store,
      library,
      runner: this.#runner,
      places: this.#places,
      worker: this.#worker,
    });
    const { serial, usb } = options;
    this.#boards = new BoardDesk({
      page: this.#store,
      store,
      locks,
      library,
      desk: this.#desk,
      places: this.#places,
      granted: {
        ...(serial && { serial: () => serial.granted() }),
        ...(usb && { usb: () => usb.granted() }),
      },
      boards: () => import("../boards/board.ts"),
    });
    this.actions = this.#createActions();
    const forLife = { signal: new AbortController().signal };
    this.#store.subscribe(() => void this.#history.follow(this.#runner.bench?.id), forLife);
    let shown: PageState["view"]["kind"] = "loading";
    this.#store.subscribe(() => {
      const { kind } = this.#store.state.view;
      const came = kind !== shown;
      shown = kind;
      if (came && kind === "welcome") this.#lookAtBoards();
    }, forLife);
  }

  get state(): PageState {
    return this.#store.state;
  }

  subscribe(listener: () => void, options: { signal: AbortSignal }): void {
    this.#store.subscribe(listener, options);
  }

  /**
   * Show the bench that this tab should have, and start it if it was running.
   *
   * @param options With `discarded`, the browser had put this tab away, and has just loaded it again.
   */
  async begin({ discarded = false } = {}): Promise<void> {
    await this.#store.inTurn("The page could not come up", async () => {
      this.#attachToken = await this.#options.store.setting("attach-token");
      // Nobody knows for how long it was away.
      if (discarded) this.#places.forget();
      await this.#desk.first();
    });
    // Whatever went wrong is a notice now, over the list.
    if (this.#store.state.view.kind === "loading") this.#store.set({ view: { kind: "welcome" } });
    if (discarded && this.#runner.started) this.#store.notify("warning", DISCARDED);
  }

  /**
   * Stop the exporter of a page that is about to go, with a bound for its afterLease hook. Resolves when everything that it
   * had to say is in `state`.
   */
  async end({ hookMs }: { hookMs: number }): Promise<void> {
    await this.#worker.stop({ hookMs });
    // The worker says how things stand, and then its last lines, after it has answered.
    await this.#store.until(({ snapshot: { phase } }) => phase === "idle" || phase === "failed");
    // Messages keep their order: what was said before this answer has come.
    await this.#worker.doubtConnection();
  }

  /** Something that the window has noticed, for the person. */
  tell(text: string): void {
    this.#store.notify("info", text);
  }

  /** Other tabs may have opened or closed benches while this one was hidden. */
  refreshBenches(): Promise<void> {
    return this.#desk.refreshList();
  }

  /** Devices came or went, in the window's eyes. */
  devicesChanged(): void {
    if (this.#store.state.view.kind === "welcome") this.#lookAtBoards();
    if (!this.#runner.started) this.#places.forget();
    this.#worker.devicesChanged().catch((error: unknown) => {
      this.#store.notify("warning", `The devices could not be looked at again: ${sentence(error)}`);
    });
  }

  /** The network has changed, or this tab was frozen, asleep or hidden: what was connected may not be any more. */
  doubtConnection(): void {
    // A worker that does not answer is told by its own `lost`.
    this.#worker.doubtConnection().catch(() => undefined);
  }

  // What a person does.

  #createActions(): PageActions {
    const worker = this.#worker;
    const desk = this.#desk;
    const inTurn = (problem: string, work: () => Promise<void>): void =>
      void this.#store.inTurn(problem, work);
    return {
      tryDemoBoard: (kind = "plain") =>
        inTurn("The demo board could not be started", () => desk.openDemo(kind)),
      plugIn: (via) => this.#plugIn(via),
      useBoard: (offer) => inTurn("The board could not be used", () => this.#boards.use(offer)),
      startBoard: (request) => inTurn("The board could not be started", () => this.#boards.start(request)),
      putBoardBack: () => this.#boards.putBack(),
      addDevice: (via) =>
        this.#choose(none(via), this.#chooseBoard(via), "The device could not be added", (device) =>
          this.#runner.bench === undefined ? this.#boards.take(via, device) : desk.addDevice(via, device),
        ),
      openConfiguration: (yaml, source) =>
        inTurn(`The text from ${source} could not be opened`, () => desk.openText(yaml, source)),
      openFile: (file) => inTurn(`${file.name} could not be opened`, () => desk.openFile(file)),
      writeConfiguration: () => desk.write(),
      editBench: (id) => inTurn("The configuration could not be opened", () => desk.edit(id)),
      saveDraft: (draft, save) =>
        inTurn("The configuration could not be saved", () => desk.save(draft, save)),
      leaveEditor: () => inTurn("The list of benches could not be read", () => desk.leaveEditor()),
      renameBench: (id, name) => inTurn("The bench could not be renamed", () => desk.rename(id, name)),
      duplicateBench: (id) => inTurn("The bench could not be copied", () => desk.duplicate(id)),
      exportBench: (id) =>
        inTurn("The bench could not be saved as a file", async () => {
          const { name, content } = await desk.exportFile(id);
          this.#options.saveFile(name, content);
        }),
      importFiles: (files) => inTurn("The files could not be opened", () => desk.importFiles(files)),
      startBench: (id, options) => inTurn("The bench could not be started", () => desk.openById(id, options)),
      deleteBench: (id) => inTurn("The bench could not be deleted", () => desk.delete(id)),
      start: () => inTurn("The exporter could not be started", () => desk.start({ takeOver: false })),
      takeOver: () => inTurn("The exporter could not be taken over", () => this.#runner.takeOver()),
      stop: () => this.#stop(),
      endSession: () => void this.#endSession(),
      setAccess: (access) =>
        inTurn("The choice could not be saved", async () => this.#runner.update({ access })),
      leaveBench: () => inTurn("The list of benches could not be read", () => desk.leave()),
      openSecondTab: this.#options.openSecondTab,
      reload: this.#options.reload,
      useAttachToken: (token) =>
        inTurn("The relay could not be reached", async () => {
          this.#attachToken = token;
          await this.#options.store.setSetting("attach-token", token);
          await desk.start({ takeOver: false });
        }),
      choosePort: (path, request) =>
        this.#choose(NO_SERIAL, this.#options.serial?.choose(request), "The port could not be used", (port) =>
          this.#runner.bind(path, port),
        ),
      chooseUsb: (path, request) =>
        this.#choose(NO_USB, this.#options.usb?.choose(request), "The device could not be used", (device) =>
          this.#runner.bind(path, device),
        ),
      tellApart: (path, answer) =>
        this.#do("The devices could not be told apart", () => worker.tellApart(path, answer)),
      forgetPort: (path) => inTurn("The choice could not be forgotten", () => this.#runner.bind(path, null)),
      createShare: (request) => worker.createShare(request),
      revokeShare: (share) => this.#do("The link could not be revoked", () => worker.revokeShare(share)),
      forgetShare: (share) =>
        this.#do("The link could not be removed", () => worker.revokeShare(share, { forget: true })),
      takeSeat: () => this.#do("You do not drive", () => worker.seat("take")),
      freeSeat: () => this.#do("The bench could not be left to others", () => worker.seat("free")),
      grantSeat: (share) => this.#do("They do not drive", () => worker.seat("grant", share)),
      refuseSeat: (share) => this.#do("They could not be told", () => worker.seat("refuse", share)),
      cancelTransfer: ({ id }) =>
        this.#do("The transfer could not be cancelled", () => worker.cancelTransfer(id)),
      saveImage: (sha256, name) =>
        this.#do(`${name} could not be saved`, () => this.#saveImage(sha256, name)),
      forgetTransfers: (transfers) =>
        this.#do("The history could not be changed", () => this.#history.forget(transfers)),
      dismiss: (id) => this.#store.dismiss(id),
      clearLog: () => this.#store.set({ log: [] }),

      check: (yaml) => worker.check(yaml, this.#runner.bench?.files),
      catalogue: () => worker.catalogue(),
      call: (path, method, args = []) => worker.call(path, method, args),
      streamingCall: (path, method): Promise<readonly JsonValue[]> => worker.streamingCall(path, method),
      openStream: (path, method): Promise<PageStream> => worker.openStream(path, method),
      openShell: (listener): Promise<PageShell> => worker.openShell(listener),
      sendFile: ({ around, ...request }) => worker.sendFile({ ...request, ...(around && { around }) }),
      fetchFile: (request) => this.#fetchFile(request),
      verify: (path, sha256, target) => worker.verify({ path, sha256, target }),
      saveFile: (name, text) => {
        try {
          this.#options.saveFile(name, text);
        } catch (error) {
          this.#store.notify("error", `${name} could not be saved: ${sentence(error)}`);
        }
      },
      recall: (what) => this.#options.tab.get(what),
      remember: (what, text) => this.#options.tab.set(what, text),
      layoutOf: (bench) => this.#options.layouts.get(bench),
      keepLayout: (bench, layout) => this.#options.layouts.set(bench, layout),
      copy: async (text) => {
        try {
          await this.#options.copy(text);
          return true;
        } catch (error) {
          this.#store.notify(
            "error",
            `Nothing was copied: ${sentence(error)}. Select the text and copy it by hand.`,
          );
          return false;
        }
      },
    };
  }

  /** One that is under way may wait for its hook for long: a second press must not wait behind it. */
  #stop(): void {
    if (!this.#runner.stopping) {
      void this.#store.inTurn("The exporter could not be stopped", () => this.#runner.stop());
      return;
    }
    // What goes wrong with it, the first one says.
    this.#runner.hurryStop().catch(() => undefined);
  }

  /** Hooks may take long: a stop does not wait behind it. */
  async #endSession(): Promise<void> {
    if (this.#store.state.endingSession) return;
    this.#store.set({ endingSession: true });
    try {
      await this.#runner.endSession();
    } catch (error) {
      // Who has stopped the exporter meanwhile knows why there is no next session.
      if (this.#runner.started) {
        this.#store.notify("error", `There is no new session: ${sentence(error)}`);
      }
    } finally {
      this.#store.set({ endingSession: false });
    }
  }

  /**
   * The chooser opens in the click itself: a browser allows it at no other moment. Nothing waits while it is open: a
   * person may leave it open, and without a screen it never closes.
   *
   * @param chosen Undefined where the browser has no such devices; `none` says so.
   */
  #choose(
    none: string,
    chosen: Promise<RememberedPort | undefined> | undefined,
    problem: string,
    use: (port: RememberedPort) => Promise<void>,
  ): void {
    if (chosen === undefined) {
      this.#store.notify("error", none);
      return;
    }
    chosen.then(
      (port) => port && this.#store.inTurn(problem, () => use(port)),
      (error: unknown) => this.#store.notify("error", `${problem}: ${sentence(error)}`),
    );
  }

  #chooseBoard(via: Via): Promise<RememberedPort | undefined> | undefined {
    const { serial, usb } = this.#options;
    return via === "serial" ? serial?.choose() : usb?.choose({ filters: USB_BOARDS, hint: "a board" });
  }

  #plugIn(via: Via): void {
    const chosen = this.#chooseBoard(via);
    if (chosen === undefined) {
      this.#store.notify("error", none(via));
      return;
    }
    const problem = "The board could not be used";
    chosen.then(
      (device) => this.#store.inTurn(problem, () => this.#boards.take(via, device)),
      (error: unknown) => this.#store.notify("error", `${problem}: ${sentence(error)}`),
    );
  }

  #lookAtBoards(): void {
    this.#do("What is plugged in could not be looked at", () => this.#boards.look());
  }

  /** Beside whatever is under way: it waits for nothing, and nothing waits for it. */
  #do(problem: string, work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#store.notify("error", `${problem}: ${sentence(error)}`));
  }

  async #fetchFile({ path, method, args, name, around }: FetchFile): Promise<void> {
    const image = await this.#worker.fetchFile({ path, method, args, ...(around && { around }) });
    this.#history.fetched({ path, method, name, image });
    await this.#saveImage(image.sha256, name);
  }

  async #saveImage(sha256: string, name: string): Promise<void> {
    const file = await this.#options.images.file(sha256);
    if (file === undefined) {
      throw new Error("the browser does not have it any more, or keeps no files for this page.");
    }
    this.#options.saveFile(name, file);
  }

  // What the worker says.

  #receiveSnapshot(snapshot: ExporterSnapshot): void {
    // The failure of a bench that is no longer open is not this one's.
    if (snapshot.phase === "failed" && this.#store.state.snapshot.phase === "idle") return;
    const { tunnel: before } = this.#store.state.snapshot;
    const { tunnel } = snapshot;
    // A relay that resumes is the one of before.
    const anew = tunnel.kind === "attached" && tunnel.back?.resumed === false;
    this.#store.set({ snapshot });
    const { bench } = this.#runner;
    if (snapshot.phase === "running" && bench !== undefined) this.#places.keep(bench.id, snapshot.drivers);
    this.#history.receive(snapshot.transfers);
    const first = tunnel.kind === "attached" && this.#bootIsOld;
    if ((anew || first) && !(before.kind === "attached" && before.since === tunnel.since))
      void this.#lookAtRelayVersion();
  }

  #receiveLog(records: readonly LogRecord[]): void {
    this.#store.set({ log: appendLog(this.#store.state.log, records) });
  }

  #workerLost(reason: string): void {
    if (this.#options.boot.bench?.unattended) {
      this.#options.reloadUnattended();
      return;
    }
    this.#store.set({
      view: {
        kind: "blocked",
        title: "The exporter has stopped working",
        reason: `Its worker ended: ${reason}`,
        cure: "Reload the page: the bench starts again by itself. If it happens again, the browser's console (F12) says more.",
      },
    });
  }

  /** After an upgrade of the relay, this page is the old one. */
  async #lookAtRelayVersion(): Promise<void> {
    const boot = await this.#options.askRelay().catch(() => undefined);
    if (boot === undefined) return;
    this.#bootIsOld = false;
    const { endpoint, insecure, noAuth } = boot;
    this.#store.set({
      relay: { endpoint, insecure, noAuth, pageUrls: pageUrls(boot, this.#options.pageUrl) },
    });
    if (boot.version === this.#options.boot.version) return;
    this.#store.notify(
      "info",
      `The relay is version ${boot.version} now. Reload the page to get the same version.`,
      {
        label: "Reload",
        run: this.#options.reload,
      },
    );
  }

  #relayAddress(): RelayAddress {
    return { url: this.#options.tunnelUrl, attachToken: this.#attachToken };
  }

  #openBench(): OpenBench | undefined {
    const bench = this.#runner.bench;
    if (bench === undefined) return undefined;
    const { id, name, yaml, passphrase, file, access } = bench;
    return {
      id,
      name,
      yaml,
      file,
      passphrase: this.#options.boot.noAuth ? undefined : passphrase,
      changed: this.#runner.changed,
      access,
      accessChanged: this.#runner.accessChanged,
    };
  }
}

const DISCARDED =
  "The browser had put this tab away to save memory; until now no client could reach this bench. In the browser's settings, under Performance, this address can be kept active.";

function none(via: Via): string {
  return via === "serial" ? NO_SERIAL : NO_USB;
}

const NO_USB =
  "This browser has no WebUSB, so it cannot use USB devices. Open this page in Chrome, Edge or another Chromium-based browser on a computer.";

const NO_SERIAL =
  "This browser has no WebSerial, so it cannot use serial ports. Open this page in Chrome, Edge or another Chromium-based browser on a computer. The demo board works here.";
