import { describe, expect, it } from "vitest";
import type { ImageInfo } from "../../drivers/base/image.ts";
import { FakeDirectoryHandle } from "../../drivers/simulation/fake-directory.ts";
import type { RelayBoot } from "../../proto/boot.ts";
import type { ConfigCheck, ExporterSnapshot, FromWorker, ReplyResult, ToWorker } from "../messages.ts";
import { MemoryBenchStore } from "../store/memory-bench-store.ts";
import { IDLE, type PageState } from "../ui/model.ts";
import { sampleSerial } from "../ui/testing/sample-drivers.ts";
import { sampleEnded } from "../ui/testing/sample-transfers.ts";
import { BenchLocks } from "./bench-locks.ts";
import { ImageFiles } from "./image-files.ts";
import { LayoutMemory } from "./layout-memory.ts";
import { Page, type PageOptions } from "./page.ts";
import { SerialChooser } from "./serial-chooser.ts";
import { TabMemory } from "./tab-memory.ts";
import { UsbChooser } from "./usb-chooser.ts";
import { WorkerClient, type WorkerPort } from "./worker-client.ts";

const BOOT: RelayBoot = {
  version: "1",
  endpoint: "127.0.0.1:19090",
  insecure: true,
  attachTokenRequired: false,
  noAuth: false,
};

type MessageListener = (event: MessageEvent<FromWorker>) => void;
type ErrorListener = (event: ErrorEvent) => void;

/** A worker that starts whatever is not called "broken", and finds a warning in what says "tcp". */
class FakeWorker implements WorkerPort {
  readonly started: Extract<ToWorker, { kind: "start" }>[] = [];
  /** What it was asked for, in order. */
  readonly asked: ToWorker["kind"][] = [];
  /** A hook that takes its time: stops and ends of sessions are answered when this list is let go. */
  held: (() => void)[] | undefined;
  /** Why there is no next session. */
  sessionFailure: string | undefined;
  /** Of its stops, one for each. */
  readonly hookBounds: (number | undefined)[] = [];
  doubts = 0;
  takeOvers = 0;
  readonly bound: Extract<ToWorker, { kind: "bind" }>[] = [];
  /** What comes from every device. */
  image: ImageInfo = { sha256: "", size: 0 };
  running = false;
  #listener: MessageListener = () => {};
  #crashed: ErrorListener = () => {};
  #wake = (): void => {};

  addEventListener(type: string, listener: unknown): void {
    if (type === "message") this.#listener = listener as MessageListener;
    if (type === "error") this.#crashed = listener as ErrorListener;
  }

