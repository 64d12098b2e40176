/**
 * The exporter: a driver tree with sessions around it, answering tunnel streams, and telling the page how it is.
 * Above: web/worker/exporter-host.ts. Below: build-tree.ts, lifecycle.ts, services.ts, serve.ts, log-ring.ts.
 * No DOM, no WebSocket, no `navigator`: what it needs comes in by options.
 */

import type { Catalogue } from "../../drivers/base/catalogue.ts";
import type { Clock } from "../../drivers/base/clock.ts";
import type { CommandFile } from "../../drivers/base/command.ts";
import type { Devices } from "../../drivers/base/devices.ts";
import type { Verification } from "../../drivers/base/driver.ts";
import { DriverError } from "../../drivers/base/error.ts";
import type { Image } from "../../drivers/base/image.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { ExportedStream } from "../../drivers/base/methods.ts";
import type { DriverStorage } from "../../drivers/base/storage.ts";
import type { ExporterSnapshot, Share, TransferSnapshot } from "../messages.ts";
import { Access } from "./access.ts";
import { type BuildFailure, buildTree } from "./build-tree.ts";
import { loggedCall, loggedStreamingCall } from "./call-log.ts";
import type { Codecs } from "./codecs.ts";
import type { ExporterConfig } from "./config.ts";
import { requireMethod } from "./dispatch.ts";
import { type DriverInstance, pathText, walk } from "./driver-instance.ts";
import { HookRunner, type RunningHook } from "./hook-runner.ts";
import type { HttpTransfer } from "./http-transfer.ts";
import { Lifecycle } from "./lifecycle.ts";
import type { LogRing } from "./log-ring.ts";
import { createReport } from "./report.ts";
import { ResourceTable } from "./resource-table.ts";
import type { ScriptCommand, ScriptRunner } from "./script-runner.ts";
import { createStreamHandler, type StreamHandler } from "./serve.ts";
import type { ServiceHost } from "./service-host.ts";
import { createServices } from "./services.ts";
import { SessionCalls } from "./session-calls.ts";
import { Sharing } from "./sharing.ts";
import { type Status, StatusMachine, statusName } from "./status.ts";
import { Transfers } from "./transfers.ts";
import { resetDrivers, stopDrivers } from "./tree-lifecycle.ts";

export interface ExporterOptions {
  readonly config: ExporterConfig;
  readonly uuid: string;
  readonly catalogue: Catalogue;
  readonly devices: Devices;
  /** Where drivers keep files. */
  readonly storage: DriverStorage;
  readonly codecs: Codecs;
  readonly http: HttpTransfer;
  readonly clock: Clock;
  readonly log: LogRing;
  /** `exclusive`: while one client has a shell open, others are told that the board is in use. */
  readonly access: "shared" | "exclusive";
  /** Links to the bench, newest first. */
  readonly shares: readonly Share[];
  /** A new secret for a link: letters and digits, not to be guessed. */
  newSecret(): string;
  /** There are other links now, or others of them open something: to be kept, and told to the relay. */
  onShares(shares: readonly Share[]): void;
  /** Resolves when the relay knows all credentials of now. */
  relayKnows(): Promise<void>;
  /** What the page shows of this exporter, for those whom the bench is shared with. */
  snapshot(): ExporterSnapshot;
  /** Runs the configuration's hooks. */
  readonly scripts: ScriptRunner;
  /** Commands that hooks have beside the interpreter's own. */
  commands(exporter: Exporter): Readonly<Record<string, ScriptCommand>>;
  /** Something that the page shows has changed. Called often; whoever draws decides how often to look. */
  onChange(): void;
  /** A hook with `onFailure: exit` has failed: the exporter is OFFLINE and wants to be disposed. One sentence with the cure. */
  onFatal(failure: string): void;
}

