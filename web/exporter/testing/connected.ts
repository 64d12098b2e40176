/**
 * An exporter behind a real tunnel pair, and a gRPC client in front of it: everything but the sockets.
 * Above: tests of web/exporter. Below: proto/tunnel, Connect's gRPC client protocol.
 */

import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import { createTransport } from "@connectrpc/connect/protocol-grpc";
import * as v from "valibot";
import type { Catalogue } from "../../../drivers/base/catalogue.ts";
import { type Clock, systemClock } from "../../../drivers/base/clock.ts";
import type { Devices } from "../../../drivers/base/devices.ts";
import {
  type Driver,
  type DriverContext,
  type DriverDefinition,
  defineDriver,
} from "../../../drivers/base/driver.ts";
import { createTestStorage } from "../../../drivers/testing/test-resources.ts";
import {
  DEFAULT_TUNNEL_LIMITS,
  type HeaderList,
  StreamReset,
  Tunnel,
  type TunnelLink,
  type TunnelTransport,
} from "../../../proto/tunnel/index.ts";
import type { ExporterSnapshot, Share } from "../../messages.ts";
import type { Codecs } from "../codecs.ts";
import type { ConfigNode, DriverNode, ExporterConfig } from "../config.ts";
import { Exporter } from "../exporter.ts";
import type { HttpTransfer } from "../http-transfer.ts";
import { LogRing } from "../log-ring.ts";
import type { ScriptRunner } from "../script-runner.ts";
import { ScriptedRunner } from "./scripted-runner.ts";

export const EXPORTER_UUID = "6f1c2a54-9d0c-4c44-8f0e-0d6b9f6b1a11";

/** Drivers that a test writes down, by their types. */
export type TestDrivers = Readonly<Record<string, (context: DriverContext) => Driver | Promise<Driver>>>;

export function testCatalogue(drivers: TestDrivers): Catalogue {
  const definitions = new Map<string, DriverDefinition>(
    Object.entries({ "jumpstarter_driver_composite.driver.Composite": composite, ...drivers }).map(
      ([type, make]) => [type, defineDriver({ type, summary: type, config: v.object({}), create: make })],
    ),
  );
  return {
    available: [...definitions.keys()],
    find: (type) => {
      const definition = definitions.get(type);
      if (definition === undefined) return undefined;
      return { kind: "available", summary: type, load: () => Promise.resolve(definition) };
    },
  };
}

