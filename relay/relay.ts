/**
 * The relay: puts the parts together, listens, and ends in order.
 * Above: main.ts and testing/. Below: port.ts, dispatch.ts, gateway.ts, tunnel-endpoint.ts,
 * client-tunnels.ts, exporters.ts.
 */

import { randomUUID } from "node:crypto";
import { networkInterfaces } from "node:os";
import packageJson from "../package.json" with { type: "json" };
import type { RelayEnd } from "../proto/boot.ts";
import { CREDENTIALS_PATH } from "../proto/credentials.ts";
import type { TunnelLimits } from "../proto/tunnel/index.ts";
import { type AddressLimitOptions, createAddressLimits } from "./address-limits.ts";
import type { BenchFile } from "./bench.ts";
import { type ServedBench, serveBoot } from "./boot.ts";
import { ClientNames } from "./client-names.ts";
import { ClientTunnels, type ClientTunnelTiming } from "./client-tunnels.ts";
import { corsHeaders } from "./cors.ts";
import { CredentialLists } from "./credential-lists.ts";
import { Dispatch } from "./dispatch.ts";
import { Exporters } from "./exporters.ts";
import { FailurePenalty } from "./failure-penalty.ts";
import { Fetches, type FetchOptions } from "./fetch/fetches.ts";
import { Gateway } from "./gateway.ts";
import {
  DRAIN_MS,
  RETURNING_MS,
  SHUTDOWN_GRACE_MS,
  UNATTENDED_DRAIN_MS,
  WAIT_FOR_PAGE_MS,
} from "./limits.ts";
import { formatHost, isWildcardHost, type ListenerAddress } from "./listener-address.ts";
import type { Logger } from "./logging.ts";
import { createMetrics } from "./metrics.ts";
import type { NetworkInterfaces } from "./own-addresses.ts";
import { PageEnd } from "./page-end.ts";
import type { ParkingOptions } from "./parking.ts";
import { Port, type PortTiming } from "./port.ts";
import { hashText, randomSecret } from "./secret.ts";
import type { TlsIdentity } from "./tls.ts";
import { TunnelEndpoint, type TunnelTiming } from "./tunnel-endpoint.ts";

export const VERSION: string = packageJson.version;

export interface RelayOptions {
  readonly listener: ListenerAddress;
  readonly tls?: TlsIdentity;
  /** With `tls`: plaintext on the same port too. */
  readonly plaintextToo?: boolean;
  /** One exporter, nobody asked. */
  readonly noAuth?: boolean;
  /** Pages have to show it. */
  readonly attachToken?: string;
  readonly bench?: { readonly file: BenchFile; readonly passphrase?: string };
  /** `run`: the bench's page is ours and nobody looks at it; clients wait for it. */
  readonly unattended?: boolean;
  /** More names that a Host header may carry. */
  readonly allowHosts?: readonly string[];
  readonly pageDirectory: string;
  /** Files by URL, for pages that their browser does not let at them. */
  readonly fetch?: FetchOptions;
  /** What one address may have. */
  readonly addressLimits?: AddressLimitOptions;
  readonly log: Logger;
  /** `/metrics` tells of this process as well, once in a process. */
  readonly processMetrics?: boolean;
  // For tests that cannot wait so long.
  readonly timing?: Partial<ClientTunnelTiming & TunnelTiming & PortTiming> & {
    readonly waitForPageMs?: number;
    readonly returningMs?: number;
    readonly parkMs?: number;
    readonly statusParkMs?: number;
    readonly drainMs?: number;
  };
  readonly tunnelLimits?: Partial<TunnelLimits>;
  readonly clientTunnelLimits?: Partial<TunnelLimits>;
  readonly parking?: ParkingOptions;
  readonly networkInterfaces?: () => NetworkInterfaces;
}

/** What is open now: all zero when nothing leaks. */
export interface RelayStats {
  readonly sockets: number;
  readonly http2Sessions: number;
  /** WebSockets of pages. */
  readonly tunnels: number;
  readonly exporters: number;
  /** Calls of clients in a tunnel. */
  readonly calls: number;
  /** Transfers by URL, each in a stream of its page. */
  readonly fetches: number;
  /** Streams inside the tunnels; as many as calls and transfers, when all is well. */
  readonly streams: number;
  /** WebSockets of clients that are pages. */
  readonly clientTunnels: number;
  /** Streams inside those: each is a call, or waits to be one, as those of other clients are. */
  readonly clientStreams: number;
  /** Calls that wait for a page. */
  readonly waiting: number;
}