export class Exporter implements AsyncDisposable {
  readonly config: ExporterConfig;
  readonly root: DriverInstance;
  readonly failures: readonly BuildFailure[];
  /** Links, who is there with them, and who drives. */
  readonly sharing: Sharing;
  readonly #options: ExporterOptions;
  readonly #status: StatusMachine;
  readonly #hooks: HookRunner;
  readonly #lifecycle: Lifecycle;
  readonly #handler: StreamHandler;
  readonly #running = new SessionCalls();
  readonly #access: Access;
  readonly #resources: ResourceTable;
  readonly #transfers: Transfers;
  /** Children before their parents: a parent may rely on them. */
  readonly #inOrderOfEnd: readonly DriverInstance[];
  #calls = 0;
  #streams = 0;
  #totalCalls = 0;

  private constructor(
    options: ExporterOptions,
    { root, failures, resources }: Pick<Exporter, "root" | "failures"> & { resources: ResourceTable },
  ) {
    const { config, clock, onChange } = options;
    this.config = config;
    this.root = root;
    this.failures = failures;
    this.#resources = resources;
    this.#transfers = new Transfers({ resources, clock, onChange });
    this.#options = options;
    this.#status = new StatusMachine(() => clock.now(), onChange);
    this.#inOrderOfEnd = [...walk(root)].reverse();
    this.#hooks = new HookRunner({ ...options, commands: () => options.commands(this) });
    this.#lifecycle = new Lifecycle({
      ...options,
      runner: this.#hooks,
      status: this.#status,
      calls: this.#running,
      resetDrivers: () => resetDrivers(this.#inOrderOfEnd, options),
    });
    this.#access = new Access(options);
    this.sharing = new Sharing(options);
    const host = this.#host();
    this.#handler = createStreamHandler(createServices(host), host);
  }

  /**
   * Bring the drivers up. The status is AVAILABLE, until `begin`.
   *
   * @throws Error with a sentence when nothing of the configuration came up.
   */
  static async start(options: ExporterOptions): Promise<Exporter> {
    const resources = new ResourceTable(options);
    const { root, failures, orphans } = await buildTree({
      ...options,
      resourcesOf: (uuid) => resources.resourcesOf(uuid),
      exporterUuid: options.uuid,
      onState: options.onChange,
    });
    await stopDrivers(orphans.toReversed(), options);
    if (root.children.length === 0) {
      await stopDrivers([root], options);
      throw new Error(failures[0]?.message ?? "the configuration has no driver that runs here: add one");
    }
    return new Exporter(options, { root, failures, resources });
  }

  /** Begin the first session, with its hook. Resolves when it is ready, or has failed; clients may watch meanwhile. */
  begin(): Promise<void> {
    return this.#lifecycle.begin();
  }

  /** Answer one request of a client. Never rejects. */
  get handle(): StreamHandler {
    return this.#handler;
  }

  get status(): Status & { readonly name: string } {
    const status = this.#status.current;
    return { ...status, name: statusName(status.status) };
  }

  /** The hook that runs now. */
  get hook(): RunningHook | undefined {
    return this.#hooks.running;
  }

  /** The client whose shell is open, while access is exclusive. */
  get inUseBy(): { readonly client: string; readonly since: number } | undefined {
    return this.#access.holder;
  }

  get activity(): { readonly calls: number; readonly streams: number; readonly totalCalls: number } {
    return { calls: this.#calls, streams: this.#streams, totalCalls: this.#totalCalls };
  }

  /** The page's own driver call, or a hook's. Rejects as a client's would. */
  async call(
    path: readonly string[],
    method: string,
    args: readonly JsonValue[],
    signal: AbortSignal,
  ): Promise<JsonValue> {
    const instance = this.#at(path);
    // The method is looked for inside: files that were made for the call end with it also when there is none.
    return loggedCall(this.#options.log, instance, method, signal, () =>
      this.#transfers.call({ instance, method, args, by: "page", signal }, (options) =>
        requireMethod(instance, method, "call").run(args, options),
      ),
    );
  }

  /** The page's own streaming call, or a hook's. */
  streamingCall(
    path: readonly string[],
    method: string,
    args: readonly JsonValue[],
    signal: AbortSignal,
  ): AsyncIterable<JsonValue> {
    const instance = this.#at(path);
    return loggedStreamingCall(this.#options.log, instance, method, signal, () =>
      this.#transfers.streamingCall({ instance, method, args, by: "page", signal }, (options) =>
        requireMethod(instance, method, "streaming-call").run(args, options),
      ),
    );
  }

  /** A file of the page's own, or a hook's: a handle for one call on the driver at `path`. */
  resource(path: readonly string[], file: CommandFile, signal: AbortSignal): JsonValue {
    return this.#resources.add(this.#at(path).uuid, file, { signal });
  }

  /** Files that go to devices and come from them: newest first, those that run and some that have ended. */
  get transfers(): readonly TransferSnapshot[] {
    return this.#transfers.snapshots;
  }

  /** Stop a transfer, whoever has begun it. One that has ended stays as it is. */
  cancelTransfer(id: string): void {
    this.#transfers.cancel(id);
  }

  /** Have the driver at `path` compare its device with an image. */
  async verify(
    path: readonly string[],
    image: Image,
    target: string | null,
    signal: AbortSignal,
  ): Promise<Verification> {
    const { driver, path: own } = this.#at(path);
    const verify = driver.verify?.bind(driver);
    if (verify === undefined) {
      throw new DriverError("not-implemented", `${pathText(path)} cannot read back what was flashed`);
    }
    const work = { path: own, method: "verify", direction: "from-device", by: "page" } as const;
    return this.#transfers.work({ ...work, target: target ?? undefined, signal }, async (options) => {
      options.report?.image(image);
      return verify(image, target, options);
    });
  }

  /** The page's own byte stream; whoever opens it frees it. */
  stream(path: readonly string[], method: string): ExportedStream {
    return requireMethod(this.#at(path), method, "stream");
  }

  /**
   * End the session: its hook runs, calls and streams end, drivers are reset, and the next session begins. Resolves when that is
   * ready, or has failed. Undefined when there is no session.
   */
  endSession(): Promise<void> | undefined {
    return this.#lifecycle.endSession();
  }

  /**
   * End the last session, with its hook; the status is OFFLINE then, and `dispose` takes the drivers down. A second call ends the hook.
   *
   * @param hookMs A bound for the hook that is tighter than its own.
   */
  stop(options?: { hookMs?: number | undefined }): Promise<void> {
    return this.#lifecycle.stop(options);
  }

  /** Take the drivers down, without hooks unless they ran in `stop`. Clients that come now hear that the exporter is not ready. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#lifecycle.dispose();
    this.#access.dispose();
    this.sharing.dispose();
    await stopDrivers(this.#inOrderOfEnd, this.#options);
  }

  #at(path: readonly string[]): DriverInstance {
    let instance = this.root;
    for (const name of path) {
      const child = instance.children.find((candidate) => candidate.name === name);
      if (child === undefined) throw new Error(`there is no driver ${pathText(path)}`);
      instance = child.kind === "alias" ? child.target : child;
    }
    return instance;
  }

  /** What clients are greeted with: the configuration's words, then those of the session's hook. */
  get #motd(): string {
    const { motd = "" } = this.config;
    const more = this.#lifecycle.motd;
    if (more === undefined) return motd;
    return motd.trim() === "" ? more : `${motd.trimEnd()}\n${more}`;
  }

  #host(): ServiceHost {
    const { clock, log, onChange, uuid } = this.#options;
    return {
      status: this.#status,
      log,
      clock,
      access: this.#access,
      sharing: this.sharing,
      instances: new Map(this.#inOrderOfEnd.map((instance) => [instance.uuid, instance])),
      resources: this.#resources,
      transfers: this.#transfers,
      calls: this.#running,
      report: () => createReport({ uuid, name: this.config.name, motd: this.#motd }, this.root),
      callStarted: () => {
        this.#calls += 1;
        this.#totalCalls += 1;
        onChange();
        return () => {
          this.#calls -= 1;
          onChange();
        };
      },
      streamStarted: (instance) => {
        this.#streams += 1;
        instance.openStreams += 1;
        onChange();
        return () => {
          this.#streams -= 1;
          instance.openStreams -= 1;
          onChange();
        };
      },
      reset: () => resetDrivers(this.#inOrderOfEnd, this.#options),
      endSession: () => this.endSession(),
    };
  }
}