export function testDriver(parts: Partial<Driver>): Driver {
  return {
    clientClass: "jumpstarter_driver_power.client.PowerClient",
    category: "power",
    methods: new Map(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    ...parts,
  };
}

function composite(): Driver {
  return testDriver({
    clientClass: "jumpstarter_driver_composite.client.CompositeClient",
    category: "composite",
  });
}

export function driverNode(name: string, type: string, parts: Partial<DriverNode> = {}): DriverNode {
  return {
    kind: "driver",
    name,
    type,
    config: {},
    description: undefined,
    methodsDescription: {},
    labels: {},
    uuid: undefined,
    logLevel: "INFO",
    children: [],
    line: 1,
    ...parts,
  };
}

export interface Connected extends AsyncDisposable {
  readonly exporter: Exporter;
  readonly log: LogRing;
  readonly transport: Transport;
  readonly relay: Tunnel;
  readonly page: Tunnel;
}

async function unused(): Promise<never> {
  throw new Error("this test has neither codecs nor a network");
}

export async function connect(options: {
  children: readonly ConfigNode[];
  drivers: TestDrivers;
  devices?: Devices;
  clock?: Clock;
  hooks?: Partial<ExporterConfig["hooks"]>;
  scripts?: ScriptRunner;
  onFatal?: (failure: string) => void;
  onChange?: () => void;
  access?: "shared" | "exclusive";
  codecs?: Codecs;
  http?: HttpTransfer;
  /** The session begins when the test says so. */
  idle?: boolean;
  shares?: readonly Share[];
  onShares?: (shares: readonly Share[]) => void;
  relayKnows?: () => Promise<void>;
}): Promise<Connected> {
  const clock = options.clock ?? systemClock;
  let secrets = 0;
  let running: Exporter | undefined;
  const log = new LogRing(() => clock.now());
  const exporter = await Exporter.start({
    config: {
      name: "bench",
      namespace: undefined,
      description: "A bench",
      motd: "hello",
      children: options.children,
      hooks: { beforeLease: undefined, afterLease: undefined, ...options.hooks },
    },
    uuid: EXPORTER_UUID,
    catalogue: testCatalogue(options.drivers),
    devices: options.devices ?? { serial: undefined, usb: undefined },
    storage: createTestStorage(),
    codecs: options.codecs ?? { decoder: unused, encoder: unused },
    http: options.http ?? { get: unused, put: unused },
    clock,
    log,
    access: options.access ?? "shared",
    shares: options.shares ?? [],
    // Not to be guessed by nobody: a test reads them.
    newSecret: () => String(++secrets).padEnd(22, "s"),
    onShares: options.onShares ?? (() => undefined),
    relayKnows: options.relayKnows ?? (() => Promise.resolve()),
    snapshot: () => snapshotOf(exporter),
    scripts: options.scripts ?? new ScriptedRunner(),
    commands: () => ({}),
    onChange: () => {
      running?.sharing.feed.changed();
      options.onChange?.();
    },
    onFatal: options.onFatal ?? (() => undefined),
  });
  running = exporter;
  const schedule = (run: () => void): void => {
    setImmediate(run);
  };
  // Nothing is lost here, so nobody waits for it to come back.
  const after = () => () => undefined;
  const relay = new Tunnel({ role: "relay", schedule, after, onStream: () => undefined });
  const page = new Tunnel({
    role: "page",
    schedule,
    after,
    onStream: (stream) => void exporter.handle(stream),
  });
  // Messages arrive a macrotask later, as from a socket, and in order; the sender may use its memory again.
  const wire = (deliver: (message: Uint8Array) => void): TunnelTransport => ({
    bufferedAmount: 0,
    send: (message) => {
      const copy = message.slice();
      setImmediate(() => deliver(copy));
    },
    close: () => undefined,
  });
  const { streamWindowBytes: stream, connectionWindowBytes: connection } = DEFAULT_TUNNEL_LIMITS;
  const fresh = { received: 0, windows: { stream, connection } };
  const relayLink = relay.connect(
    wire((message) => pageLink.receive(message)),
    fresh,
  );
  const pageLink: TunnelLink = page.connect(
    wire((message) => relayLink.receive(message)),
    fresh,
  );
  if (options.idle !== true) await exporter.begin();
  return {
    exporter,
    log,
    relay,
    page,
    transport: tunnelTransport(relay),
    async [Symbol.asyncDispose]() {
      relay.close(1001, "the test is over");
      page.closedByPeer(1001, "the test is over");
      await exporter[Symbol.asyncDispose]();
    },
  };
}

/** As much of what the page shows as the exporter knows by itself. */
function snapshotOf({ sharing, status, activity, transfers, inUseBy }: Exporter): ExporterSnapshot {
  return {
    phase: "running",
    name: "bench",
    failure: undefined,
    status: { name: status.name, message: status.message, since: status.since },
    hook: undefined,
    inUseBy,
    tunnel: { kind: "off" },
    drivers: [],
    transfers,
    problems: [],
    activity,
    startedAt: 0,
    shares: sharing.shares,
    people: sharing.people,
    seat: sharing.seatSnapshot,
  };
}

/**
 * gRPC over tunnel streams.
 *
 * @param headers What the relay adds to each request.
 */
export function tunnelTransport(tunnel: Tunnel, headers: HeaderList = []): Transport {
  const httpClient: UniversalClientFn = async ({ url, method, header, body, signal }) => {
    const stream = tunnel.open({ method, path: new URL(url).pathname, h: [...header, ...headers] });
    signal?.addEventListener("abort", () => stream.reset(Code.Canceled, "the client cancelled"));
    void (async () => {
      for await (const chunk of body ?? []) await stream.write(chunk);
      stream.end();
    })().catch((error: unknown) => stream.reset(Code.Canceled, String(error)));
    try {
      const { status, h } = await stream.response;
      const trailer = new Headers();
      return { status, header: new Headers(h as [string, string][]), body: withTrailers(), trailer };

      async function* withTrailers(): AsyncGenerator<Uint8Array> {
        try {
          yield* stream.body;
        } catch (error) {
          throw error instanceof StreamReset ? new ConnectError(error.message, error.code) : error;
        }
        for (const [name, value] of stream.trailers ?? []) trailer.append(name, value);
      }
    } catch (error) {
      throw error instanceof StreamReset ? new ConnectError(error.message, error.code) : error;
    }
  };
  return createTransport({
    httpClient,
    baseUrl: "http://exporter",
    useBinaryFormat: true,
    interceptors: [],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: 0,
    readMaxBytes: 8 * 1024 * 1024,
    writeMaxBytes: 8 * 1024 * 1024,
  });
}
