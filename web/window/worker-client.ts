/**
 * The window's end of the worker: each request gets its reply, and nothing waits for ever.
 * Above: page.ts. Below: web/messages.ts over `postMessage`; stream-port.ts for byte streams, shell-port.ts for shells.
 */

import type { RememberedPort, TwinAnswer } from "../../drivers/base/devices.ts";
import type { Verification } from "../../drivers/base/driver.ts";
import type { ImageInfo } from "../../drivers/base/image.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type {
  Bench,
  ConfigCheck,
  DriverCatalogue,
  ExporterSnapshot,
  FromWorker,
  LogRecord,
  RelayAddress,
  Share,
  ToWorker,
} from "../messages.ts";
import type { PageShell, PageStream, ShellListener } from "../ui/model.ts";
import { shellOverPort } from "./shell-port.ts";
import { streamOverPort } from "./stream-port.ts";

/** Requests under way at once; a page that has more has lost its way. */
const MAX_PENDING = 256;

/** How long a reply may take, in milliseconds. */
export const REPLY_WITHIN_MS = {
  /** Loads drivers, opens devices and dials the relay. */
  start: 60_000,
  /** A hook may take its hour (MAX_HOOK_MS), and drivers get time to switch their devices to a safe state. */
  stop: 3_660_000,
  /** afterLease, and beforeLease of the next session. */
  "end-session": 7_260_000,
  /** Loads the interpreter. */
  "open-shell": 30_000,
  /** Only dials. */
  "take-over": 20_000,
  /** Pure computing. */
  check: 20_000,
  /** Loads the code of all drivers. */
  catalogue: 60_000,
  "devices-changed": 20_000,
  "doubt-connection": 20_000,
  bind: 20_000,
  "tell-apart": 20_000,
  /** As long as a device may take: a person sees that the button still waits. */
  call: 120_000,
  "streaming-call": 120_000,
  "open-stream": 30_000,
  /** Half a day: a slow disk image at 115200 baud; a person sees how far it is, and can stop it. */
  "send-file": 43_200_000,
  "fetch-file": 43_200_000,
  "cancel-transfer": 20_000,
  verify: 43_200_000,
  /** Hashes a secret, and tells the relay without waiting for it. */
  "create-share": 20_000,
  "revoke-share": 20_000,
  seat: 20_000,
} as const;

type RequestKind = keyof typeof REPLY_WITHIN_MS;
/** A request as its sender knows it: the client numbers it. */
type Unnumbered<Message> = Message extends { readonly id: number } ? Omit<Message, "id"> : never;
type Unaddressed<Kind extends RequestKind> = Omit<Extract<ToWorker, { kind: Kind }>, "kind" | "id">;

/** The worker, as much as this file needs of it. */
export interface WorkerPort {
  postMessage(message: ToWorker, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<FromWorker>) => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  addEventListener(type: "messageerror", listener: () => void): void;
}

export interface WorkerEvents {
  snapshot(snapshot: ExporterSnapshot): void;
  log(records: readonly LogRecord[]): void;
  /** Of the bench with this id: all its links, to be kept. */
  shares(bench: string, shares: readonly Share[]): void;
  /** The worker is gone for good; the sentence says why. */
  lost(reason: string): void;
}