export interface Relay extends AsyncDisposable {
  /** @throws StartError with the cure. Resolves with the real port. */
  listen(): Promise<ListenerAddress>;
  /** The address of the page, without its fragment. */
  readonly pageUrl: string;
  /**
   * The fragment that opens everything: `#bench=KEY&attach=TOKEN`, or empty.
   *
   * @param options With `newKey`, bench keys given out before are worth nothing any more.
   */
  pageFragment(options?: { newKey?: boolean }): string;
  readonly exporters: Pick<Exporters, "isAttached" | "onChange">;
  stats(): RelayStats;
  /**
   * Let nobody new in, and wait for the calls that run: at once when there are none that matter, at most DRAIN_MS, and no
   * longer when the signal is aborted. The port stays open meanwhile, so that everybody hears why. `close()` comes next.
   *
   * @param options With `watched`, clients may still ask for the status and the log, and pages are not told: an exporter's own
   * end comes before `close()`, and people see it.
   */
  drain(options?: { signal?: AbortSignal; watched?: boolean }): Promise<void>;
  /** `unattended`: tell the page to stop its exporter. @returns false when none listens. */
  tellPage(end: RelayEnd): boolean;
  /** End calls with a status, close tunnels, connections and the port; with a signal, at once when it is aborted. Idempotent. */
  close(options?: { signal?: AbortSignal }): Promise<void>;
}