  postMessage(message: ToWorker): void {
    this.asked.push(message.kind);
    const answer = (): void => {
      const result = this.#answer(message);
      queueMicrotask(() => this.#say({ kind: "reply", id: message.id, result }));
    };
    const waitsForHook = message.kind === "stop" || message.kind === "end-session";
    if (this.held !== undefined && waitsForHook) {
      this.held.push(answer);
      this.#wake();
    } else {
      answer();
    }
  }

  /** So many requests wait for the hook. */
  async untilHeld(count: number): Promise<void> {
    while ((this.held?.length ?? 0) < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The hook has ended. */
  letGo(): void {
    for (const answer of this.held?.splice(0) ?? []) answer();
  }

  crash(message: string): void {
    this.#crashed({ message } as ErrorEvent);
  }

  snapshot(change: Partial<ExporterSnapshot>): void {
    this.#say({ kind: "snapshot", snapshot: { ...IDLE, ...change } });
  }

  #say(data: FromWorker): void {
    this.#listener({ data } as MessageEvent<FromWorker>);
  }

  #answer(message: ToWorker): ReplyResult {
    switch (message.kind) {
      case "start":
        this.started.push(message);
        if (message.bench.yaml.includes("broken")) return { ok: false, message: "line 1: it is broken" };
        this.running = true;
        this.snapshot({ phase: "running" });
        return { ok: true, value: null };
      case "stop":
        this.hookBounds.push(message.hookMs);
        this.running = false;
        this.snapshot({ phase: "idle" });
        return { ok: true, value: null };
      case "end-session":
        return this.sessionFailure === undefined
          ? { ok: true, value: null }
          : { ok: false, message: this.sessionFailure };
      case "check":
        return { ok: true, value: checkOf(message.yaml) as never };
      case "take-over":
        this.takeOvers += 1;
        return { ok: true, value: null };
      case "doubt-connection":
        this.doubts += 1;
        return { ok: true, value: null };
      case "bind":
        this.bound.push(message);
        return { ok: true, value: null };
      case "fetch-file":
        return { ok: true, value: { ...this.image } };
      default:
        return { ok: true, value: null };
    }
  }
}

function checkOf(yaml: string): ConfigCheck {
  const problem = { line: 1, column: 1, endLine: 1, endColumn: 2, message: "no TCP in a page" };
  return {
    name: /name: (\S+)/.exec(yaml)?.[1],
    problems: yaml.includes("tcp") ? [{ severity: "warning", ...problem }] : [],
    startable: !yaml.includes("broken"),
  };
}

/** One browser: its store, its locks and its ids outlive the tabs. */
function browser() {
  const store = new MemoryBenchStore();
  // Node has one LockManager for all tests: ids that no other test has keep them apart.
  const prefix = crypto.randomUUID();
  let ids = 0;
  const tab = (options: Partial<PageOptions> = {}, memory = new Map<string, string>()) => {
    const worker = new FakeWorker();
    let time = 0;
    const page = new Page({
      boot: BOOT,
      tunnelUrl: "ws://127.0.0.1:19090/tunnel",
      pageUrl: "http://127.0.0.1:19090/",
      store,
      locks: new BenchLocks(navigator.locks),
      tab: new TabMemory(() => mapStorage(memory)),
      layouts: new LayoutMemory(() => mapStorage(memory)),
      serial: undefined,
      usb: undefined,
      images: noImages,
      connectWorker: (events) => new WorkerClient(worker, events),
      examples: async () => ({
        demoBoardYaml: (name) => `name: ${name}`,
        demoBoardWithHooksYaml: (name) => `name: ${name}\nhooks`,
        demoBoardWithFilesYaml: (name) => `name: ${name}\nfiles`,
      }),
      askRelay: async () => BOOT,
      copy: async () => {},
      saveFile: () => {},
      openSecondTab: () => {},
      reload: () => {},
      reloadUnattended: () => {},
      newId: () => `${prefix}-${++ids}`,
      newPassphrase: () => `passphrase ${ids}`,
      now: () => ++time,
      ...options,
    });
    const until = (what: (state: PageState) => boolean): Promise<PageState> =>
      new Promise((resolve) => {
        const done = new AbortController();
        const look = (): void => {
          if (!what(page.state)) return;
          done.abort();
          resolve(page.state);
        };
        page.subscribe(look, done);
        look();
      });
    return { page, worker, memory, until, idle: () => until(({ busy }) => !busy) };
  };
  return { store, prefix, tab };
}

/** A browser that keeps no files for pages. */
const noImages = new ImageFiles(() => Promise.reject(new DOMException("", "SecurityError")));

function mapStorage(map: Map<string, string>): Storage {
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  } as unknown as Storage;
}

function chooserOf(info: SerialPortInfo): SerialChooser {
  return new SerialChooser({
    requestPort: async () => ({ getInfo: () => info }) as SerialPort,
    getPorts: async () => [],
  });
}

