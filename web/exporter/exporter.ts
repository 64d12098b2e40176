/**
 * The exporter: a driver tree with a session around it, answering tunnel streams, and telling the page how it is.
 * Above: web/start-worker.ts. Below: build-tree.ts, services.ts, serve.ts, status.ts, log-ring.ts.
 * No DOM, no WebSocket, no `navigator`: what it needs comes in by options.
 */

import type { Catalogue } from "../../drivers/base/catalogue.ts";
import type { Clock } from "../../drivers/base/clock.ts";
import type { Devices } from "../../drivers/base/devices.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { ExportedStream } from "../../drivers/base/methods.ts";
import { ExporterStatus } from "../../proto/gen/jumpstarter/v1/common_pb.ts";
import { type BuildFailure, buildTree } from "./build-tree.ts";
import type { ExporterConfig } from "./config.ts";
import { requireMethod } from "./dispatch.ts";
import { type DriverInstance, pathText, walk } from "./driver-instance.ts";
import type { LogRing } from "./log-ring.ts";
import { createReport } from "./report.ts";
import { createStreamHandler, type StreamHandler } from "./serve.ts";
import type { ServiceHost } from "./service-host.ts";
import { createServices } from "./services.ts";
import { type Status, StatusMachine, statusName } from "./status.ts";
import { within } from "./within.ts";

/** 10 s: how long a driver may take to reset or to stop before the others go on without it. */
export const DRIVER_LIFECYCLE_MS = 10_000;

export interface ExporterOptions {
  readonly config: ExporterConfig;
  readonly uuid: string;
  readonly catalogue: Catalogue;
  readonly devices: Devices;
  readonly clock: Clock;
  readonly log: LogRing;
  /** Something that the page shows has changed. Called often; whoever draws decides how often to look. */
  onChange(): void;
}

export class Exporter implements AsyncDisposable {
  readonly config: ExporterConfig;
  readonly root: DriverInstance;
  readonly failures: readonly BuildFailure[];
  readonly #options: ExporterOptions;
  readonly #status: StatusMachine;
  readonly #instances: ReadonlyMap<string, DriverInstance>;
  readonly #handler: StreamHandler;
  #session = new AbortController();
  #calls = 0;
  #streams = 0;
  #totalCalls = 0;
  #ending: Promise<void> | undefined;
  #disposed = false;

  private constructor(options: ExporterOptions, root: DriverInstance, failures: readonly BuildFailure[]) {
    this.config = options.config;
    this.root = root;
    this.failures = failures;
    this.#options = options;
    this.#status = new StatusMachine(options.onChange);
    this.#instances = new Map([...walk(root)].map((instance) => [instance.uuid, instance]));
    const host = this.#host();
    this.#handler = createStreamHandler(createServices(host), host);
  }

  /**
   * Bring the drivers up and open the first session.
   *
   * @throws Error with a sentence when nothing of the configuration came up.
   */
  static async start(options: ExporterOptions): Promise<Exporter> {
    const { root, failures, orphans } = await buildTree({
      ...options,
      exporterUuid: options.uuid,
      onState: options.onChange,
    });
    const exporter = new Exporter(options, root, failures);
    await exporter.#stopDrivers(orphans.toReversed());
    if (root.children.length === 0) {
      await exporter.#stopDrivers([root]);
      throw new Error(failures[0]?.message ?? "the configuration has no driver that runs here: add one");
    }
    await exporter.#resetDrivers();
    exporter.#status.set(ExporterStatus.LEASE_READY, "Ready for commands");
    exporter.#system(`exporter ${options.config.name} is ready`);
    return exporter;
  }

  /** Answer one request of a client. Never rejects. */
  get handle(): StreamHandler {
    return this.#handler;
  }

  get status(): Status & { readonly name: string } {
    const status = this.#status.current;
    return { ...status, name: statusName(status.status) };
  }

  get activity(): { readonly calls: number; readonly streams: number; readonly totalCalls: number } {
    return { calls: this.#calls, streams: this.#streams, totalCalls: this.#totalCalls };
  }

  /** The page's own driver call. Rejects as a client's would. */
  call(
    path: readonly string[],
    method: string,
    args: readonly JsonValue[],
    signal: AbortSignal,
  ): Promise<JsonValue> {
    return requireMethod(this.#at(path), method, "call").run(args, { signal });
  }

  /** The page's own streaming call. */
  streamingCall(
    path: readonly string[],
    method: string,
    args: readonly JsonValue[],
    signal: AbortSignal,
  ): AsyncIterable<JsonValue> {
    return requireMethod(this.#at(path), method, "streaming-call").run(args, { signal });
  }

  /** The page's own byte stream; whoever opens it frees it. */
  stream(path: readonly string[], method: string): ExportedStream {
    return requireMethod(this.#at(path), method, "stream");
  }

  /** End the session: streams are closed, drivers reset, the next session begins. */
  endSession(): Promise<void> {
    this.#ending ??= this.#renewSession().finally(() => {
      this.#ending = undefined;
    });
    return this.#ending;
  }

  /** Take the drivers down. Clients that come now hear that the exporter is not ready. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#status.set(ExporterStatus.OFFLINE, "The exporter was stopped on its page");
    this.#session.abort(new Error("the exporter was stopped"));
    await this.#stopDrivers([...walk(this.root)].reverse());
  }

  async #renewSession(): Promise<void> {
    this.#status.set(ExporterStatus.AVAILABLE, "Session ended");
    this.#session.abort(new Error("the session has ended"));
    this.#session = new AbortController();
    await this.#resetDrivers();
    if (this.#disposed) return;
    this.#status.set(ExporterStatus.LEASE_READY, "Ready for commands");
    this.#system("a session has ended, the next one is ready");
  }

  /** Children before their parents: a parent may rely on them. A driver that fails is said, and the others go on. */
  async #resetDrivers(): Promise<void> {
    for (const instance of [...walk(this.root)].reverse()) {
      await this.#attempt(instance, "reset", async () => instance.driver.reset?.());
    }
  }

  async #stopDrivers(instances: readonly DriverInstance[]): Promise<void> {
    for (const instance of instances) {
      await this.#attempt(instance, "stop", async () => instance.driver[Symbol.asyncDispose]());
    }
  }

  /** Do `work`, and wait for it at most DRIVER_LIFECYCLE_MS; what goes wrong is said, and the caller goes on. */
  async #attempt({ path }: DriverInstance, what: string, work: () => Promise<void>): Promise<void> {
    try {
      await within(this.#options.clock, DRIVER_LIFECYCLE_MS, work());
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#system(`${pathText(path)} did not ${what}: ${message}`, "ERROR");
    }
  }

  #system(message: string, severity: "INFO" | "ERROR" = "INFO"): void {
    this.#options.log.append({
      severity,
      source: "system",
      message,
      driver: undefined,
      driverType: undefined,
      fields: {},
    });
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

  #host(): ServiceHost {
    const { clock, log, onChange, uuid } = this.#options;
    const exporter = this;
    return {
      status: this.#status,
      log,
      clock,
      instances: this.#instances,
      report: () => createReport({ uuid, name: this.config.name, motd: this.config.motd }, this.root),
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
      get sessionSignal() {
        return exporter.#session.signal;
      },
      reset: () => this.#resetDrivers(),
      endSession: () => this.endSession(),
    };
  }
}