export function createRelay(options: RelayOptions): Relay {
  const { log, noAuth = false, unattended = false, tls, attachToken, bench, timing = {} } = options;
  const served: ServedBench | undefined = bench && {
    file: bench.file,
    passphrase: bench.passphrase,
    unattended,
    key: randomSecret(),
  };
  const limits = createAddressLimits(options.addressLimits);
  const startedAt = performance.now();
  let draining = false;
  let address: ListenerAddress = options.listener;
  const pageUrl = (): string =>
    `${tls ? "https" : "http"}://${formatHost(pageHost(options))}:${address.port}/`;

  const exporters = new Exporters({
    noAuth,
    benchOnly: unattended,
    ...(bench && {
      bench: {
        id: bench.file.id,
        passphraseHash: bench.passphrase === undefined ? undefined : hashText(bench.passphrase),
      },
    }),
  });
  const metrics = createMetrics({
    version: VERSION,
    process: options.processMetrics ?? false,
    now: () => ({
      ...metricsOf(stats()),
      exportersAway: tunnels.waiting.exporters,
      replayBytes: tunnels.waiting.replayBytes + clientTunnels.replayBytes,
      waitingBytes: gateway.waitingBytes,
      draining,
    }),
  });
  const clients = new ClientNames();
  const failures = new FailurePenalty();
  const gateway = new Gateway({
    exporters,
    failures,
    log,
    metrics,
    pageAddress: pageUrl,
    unattendedFile: unattended ? bench?.file.name : undefined,
    noAuth,
    returningMs: timing.returningMs ?? RETURNING_MS,
    startMs: unattended ? (timing.waitForPageMs ?? WAIT_FOR_PAGE_MS) : 0,
    ...(timing.parkMs !== undefined && { parkMs: timing.parkMs }),
    ...(timing.statusParkMs !== undefined && { statusParkMs: timing.statusParkMs }),
    ...(options.parking && { parking: options.parking }),
    corsHeaders,
  });
  const fetches = new Fetches({ ...options.fetch, log, metrics });
  const instance = randomUUID();
  const credentials = new CredentialLists({ exporters, log });
  const tunnels = new TunnelEndpoint({
    exporters,
    log,
    metrics,
    onStream(stream, exporter) {
      if (stream.request.path === CREDENTIALS_PATH) void credentials.serve(stream, exporter);
      else fetches.serve(stream, exporter);
    },
    instance,
    attachToken,
    addressLimits: limits,
    timing,
    ...(options.tunnelLimits && { limits: options.tunnelLimits }),
  });
  const clientTunnels = new ClientTunnels({
    exporters,
    log,
    metrics,
    instance,
    clients,
    failures,
    addressLimits: limits,
    returningMs: () => gateway.returningMs,
    onExchange: (exchange) => dispatch.clientStream(exchange),
    timing,
    ...(options.clientTunnelLimits && { limits: options.clientTunnelLimits }),
  });
  const pageEnd = new PageEnd(() => (unattended ? served?.key : undefined));
  const bootOptions = {
    version: VERSION,
    insecure: tls === undefined,
    attachTokenRequired: attachToken !== undefined,
    noAuth,
    bench: served,
    networkInterfaces: options.networkInterfaces ?? networkInterfaces,
    covers: tls?.covers,
    log,
  };
  const dispatch = new Dispatch({
    gateway,
    tunnels,
    clientTunnels,
    limits,
    log,
    metrics,
    hostNames: [options.listener.host, ...(tls?.names ?? []), ...(options.allowHosts ?? [])].map((name) =>
      name.toLowerCase(),
    ),
    noAuth,
    pageDirectory: options.pageDirectory,
    serveBoot: (exchange) => serveBoot(exchange, bootOptions, address),
    serveEnd: (exchange) => pageEnd.serve(exchange),
    health: () => ({
      status: draining ? "draining" : "ok",
      version: VERSION,
      uptimeSeconds: Math.floor((performance.now() - startedAt) / 1000),
      ...stats(),
    }),
  });
  const port = new Port({
    listener: options.listener,
    tls,
    plaintextToo: options.plaintextToo ?? false,
    log,
    metrics,
    limits,
    clients,
    timing,
    onExchange: (exchange) => dispatch.request(exchange),
    onUpgrade: (request, socket, head) => dispatch.upgrade(request, socket, head),
  });

  const stats = (): RelayStats => ({
    ...port.stats,
    ...tunnels.stats,
    ...clientTunnels.stats,
    ...gateway.stats,
    fetches: fetches.running,
    exporters: exporters.size,
  });

  const drain: Relay["drain"] = async ({ signal, watched = false } = {}) => {
    draining = true;
    // First of all, so that what comes in because of the rest hears why.
    gateway.refuseNew({ watched });
    if (!watched) {
      tunnels.goAway();
      clientTunnels.goAway();
      port.goAway();
    }
    const drainMs = timing.drainMs ?? (unattended ? UNATTENDED_DRAIN_MS : DRAIN_MS);
    await gateway.drain(drainMs, { watched, ...(signal && { signal }) });
  };

  let closed: Promise<void> | undefined;
  const close = async ({ signal }: { signal?: AbortSignal } = {}): Promise<void> => {
    draining = true;
    // Calls get their status first, while their connections and the tunnel are still whole.
    gateway.shutdown();
    pageEnd.close();
    // Then nobody new comes in, and HTTP/2 clients learn that with GOAWAY.
    port.stopAccepting();
    // A page that does not answer the end of its tunnel is cut with the other connections.
    await Promise.all([
      tunnels.close(),
      clientTunnels.close(),
      port.drain(SHUTDOWN_GRACE_MS, signal && { signal }),
    ]);
  };

  return {
    async listen() {
      address = await port.listen();
      return address;
    },
    get pageUrl() {
      return pageUrl();
    },
    pageFragment({ newKey = false } = {}) {
      if (served !== undefined && newKey) served.key = randomSecret();
      const parts = [
        ...(served === undefined ? [] : [`bench=${served.key}`]),
        ...(attachToken === undefined ? [] : [`attach=${encodeURIComponent(attachToken)}`]),
      ];
      return parts.length === 0 ? "" : `#${parts.join("&")}`;
    },
    exporters,
    stats,
    drain,
    tellPage: (end) => pageEnd.tell(end) > 0,
    close(closeOptions) {
      closed ??= close(closeOptions);
      return closed;
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

/** The same counts under the names that operators know. */
function metricsOf(stats: RelayStats) {
  const { sockets: connections, http2Sessions: clients, tunnels: pages, ...rest } = stats;
  return { connections, clients, pages, ...rest };
}

/** A host that a browser on this machine reaches the page by; loopback where that works, since devices need it or TLS. */
function pageHost({ listener, tls }: RelayOptions): string {
  if (!isWildcardHost(listener.host)) return listener.host;
  const loopback = listener.host === "0.0.0.0" ? "127.0.0.1" : "::1";
  if (tls === undefined || tls.covers(loopback)) return loopback;
  if (tls.covers("localhost")) return "localhost";
  return tls.names.find((name) => !name.startsWith("*.")) ?? loopback;
}