describe("Page", () => {
  it("greets who comes for the first time", async () => {
    const { page } = browser().tab();
    await page.begin();
    expect(page.state.view.kind).toBe("welcome");
  });

  it("starts a demo board, and the same one again after a reload", async () => {
    const { tab } = browser();
    const first = tab();
    await first.page.begin();
    first.page.actions.tryDemoBoard();
    await first.idle();
    expect(first.page.state).toMatchObject({
      view: { kind: "bench" },
      bench: { name: expect.stringMatching(/^demo-[0-9a-f]{4}$/) },
    });
    const passphrase = first.page.state.bench?.passphrase;

    // The old page is gone: its lock is free.
    await closeTab(first.page);
    const again = tab({}, first.memory);
    await again.page.begin();
    expect(again.worker.started[0]?.bench).toMatchObject({
      id: first.worker.started[0]?.bench.id,
      passphrase,
    });
  });

  it("leaves a bench to the tab that has it, and starts another beside it", async () => {
    const { tab } = browser();
    const first = tab();
    await first.page.begin();
    first.page.actions.tryDemoBoard();
    await first.idle();

    const second = tab();
    await second.page.begin();
    expect(second.page.state.view.kind).toBe("welcome");
    expect(second.page.state.benches).toMatchObject([
      { name: first.page.state.bench?.name, runsElsewhere: true },
    ]);
    second.page.actions.tryDemoBoard();
    await second.idle();
    expect(second.page.state.bench?.name).not.toBe(first.page.state.bench?.name);
    expect(second.page.state.bench?.passphrase).not.toBe(first.page.state.bench?.passphrase);
  });

  it("offers a bench again as soon as the tab that has it is closed", async () => {
    const { tab } = browser();
    const first = tab();
    await first.page.begin();
    first.page.actions.tryDemoBoard();
    await first.idle();

    const second = tab();
    await second.page.begin();
    expect(second.page.state.benches).toMatchObject([{ runsElsewhere: true }]);
    await closeTab(first.page);
    const { benches } = await second.until((state) => state.benches.some((bench) => !bench.runsElsewhere));
    second.page.actions.startBench(benches[0]?.id ?? "");
    await second.idle();
    expect(second.page.state.view.kind).toBe("bench");
  });

  it("moves a bench to the tab that asks for it, and stops it where it was", async () => {
    const { tab } = browser();
    const first = tab();
    await first.page.begin();
    first.page.actions.tryDemoBoard();
    await first.idle();
    const id = first.page.state.bench?.id ?? "";

    const second = tab();
    await second.page.begin();
    second.page.actions.startBench(id);
    await second.idle();
    expect(second.page.state.view).toMatchObject({
      kind: "elsewhere",
      name: first.page.state.bench?.name,
    });
    second.page.actions.startBench(id, { steal: true });
    await first.until(({ view }) => view.kind === "elsewhere");
    await second.idle();
    expect(first.worker.running).toBe(false);
    expect(second.worker.running).toBe(true);
    expect(second.worker.started[0]?.takeOver, "the first tab may still be attached").toBe(true);
  });

  it("starts the relay's bench by itself, with its passphrase and its text", async () => {
    const { tab, prefix } = browser();
    const bench = { id: prefix, yaml: "name: lab", passphrase: "p", unattended: false, file: "lab.yaml" };
    const { page, worker } = tab({ boot: { ...BOOT, bench } });
    await page.begin();
    expect(worker.started[0]?.bench).toMatchObject({ id: prefix, yaml: "name: lab", passphrase: "p" });
    expect(page.state.bench).toMatchObject({ name: "lab", file: "lab.yaml" });
  });

  it("ends for its relay with a bound for the hook, and has the exporter's last lines by then", async () => {
    const { tab, prefix } = browser();
    const bench = { id: prefix, yaml: "name: lab", unattended: true, file: "lab.yaml" };
    const { page, worker } = tab({ boot: { ...BOOT, bench } });
    await page.begin();
    worker.held = [];
    const ended = page.end({ hookMs: 3000 }).then(() => page.state);
    await worker.untilHeld(1);
    worker.snapshot({ phase: "stopping" });
    expect(page.state.snapshot.phase).toBe("stopping");
    worker.letGo();
    expect((await ended).snapshot.phase).toBe("idle");
    // The answer to the second is behind everything that the first one's hook has said.
    expect(worker.asked.slice(-2)).toEqual(["stop", "doubt-connection"]);
    expect(worker.hookBounds).toEqual([3000]);
  });

  it("H10 starts it with the scripts that the relay has read, and keeps them with it, for a copy too", async () => {
    const { tab, prefix } = browser();
    const files = { "up.sh": "echo up\n" };
    const bench = { id: prefix, yaml: "name: lab", unattended: false, file: "lab.yaml", files };
    const first = tab({ boot: { ...BOOT, bench } });
    await first.page.begin();
    expect(first.worker.started[0]?.bench.files).toEqual(files);
    first.page.actions.saveDraft(
      { benchId: prefix, yaml: "name: lab", note: undefined },
      { yaml: "name: lab\n# mine", moved: [], start: true },
    );
    await first.idle();
    expect(first.worker.started[1]?.bench).toMatchObject({ yaml: "name: lab\n# mine", files });
    await closeTab(first.page);

    const relayOfAnother = tab({ boot: BOOT }, first.memory);
    await relayOfAnother.page.begin();
    expect(relayOfAnother.worker.started[0]?.bench.files).toEqual(files);
  });

  it("leaves the relay's bench as it was when the tab is reloaded: stopped, or running", async () => {
    const { tab, prefix } = browser();
    const bench = { id: prefix, yaml: "name: lab", passphrase: "p", unattended: false, file: "lab.yaml" };
    const first = tab({ boot: { ...BOOT, bench } });
    await first.page.begin();
    first.page.actions.stop();
    await first.idle();
    await closeTab(first.page);

    const second = tab({ boot: { ...BOOT, bench } }, first.memory);
    await second.page.begin();
    expect(second.page.state).toMatchObject({ view: { kind: "bench" }, bench: { name: "lab" } });
    expect(second.worker.started).toEqual([]);
    second.page.actions.start();
    await second.idle();
    await closeTab(second.page);

    const third = tab({ boot: { ...BOOT, bench } }, first.memory);
    await third.page.begin();
    expect(third.worker.started).toHaveLength(1);
  });

  it("starts its bench again after the browser had put the tab away, and says so", async () => {
    const { tab } = browser();
    const first = tab();
    await first.page.begin();
    first.page.actions.tryDemoBoard();
    await first.idle();
    await closeTab(first.page);

    const second = tab({}, first.memory);
    await second.page.begin({ discarded: true });
    expect(second.worker.running).toBe(true);
    expect(second.page.state.notices).toMatchObject([{ text: expect.stringContaining("save memory") }]);
  });

  it("shows what a configuration cannot do before it starts the rest", async () => {
    const { page, worker, idle } = browser().tab();
    await page.begin();
    page.actions.openConfiguration("name: a\ntcp", "a.yaml");
    await idle();
    expect(page.state.view).toMatchObject({ kind: "editor", draft: { yaml: "name: a\ntcp" } });
    expect(worker.started).toEqual([]);
  });

  it("starts a configuration that has nothing wrong, and knows it again", async () => {
    const { store, tab } = browser();
    const { page, idle } = tab();
    await page.begin();
    page.actions.openConfiguration("name: a", "a.yaml");
    await idle();
    expect(page.state.bench?.name).toBe("a");
    page.actions.leaveBench();
    page.actions.openConfiguration("name: a", "a.yaml");
    await idle();
    expect(await store.list()).toHaveLength(1);
  });

  it("says why a bench did not start, where the bench is", async () => {
    const { store, prefix, tab } = browser();
    await store.put({
      id: prefix,
      name: "b",
      yaml: "broken",
      passphrase: "p",
      bindings: {},
      access: "shared",
      createdAt: 0,
      updatedAt: 0,
      running: false,
    });
    const { page, idle } = tab();
    await page.begin();
    page.actions.startBench(prefix);
    await idle();
    expect(page.state.snapshot).toMatchObject({ phase: "failed", failure: "line 1: it is broken" });
    expect((await store.get(prefix))?.running).toBe(false);
  });

  it("adds a device to a bench that runs, and asks for a restart", async () => {
    const { tab } = browser();
    const { page, worker, idle, until } = tab({
      serial: chooserOf({ usbVendorId: 0x0403, usbProductId: 0x6001 }),
    });
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    page.actions.addDevice("serial");
    const { bench, notices } = await until(({ busy, notices }) => !busy && notices.length > 0);
    expect(bench?.changed).toBe(true);
    expect(bench?.yaml).toContain("hwgrep://0403:6001");
    expect(notices[0]?.text).toContain("Restart to use it.");
    page.actions.start();
    await idle();
    expect(worker.started[1]?.bench.bindings).toEqual({
      serial: { usbVendorId: 0x0403, usbProductId: 0x6001 },
    });
    expect(page.state.bench?.changed).toBe(false);
  });

  it("makes a bench of a device alone, and remembers its port", async () => {
    const { tab } = browser();
    const { page, worker, until } = tab({ serial: chooserOf({}) });
    await page.begin();
    page.actions.plugIn("serial");
    await until(({ busy, chosen }) => !busy && chosen !== undefined);
    page.actions.startBoard({ benchName: "mine", drivers: ["console"] });
    await until(({ busy, view }) => !busy && view.kind === "bench");
    expect(worker.started[0]?.bench.bindings).toEqual({ serial: {} });
  });

  it("keeps a USB device that was chosen by hand, apart from others of its kind", async () => {
    const { store, tab } = browser();
    const device = { vendorId: 0x2e8a, productId: 0x000f, serialNumber: "A1" } as USBDevice;
    const { page, worker, until, idle } = tab({
      usb: new UsbChooser({ requestDevice: async () => device, getDevices: async () => [] }),
    });
    await page.begin();
    expect(page.state.usb).toBe(true);
    page.actions.tryDemoBoard();
    await idle();
    page.actions.chooseUsb(["board", "pico"], { filters: [{ vendorId: 0x2e8a }], hint: "a Pico" });
    await until(() => worker.bound.length === 1);
    await idle();
    const port = { usbVendorId: 0x2e8a, usbProductId: 0x000f, usbSerialNumber: "A1" };
    expect(worker.bound[0]).toMatchObject({ path: ["board", "pico"], port });
    expect((await store.get(page.state.bench?.id ?? ""))?.bindings).toEqual({ "board.pico": port });
  });

  it("says that a browser has no USB devices", async () => {
    const { page } = browser().tab();
    page.actions.chooseUsb(["pico"], { filters: [], hint: "a Pico" });
    expect(page.state).toMatchObject({
      usb: false,
      notices: [{ text: expect.stringContaining("no WebUSB") }],
    });
  });

  it("keeps the history of a bench over a reload, and forgets it with the bench", async () => {
    const { store, tab } = browser();
    const first = tab();
    await first.page.begin();
    first.page.actions.tryDemoBoard();
    await first.idle();
    const transfers = [sampleEnded()];
    first.worker.snapshot({ phase: "running", transfers });
    await first.until(({ history }) => history.length === 1);

    await closeTab(first.page);
    const again = tab({}, first.memory);
    await again.page.begin();
    const { history, bench } = await again.until((state) => state.history.length === 1);
    expect(history).toEqual(transfers);
    again.page.actions.deleteBench(bench?.id ?? "");
    await again.idle();
    expect(again.page.state.history).toEqual([]);
    expect(await store.transfers.list(bench?.id ?? "")).toEqual([]);
  });

  it("gives a file from a device as a download, and says so when the browser has it no longer", async () => {
    const saved: [string, string | Blob][] = [];
    const root = new FakeDirectoryHandle();
    const folder = await (await root.getDirectoryHandle("images", { create: true })).getDirectoryHandle(
      "images",
      { create: true },
    );
    const sha256 = "ab".repeat(32);
    const handle = await folder.getFileHandle(sha256, { create: true });
    const access = await handle.createSyncAccessHandle();
    access.write(new TextEncoder().encode("read back"));
    access.close();
    const { page, worker, until } = browser().tab({
      images: new ImageFiles(async () => root),
      saveFile: (name, content) => void saved.push([name, content]),
    });
    await page.begin();
    worker.image = { sha256, size: 9 };
    await page.actions.fetchFile({
      path: ["storage"],
      method: "dump",
      args: [null],
      name: "storage.bin",
      around: undefined,
    });
    const [[name, content] = []] = saved;
    expect([name, content instanceof Blob && (await content.text())]).toEqual(["storage.bin", "read back"]);
    page.actions.saveImage("cd".repeat(32), "old.bin");
    const { notices } = await until((state) => state.notices.length > 0);
    expect(notices[0]?.text).toContain("old.bin could not be saved: the browser does not have it any more");
  });

  it("waits for nobody while a chooser is open", async () => {
    const never = new SerialChooser({
      requestPort: () => new Promise(() => {}),
      getPorts: async () => [],
    });
    const { page, idle } = browser().tab({ serial: never });
    await page.begin();
    page.actions.addDevice("serial");
    page.actions.tryDemoBoard();
    await idle();
    expect(page.state.view.kind).toBe("bench");
  });

  it("keeps a port that was chosen by hand, and forgets it again", async () => {
    const { store, tab } = browser();
    const { page, worker, until, idle } = tab({ serial: chooserOf({ usbVendorId: 1, usbProductId: 2 }) });
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    const id = page.state.bench?.id ?? "";
    page.actions.choosePort(["board", "serial"], { kind: "any", hint: "/dev/ttyUSB0" });
    await until(() => worker.bound.length === 1);
    await idle();
    expect((await store.get(id))?.bindings).toEqual({ "board.serial": { usbVendorId: 1, usbProductId: 2 } });
    page.actions.forgetPort(["board", "serial"]);
    await idle();
    expect((await store.get(id))?.bindings).toEqual({});
    expect(worker.bound[1]?.port).toBeNull();
  });

  it("remembers over a reload of this tab, and no longer, which of two identical adapters is whose", async () => {
    const { store, tab } = browser();
    const first = tab();
    await first.page.begin();
    first.page.actions.tryDemoBoard();
    await first.idle();
    const told = { usbVendorId: 0x10c4, usbProductId: 0xea60, place: { index: 1, of: 2 } };
    const binding = {
      kind: "serial",
      status: "present",
      label: "CP2102 USB-serial",
      request: { kind: "usb", vendorId: 0x10c4, productId: 0xea60 },
      twin: "told",
      told,
    } as const;
    first.worker.snapshot({ phase: "running", drivers: [sampleSerial("left", { binding })] });
    await closeTab(first.page);

    const reloaded = tab({}, first.memory);
    await reloaded.page.begin();
    expect(reloaded.worker.started[0]?.bench.bindings).toEqual({ left: told });
    expect((await store.list())[0]?.bindings, "another day the places mean something else").toEqual({});
    await closeTab(reloaded.page);

    const another = tab();
    await another.page.begin();
    expect(another.worker.started[0]?.bench.bindings).toEqual({});
  });

  it("says that a browser has no serial ports", async () => {
    const { page } = browser().tab();
    await page.begin();
    page.actions.addDevice("serial");
    expect(page.state.notices[0]?.text).toContain("no WebSerial");
  });

  it("saves without starting: what runs goes on, and is said to have changed", async () => {
    const { store, tab } = browser();
    const { page, worker, idle } = tab();
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    const { id = "", yaml = "" } = page.state.bench ?? {};
    page.actions.editBench(id);
    await idle();
    const draft = { benchId: id, yaml, note: undefined };
    page.actions.saveDraft(draft, { yaml: `${yaml}# mine\n`, moved: [], start: false });
    await idle();
    expect(page.state).toMatchObject({ view: { kind: "bench" }, bench: { id, changed: true } });
    expect((await store.get(id))?.yaml).toBe(`${yaml}# mine\n`);
    expect(worker.started).toHaveLength(1);
  });

  it("changes a copy of the relay's bench, never the file", async () => {
    const { store, tab, prefix } = browser();
    const bench = { id: prefix, yaml: "name: lab", unattended: false, file: "lab.yaml" };
    const { page, idle } = tab({ boot: { ...BOOT, bench } });
    await page.begin();
    page.actions.saveDraft(
      { benchId: prefix, yaml: "name: lab", note: undefined },
      { yaml: "name: lab\n# mine", moved: [], start: true },
    );
    await idle();
    expect(page.state.bench?.id).not.toBe(prefix);
    expect((await store.get(prefix))?.yaml).toBe("name: lab");
  });

  it("hands over a passphrase to nobody where the relay asks for none", async () => {
    const { page, worker, idle } = browser().tab({ boot: { ...BOOT, noAuth: true } });
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    expect(worker.started[0]?.bench.passphrase).toBeUndefined();
    expect(page.state.bench?.passphrase).toBeUndefined();
  });

  it("uses an attach token that is typed in, now and next time", async () => {
    const { store, tab } = browser();
    const { page, worker, idle } = tab();
    await page.begin();
    page.actions.tryDemoBoard();
    page.actions.useAttachToken("token");
    await idle();
    expect(worker.started[1]?.relay.attachToken).toBe("token");
    expect(await store.setting("attach-token")).toBe("token");
  });

  it("asks for a reload when its worker has crashed", async () => {
    const { page, worker } = browser().tab();
    await page.begin();
    worker.crash("out of memory");
    expect(page.state.view).toMatchObject({
      kind: "blocked",
      reason: expect.stringContaining("out of memory"),
    });
  });

  it("notices a relay of another version when it comes back", async () => {
    const { page, worker, until, idle } = browser().tab({
      askRelay: async () => ({ ...BOOT, version: "2" }),
    });
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    const back = { awayMs: 5_000, resumed: false };
    worker.snapshot({ phase: "running", tunnel: { kind: "attached", since: 0, back } });
    const { notices } = await until((state) => state.notices.length > 0);
    expect(notices[0]).toMatchObject({ action: { label: "Reload" } });
  });

  it("asks the relay for its version once, and not when it is the one of before", async () => {
    let asked = 0;
    const askRelay = async () => {
      asked += 1;
      return BOOT;
    };
    const { page, worker, idle } = browser().tab({ askRelay });
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    const attached = (since: number, resumed: boolean): void =>
      worker.snapshot({
        phase: "running",
        tunnel: { kind: "attached", since, back: { awayMs: 5_000, resumed } },
      });
    attached(0, true);
    expect(asked).toBe(0);
    attached(1, false);
    attached(1, false);
    expect(asked).toBe(1);
  });

  it("takes over without starting anything again", async () => {
    const { page, worker, idle } = browser().tab();
    await page.begin();
    page.actions.takeOver();
    await idle();
    expect(worker.takeOvers, "nothing runs").toBe(0);
    page.actions.tryDemoBoard();
    page.actions.takeOver();
    await idle();
    expect(worker.takeOvers).toBe(1);
    expect(worker.started).toHaveLength(1);
  });

  it("stops at once when Stop is pressed again while the hook runs", async () => {
    const { page, worker, idle } = browser().tab();
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    worker.held = [];
    page.actions.stop();
    // The record is written before the worker is told.
    await worker.untilHeld(1);
    page.actions.stop();
    expect(worker.asked.filter((kind) => kind === "stop")).toHaveLength(2);
    worker.letGo();
    await idle();
    expect(worker.running).toBe(false);
    expect(page.state.notices).toEqual([]);
  });

  it("ends a session without keeping a stop waiting, and asks for one at a time", async () => {
    const { page, worker, idle, until } = browser().tab();
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    worker.held = [];
    page.actions.endSession();
    page.actions.endSession();
    expect(page.state).toMatchObject({ endingSession: true, busy: false });
    expect(worker.asked.filter((kind) => kind === "end-session")).toHaveLength(1);
    page.actions.stop();
    await worker.untilHeld(2);
    worker.letGo();
    await until(({ busy, endingSession }) => !busy && !endingSession);
    expect(worker.running).toBe(false);
  });

  it("says why there is no new session", async () => {
    const { page, worker, idle, until } = browser().tab();
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    worker.sessionFailure = "power could not be reset";
    page.actions.endSession();
    const { notices } = await until(({ notices }) => notices.length > 0);
    expect(notices[0]?.text).toBe("There is no new session: power could not be reset");
  });

  it("starts a bench with the access that was chosen for it, from the next start on", async () => {
    const { store, tab } = browser();
    const { page, worker, idle } = tab();
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    expect(worker.started[0]?.bench.access).toBe("shared");
    page.actions.setAccess("exclusive");
    await idle();
    expect(page.state.bench).toMatchObject({ access: "exclusive", accessChanged: true, changed: false });
    expect((await store.get(page.state.bench?.id ?? ""))?.access).toBe("exclusive");
    page.actions.start();
    await idle();
    expect(worker.started[1]?.bench.access).toBe("exclusive");
    expect(page.state.bench?.accessChanged).toBe(false);
  });

  it("keeps the demo boards apart: plain, with hooks, with files", async () => {
    const { page, worker, idle } = browser().tab();
    await page.begin();
    page.actions.tryDemoBoard();
    await idle();
    page.actions.leaveBench();
    page.actions.tryDemoBoard("hooks");
    await idle();
    expect(page.state.bench?.name).toMatch(/^demo-hooks-/);
    expect(worker.started[1]?.bench.yaml).toContain("hooks");
    page.actions.leaveBench();
    page.actions.tryDemoBoard("files");
    await idle();
    expect(page.state.bench?.name).toMatch(/^demo-files-/);
    expect(worker.started[2]?.bench.yaml).toContain("files");
  });

  it("remembers for the tab what its elements want remembered", async () => {
    const { tab } = browser();
    const first = tab();
    first.page.actions.remember("shell-history", '["j power on"]');
    const again = tab({}, first.memory);
    expect(again.page.actions.recall("shell-history")).toBe('["j power on"]');
    expect(again.page.actions.recall("log-filter")).toBeUndefined();
  });

  it("says that a file could not be saved", async () => {
    const { page } = browser().tab({
      saveFile: () => {
        throw new Error("downloads are blocked");
      },
    });
    page.actions.saveFile("demo.log", "text");
    expect(page.state.notices[0]?.text).toBe("demo.log could not be saved: downloads are blocked");
  });

  it("lets its worker doubt the connection", async () => {
    const { page, worker } = browser().tab();
    await page.begin();
    page.doubtConnection();
    expect(worker.doubts).toBe(1);
  });
});

/** What closing a tab does to its lock; its record still says that it runs. */
async function closeTab(page: Page): Promise<void> {
  const other = new BenchLocks(navigator.locks);
  const held = await other.acquire(page.state.bench?.id ?? "", { steal: true });
  held?.release();
}