interface Pending {
  resolve(value: JsonValue): void;
  reject(reason: Error): void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class WorkerClient {
  readonly #worker: WorkerPort;
  readonly #events: WorkerEvents;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #lost: string | undefined;

  constructor(worker: WorkerPort, events: WorkerEvents) {
    this.#worker = worker;
    this.#events = events;
    worker.addEventListener("message", ({ data }) => this.#receive(data));
    worker.addEventListener("error", (event) => {
      this.#lose(event.message || "its code could not be loaded");
    });
    worker.addEventListener("messageerror", () => this.#lose("a message could not be read"));
  }

  async start(bench: Bench, relay: RelayAddress, options: { takeOver: boolean }): Promise<void> {
    await this.#ask({ kind: "start", bench, relay, takeOver: options.takeOver });
  }

  /**
   * Runs afterLease first. A second one, while the first waits, ends that hook.
   *
   * @param options `hookMs` is a bound for the hook that is tighter than its own.
   */
  async stop({ hookMs }: { hookMs?: number } = {}): Promise<void> {
    await this.#ask({ kind: "stop", ...(hookMs !== undefined && { hookMs }) });
  }

  /** Resolves when the next session is ready. */
  async endSession(): Promise<void> {
    await this.#ask({ kind: "end-session" });
  }

  /** Dial again, and take the exporter from the page that holds it; it runs on as it is. */
  async takeOver(relay: RelayAddress): Promise<void> {
    await this.#ask({ kind: "take-over", relay });
  }

  async check(yaml: string, files?: Bench["files"]): Promise<ConfigCheck> {
    // The worker's own reply, which is this shape: see the comment of `check` in messages.ts.
    return (await this.#ask({ kind: "check", yaml, ...(files && { files }) })) as unknown as ConfigCheck;
  }

  async catalogue(): Promise<DriverCatalogue> {
    // As with `check`.
    return (await this.#ask({ kind: "catalogue" })) as unknown as DriverCatalogue;
  }

  async devicesChanged(): Promise<void> {
    await this.#ask({ kind: "devices-changed" });
  }

  /** See whether the connection to the relay still lives. */
  async doubtConnection(): Promise<void> {
    await this.#ask({ kind: "doubt-connection" });
  }

  async bind(path: readonly string[], port: RememberedPort | null): Promise<void> {
    await this.#ask({ kind: "bind", path, port });
  }

  async tellApart(path: readonly string[], answer: TwinAnswer): Promise<void> {
    await this.#ask({ kind: "tell-apart", path, answer });
  }

  call(path: readonly string[], method: string, args: readonly JsonValue[]): Promise<JsonValue> {
    return this.#ask({ kind: "call", path, method, args });
  }

  async streamingCall(path: readonly string[], method: string): Promise<readonly JsonValue[]> {
    const items = await this.#ask({ kind: "streaming-call", path, method, args: [] });
    if (!Array.isArray(items)) throw new Error(`${method} answered with something that is not a list`);
    return items;
  }

  /** Resolves when the device has it. */
  async sendFile(request: Unaddressed<"send-file">): Promise<void> {
    await this.#ask({ kind: "send-file", ...request });
  }

  /** Resolves when the browser has it, among its images. */
  async fetchFile(request: Unaddressed<"fetch-file">): Promise<ImageInfo> {
    // The worker's own reply, which is this shape: see the comment of `fetch-file` in messages.ts.
    return (await this.#ask({ kind: "fetch-file", ...request })) as unknown as ImageInfo;
  }

  async cancelTransfer(transfer: string): Promise<void> {
    await this.#ask({ kind: "cancel-transfer", transfer });
  }

  async verify(request: Unaddressed<"verify">): Promise<Verification> {
    // As with `fetch-file`.
    return (await this.#ask({ kind: "verify", ...request })) as unknown as Verification;
  }

  async createShare(request: Unaddressed<"create-share">): Promise<Share> {
    // The worker's own reply, which is this shape: see the comment of `create-share` in messages.ts.
    return (await this.#ask({ kind: "create-share", ...request })) as unknown as Share;
  }

  async revokeShare(share: string, { forget = false } = {}): Promise<void> {
    await this.#ask({ kind: "revoke-share", share, forget });
  }

  /** @param share Whose request it is about. */
  async seat(action: Extract<ToWorker, { kind: "seat" }>["action"], share?: string): Promise<void> {
    if (action === "take" || action === "free") await this.#ask({ kind: "seat", action });
    else if (share !== undefined) await this.#ask({ kind: "seat", action, share });
  }

  async openStream(path: readonly string[], method: string): Promise<PageStream> {
    const { port1, port2 } = new MessageChannel();
    const stream = streamOverPort(port1);
    try {
      await this.#ask({ kind: "open-stream", path, method, port: port2 }, [port2]);
    } catch (error) {
      stream.close();
      throw error;
    }
    return stream;
  }

  async openShell(listener: ShellListener): Promise<PageShell> {
    const { port1, port2 } = new MessageChannel();
    const shell = shellOverPort(port1, listener);
    try {
      await this.#ask({ kind: "open-shell", port: port2 }, [port2]);
    } catch (error) {
      shell.close();
      throw error;
    }
    return shell;
  }

  #ask(request: Unnumbered<ToWorker>, transfer: Transferable[] = []): Promise<JsonValue> {
    if (this.#lost !== undefined) return Promise.reject(new Error(workerLost(this.#lost)));
    if (this.#pending.size >= MAX_PENDING) {
      return Promise.reject(new Error("The exporter has not answered for too long. Reload the page."));
    }
    const id = this.#nextId++;
    const kind: RequestKind = request.kind;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(
          new Error(`No answer within ${REPLY_WITHIN_MS[kind] / 1000} s. Look at the log, then try again.`),
        );
      }, REPLY_WITHIN_MS[kind]);
      this.#pending.set(id, { resolve, reject, timer });
      try {
        this.#worker.postMessage({ ...request, id } as ToWorker, transfer);
      } catch (error) {
        this.#settle(id)?.reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        return;
      case "reply": {
        // A reply that comes after its deadline finds nobody; its sender was told already.
        const pending = this.#settle(message.id);
        if (message.result.ok) pending?.resolve(message.result.value);
        else pending?.reject(new Error(message.result.message));
        return;
      }
      case "snapshot":
        this.#events.snapshot(message.snapshot);
        return;
      case "log":
        this.#events.log(message.records);
        return;
      case "shares":
        this.#events.shares(message.bench, message.shares);
        return;
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    return pending;
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = reason;
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(new Error(workerLost(reason)));
    this.#events.lost(reason);
  }
}

function workerLost(reason: string): string {
  return `The exporter has stopped working: ${reason}. Reload the page.`;
}
