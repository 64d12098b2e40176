/**
 * The worker's side of the page: starts and stops the exporter, answers the window, and tells it how things stand.
 * Above: start-worker.ts hands it the platform. Below: web/config, web/exporter, web/tunnel, drivers/base.
 */

import type { Catalogue } from "../../drivers/base/catalogue.ts";
import type { Clock } from "../../drivers/base/clock.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { Severity } from "../../drivers/base/log.ts";
import { createSerialDevices, type ManagedSerialDevices } from "../../drivers/base/serial-devices.ts";
import type { DriverStorage } from "../../drivers/base/storage.ts";
import { createUsbDevices, type ManagedUsbDevices } from "../../drivers/base/usb-devices.ts";
import { counter, type ExporterIdentity } from "../../proto/tunnel/index.ts";
import { checkExporterConfig } from "../config/check-exporter-config.ts";
import { describeCatalogue } from "../config/describe-catalogue.ts";
import { type Codecs, Exporter, LogRing, type ScriptRunner, sha256Hex } from "../exporter/index.ts";
import { createHttpTransfer } from "../http/create-http-transfer.ts";
import type {
  Back,
  Bench,
  ConfigCheck,
  ConfigProblem,
  ExporterSnapshot,
  FromWorker,
  RelayAddress,
  Share,
  ToWorker,
  TunnelState,
} from "../messages.ts";
import { RelayConnection } from "../tunnel/relay-connection.ts";
import { DeviceLog } from "./device-log.ts";
import { pageCommands } from "./page-commands.ts";
import { PageRequests } from "./page-requests.ts";
import { driverSnapshots, hookSnapshot } from "./snapshot.ts";
import { WindowFeed } from "./window-feed.ts";

/** What the host needs of the worker it lives in. */
export interface HostPlatform {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Undefined where the browser has no Web Serial. */
  readonly serial: Serial | undefined;
  /** Undefined where the browser has no Web USB. */
  readonly usb: USB | undefined;
  /** Runs a function in a macrotask of its own. */
  readonly schedule: (run: () => void) => void;
  readonly random: () => number;
  /** A new secret for a link: letters and digits, not to be guessed. */
  newSecret(): string;
  /** Made anew by each page load. */
  readonly instance: string;
  createSocket(url: string, protocol: string): WebSocket;
  /** Whether anything answers at the relay's address. Never rejects. */
  answers(url: string, options: { signal: AbortSignal }): Promise<boolean>;
  post(message: FromWorker): void;
  /** Runs hooks, and the page's shell. */
  readonly scripts: ScriptRunner;
  /** Where drivers keep files. */
  readonly storage: DriverStorage;
  readonly codecs: Codecs;
  readonly fetch: typeof fetch;
}

interface Running {
  readonly exporter: Exporter;
  readonly identity: ExporterIdentity;
  readonly connection: RelayConnection;
  readonly requests: PageRequests;
  readonly stop: AbortController;
}

export class ExporterHost {
  readonly #platform: HostPlatform;
  readonly #log: LogRing;
  #phase: ExporterSnapshot["phase"] = "idle";
  #name = "";
  #failure: string | undefined;
  #problems: readonly ConfigProblem[] = [];
  #tunnel: TunnelState = { kind: "off" };
  #startedAt: number | undefined;
  /** Of the bench that runs, or ran last. */
  #shares: readonly Share[] = [];
  #running: Running | undefined;
  #serial: ManagedSerialDevices | undefined;
  #usb: ManagedUsbDevices | undefined;
  /** Starting and stopping, one after the other. */
  #turn: Promise<void> = Promise.resolve();
  readonly #nextDial = counter();
  readonly #feed: WindowFeed;

  constructor(platform: HostPlatform) {
    this.#platform = platform;
    this.#log = new LogRing(
      () => platform.clock.now(),
      () => this.#changed(),
    );
    this.#feed = new WindowFeed({
      clock: platform.clock,
      post: (message) => platform.post(message),
      snapshot: () => this.#snapshot(),
      log: () => this.#log,
    });
  }

  /** Answer a message of the window; never rejects. */
  async receive(message: ToWorker): Promise<void> {
    const { id } = message;
    try {
      const value = await this.#answer(message);
      this.#platform.post({ kind: "reply", id, result: { ok: true, value } });
    } catch (error) {
      const text = messageOf(error);
      this.#platform.post({ kind: "reply", id, result: { ok: false, message: text } });
    }
  }

  /** The network has changed, or this worker has slept: see whether the connection still lives, or dial again now. */
  doubtConnection(): void {
    this.#running?.connection.retry();
  }

  async #answer(message: ToWorker): Promise<JsonValue> {
    switch (message.kind) {
      case "start":
        await this.#inTurn(() => this.#start(message.bench, message.relay, message.takeOver));
        return null;
      case "stop":
        // One is under way: this one ends the hook that it waits for, or bounds it.
        if (this.#phase === "stopping") void this.#running?.exporter.stop({ hookMs: message.hookMs });
        await this.#inTurn(() => this.#stop(message.hookMs));
        return null;
      case "end-session":
        await this.#requireRunning().exporter.endSession();
        return null;
      case "take-over":
        await this.#inTurn(() => this.#takeOver(message.relay));
        return null;
      case "check":
        return (await this.#check(message.yaml, message.files)) as unknown as JsonValue;
      case "catalogue":
        return (await describeCatalogue(this.#platform.catalogue)) as unknown as JsonValue;
      case "devices-changed":
        await this.#lookAgain();
        this.#changed();
        return null;
      case "doubt-connection":
        this.doubtConnection();
        return null;
      case "bind":
        // A choice means a device of the kind that the driver there asks for; the other kind has no claim at that path.
        this.#serial?.remember(message.path, message.port);
        this.#usb?.remember(message.path, message.port);
        await this.#lookAgain();
        this.#changed();
        return null;
      case "tell-apart":
        this.#serial?.tellApart(message.path, message.answer);
        this.#usb?.tellApart(message.path, message.answer);
        return null;
      case "call":
      case "streaming-call":
      case "open-stream":
      case "send-file":
      case "fetch-file":
      case "cancel-transfer":
      case "verify":
      case "open-shell":
      case "create-share":
      case "revoke-share":
      case "seat":
        return this.#requireRunning().requests.answer(message);
    }
  }

  #requireRunning(): Running {
    if (this.#running === undefined) throw new Error("the exporter is not running: press Start");
    return this.#running;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #check(yaml: string, files: Bench["files"] | undefined): Promise<ConfigCheck> {
    const { catalogue } = this.#platform;
    const { name, problems, startable } = await checkExporterConfig(yaml, catalogue, files);
    return { name, problems, startable };
  }

  async #start(bench: Bench, relay: RelayAddress, takeOver: boolean): Promise<void> {
    await this.#stop();
    const { catalogue, clock, scripts, storage, codecs, newSecret } = this.#platform;
    this.#phase = "starting";
    this.#failure = undefined;
    this.#shares = bench.shares;
    this.#changed();
    try {
      const { config, name, problems } = await checkExporterConfig(bench.yaml, catalogue, bench.files);
      this.#problems = problems;
      this.#name = name ?? "";
      if (config === undefined) {
        const first = problems.find((problem) => problem.severity === "error");
        throw new Error(
          first === undefined ? "the configuration cannot start" : `line ${first.line}: ${first.message}`,
        );
      }
      const stop = new AbortController();
      await this.#findDevices(bench.bindings, stop.signal);
      const passphraseHash = bench.passphrase === undefined ? undefined : await sha256Hex(bench.passphrase);
      const exporter = await Exporter.start({
        config,
        uuid: bench.id,
        catalogue,
        devices: { serial: this.#serial, usb: this.#usb },
        storage,
        codecs,
        http: createHttpTransfer({
          fetch: this.#platform.fetch,
          clock,
          openStream: (request) => this.#requireRunning().connection.open(request),
        }),
        clock,
        log: this.#log,
        access: bench.access,
        shares: bench.shares,
        newSecret,
        onShares: (shares) => this.#keepShares(bench.id, shares),
        relayKnows: async () => this.#requireRunning().connection.credentialsKnown(),
        snapshot: () => this.#snapshot(),
        scripts,
        commands: (self) => pageCommands(self, clock),
        onChange: () => this.#changed(),
        onFatal: (failure) => void this.#inTurn(() => this.#fail(failure)),
      });
      this.#problems = [
        ...problems,
        ...exporter.failures.map(
          ({ line, message }): ConfigProblem => ({
            severity: "warning",
            line,
            column: 1,
            endLine: line,
            endColumn: 1,
            message,
          }),
        ),
      ];
      const identity = {
        uuid: bench.id,
        name: config.name,
        ...(passphraseHash === undefined ? {} : { passphraseHash }),
      };
      const connection = this.#connect(exporter, identity, relay, takeOver);
      const requests = new PageRequests({
        exporter,
        scripts,
        clock,
        images: storage.images,
        noAuth: bench.passphrase === undefined,
        signal: stop.signal,
      });
      this.#running = { exporter, identity, connection, requests, stop };
      this.#startedAt = clock.now();
      this.#phase = "running";
      // Clients that come by now see the hook at work; what they missed is told to them.
      void exporter.begin();
    } catch (error) {
      await this.#letDevicesGo();
      this.#phase = "failed";
      this.#failure = messageOf(error);
      throw error;
    } finally {
      this.#changed();
    }
  }

  /** A page that may not use one kind of device still runs the rest; whoever needs one hears why it has none. */
  async #findDevices(bindings: Bench["bindings"], signal: AbortSignal): Promise<void> {
    const { serial, usb } = this.#platform;
    if (serial !== undefined) this.#serial = createSerialDevices({ serial, remembered: bindings });
    if (usb !== undefined) this.#usb = createUsbDevices({ usb, remembered: bindings });
    for (const devices of [this.#serial, this.#usb]) {
      const log = new DeviceLog();
      devices?.onChange(
        () => {
          for (const line of log.changes(devices.bindings)) this.#say("INFO", line);
          this.#changed();
        },
        { signal },
      );
      await devices?.refresh().catch((error: unknown) => this.#warn(messageOf(error)));
    }
  }

  /** Rejects when the browser forbids one kind; the other kind has been looked at all the same. */
  async #lookAgain(): Promise<void> {
    const looked = await Promise.allSettled([this.#serial?.refresh(), this.#usb?.refresh()]);
    for (const result of looked) if (result.status === "rejected") throw result.reason;
  }

  async #letDevicesGo(): Promise<void> {
    await this.#serial?.[Symbol.asyncDispose]();
    await this.#usb?.[Symbol.asyncDispose]();
    this.#serial = undefined;
    this.#usb = undefined;
  }

  async #takeOver(relay: RelayAddress): Promise<void> {
    const running = this.#requireRunning();
    await running.connection.close("the page dials anew");
    this.#running = {
      ...running,
      connection: this.#connect(running.exporter, running.identity, relay, true),
    };
  }

  #connect(
    exporter: Exporter,
    identity: ExporterIdentity,
    relay: RelayAddress,
    takeOver: boolean,
  ): RelayConnection {
    const { answers, clock, schedule, random, instance, createSocket } = this.#platform;
    return new RelayConnection({
      url: relay.url,
      exporter: identity,
      credentials: {
        now: () => exporter.sharing.credentials,
        // It is about links, which are nobody's business but the person's at the board.
        warn: (message) =>
          this.#log.append({ severity: "WARNING", source: "system", message, hereOnly: true }),
      },
      attachToken: relay.attachToken,
      instance,
      nextDial: this.#nextDial,
      takeOver,
      clock,
      schedule,
      random,
      createSocket,
      answers,
      onStream: (stream) => void exporter.handle(stream),
      onState: (state) => {
        this.#tunnel = state;
        this.#changed();
      },
      onBack: (back) => this.#logBack(back),
    });
  }

  /** Clients stay connected until the afterLease hook has ended: they see its lines. */
  async #stop(hookMs?: number): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#phase = "stopping";
    this.#changed();
    await running.exporter.stop({ hookMs });
    await this.#takeDown(running, "the exporter was stopped on its page");
    this.#phase = "idle";
    this.#changed();
  }

  /** A hook with `onFailure: exit` has failed. */
  async #fail(failure: string): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    await this.#takeDown(running, "the exporter has stopped: a hook with onFailure: exit has failed");
    this.#phase = "failed";
    this.#failure = failure;
    this.#changed();
  }

  /** @param reason What clients read of streams that still run. */
  async #takeDown({ connection, stop, exporter }: Running, reason: string): Promise<void> {
    this.#running = undefined;
    await connection.close(reason);
    stop.abort();
    await exporter[Symbol.asyncDispose]();
    await this.#letDevicesGo();
    this.#startedAt = undefined;
    this.#tunnel = { kind: "off" };
  }

  #changed(): void {
    this.#feed.changed();
    this.#running?.exporter.sharing.feed.changed();
  }

  #keepShares(bench: string, shares: readonly Share[]): void {
    this.#shares = shares;
    this.#platform.post({ kind: "shares", bench, shares });
    this.#running?.connection.credentialsChanged();
  }

  /** Clients read it in their logs, and the person on the page. */
  #logBack({ awayMs, resumed }: Back): void {
    const seconds = (awayMs / 1000).toFixed(1);
    if (resumed) {
      this.#say(
        "INFO",
        `the connection to the relay was lost for ${seconds} s and is back: nothing was lost`,
      );
    } else {
      const what = "what was running has ended with UNAVAILABLE";
      this.#say("WARNING", `the connection to the relay was lost for ${seconds} s and is back: ${what}`);
    }
  }

  #warn(message: string): void {
    this.#say("WARNING", message);
  }

  #say(severity: Severity, message: string): void {
    this.#log.append({
      severity,
      source: "system",
      message,
    });
  }

  #snapshot(): ExporterSnapshot {
    const exporter = this.#running?.exporter;
    const status = exporter?.status;
    const hook = exporter?.hook;
    return {
      phase: this.#phase,
      name: this.#name,
      failure: this.#failure,
      status: { name: status?.name ?? "OFFLINE", message: status?.message ?? "", since: status?.since },
      hook: hook && hookSnapshot(hook),
      inUseBy: exporter?.inUseBy,
      tunnel: this.#tunnel,
      drivers:
        exporter === undefined
          ? []
          : driverSnapshots(exporter.root, { serial: this.#serial?.bindings, usb: this.#usb?.bindings }),
      transfers: exporter?.transfers ?? [],
      problems: this.#problems,
      activity: exporter?.activity ?? { calls: 0, streams: 0, totalCalls: 0 },
      startedAt: this.#startedAt,
      shares: this.#shares,
      people: exporter?.sharing.people ?? [],
      seat: exporter?.sharing.seatSnapshot ?? { holder: { kind: "free" }, requests: [] },
    };
  }
}
