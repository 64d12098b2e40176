/**
 * What the relay counts, as Prometheus reads it. Numbers only: no names of exporters, no addresses, no secrets.
 * Above: gateway.ts, tunnel-endpoint.ts and dispatch.ts count through `RelayMetrics`; relay.ts makes it and serves its text.
 * Below: prom-client. Specification: prometheus.io/docs/instrumenting/exposition_formats; the names are in docs/operating.md.
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { CloseCode } from "../proto/tunnel/index.ts";
import { statusName } from "./grpc-status-name.ts";
import type { MethodName } from "./methods.ts";

/** Why somebody was not let in. */
export type RefusalReason =
  | "passphrase"
  | "attach_token"
  | "forbidden"
  | "conflict"
  | "hello_timeout"
  | "protocol"
  | "limit"
  | "no_page"
  | "origin"
  | "shutting_down";

/** How a transfer by URL ended. */
export type FetchOutcome = "ok" | "http_error" | "failed" | "refused" | "cancelled";

/** What the parts of the relay tell. */
export interface RelayMetrics {
  /** A call has been answered or given up. `code` is a gRPC status number, undefined where only the body has it. */
  callEnded(call: {
    readonly method: MethodName;
    readonly code: number | undefined;
    readonly ms: number;
  }): void;
  /** A call waits for its page. */
  callParked(): void;
  /** Bytes of bodies, from clients and to them. */
  received(bytes: number): void;
  sent(bytes: number): void;
  /** A page came back to its tunnel. `bytes`: what was sent again. */
  resumed(resume: { readonly awayMs: number; readonly bytes: number }): void;
  refused(reason: RefusalReason): void;
  /** A transfer by URL is over, or was not begun. */
  fetchEnded(fetch: {
    readonly method: "GET" | "PUT";
    readonly outcome: FetchOutcome;
    readonly bytes: number;
  }): void;
}

/** Counts nothing: for tests and for parts that stand alone. */
export const silentMetrics: RelayMetrics = {
  callEnded() {},
  callParked() {},
  received() {},
  sent() {},
  resumed() {},
  refused() {},
  fetchEnded() {},
};

/** What is there now. */
export interface MetricsSnapshot {
  readonly connections: number;
  readonly clients: number;
  readonly pages: number;
  readonly exporters: number;
  readonly exportersAway: number;
  readonly calls: number;
  readonly fetches: number;
  readonly streams: number;
  readonly clientTunnels: number;
  readonly clientStreams: number;
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly replayBytes: number;
  readonly draining: boolean;
}

export interface MetricsOptions {
  readonly version: string;
  /** Asked at each scrape. */
  readonly now: () => MetricsSnapshot;
  /** Memory, CPU time, event loop and garbage collection of this process as well: once in a process, it never ends. */
  readonly process?: boolean;
}

export interface ServedMetrics extends RelayMetrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** 1 ms to 10 min: a call on a LAN takes 2 ms, a flash or a console minutes. */
const DURATION_BUCKETS_S = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

/** 100 ms between two looks at the event loop: prom-client's own 10 would wake an idle machine a hundred times a second. */
const EVENT_LOOP_LOOK_MS = 100;

/** A tunnel waits 30 s for its page. */
const AWAY_BUCKETS_S = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30];

const GAUGES: readonly (readonly [name: string, help: string, read: (now: MetricsSnapshot) => number])[] = [
  ["connections", "Open TCP connections, whatever they speak.", (now) => now.connections],
  ["clients", "Open HTTP/2 connections: what gRPC clients use.", (now) => now.clients],
  ["pages", "Open WebSockets of pages.", (now) => now.pages],
  ["exporters", "Attached exporters, with those whose page is away for a moment.", (now) => now.exporters],
  ["exporters_away", "Attached exporters whose page is away and may come back.", (now) => now.exportersAway],
  ["calls", "Calls that are in a tunnel.", (now) => now.calls],
  ["fetches", "Transfers by URL that run.", (now) => now.fetches],
  [
    "streams",
    "Streams in all tunnels: as many as calls and transfers by URL, or something leaks.",
    (now) => now.streams,
  ],
  ["client_pages", "Open WebSockets of clients that are pages.", (now) => now.clientTunnels],
  ["client_streams", "Streams in the tunnels of those.", (now) => now.clientStreams],
  ["calls_waiting", "Calls that wait for their page.", (now) => now.waiting],
  ["calls_waiting_bytes", "Bytes that those may hold.", (now) => now.waitingBytes],
  ["replay_bytes", "Bytes kept for pages that have not acknowledged them.", (now) => now.replayBytes],
  ["draining", "1 while the relay waits for its last calls.", (now) => Number(now.draining)],
];

export function createMetrics({ version, now, process = false }: MetricsOptions): ServedMetrics {
  // Of its own: two relays in one process (tests, embedders) must not count into each other's.
  const registry = new Registry();
  const registers = [registry];
  if (process) {
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_LOOK_MS });
  }
  for (const [name, help, read] of GAUGES) {
    new Gauge({
      name: `jumptab_${name}`,
      help,
      registers,
      collect() {
        this.set(read(now()));
      },
    });
  }
  new Gauge({
    name: "jumptab_build_info",
    help: "Which relay this is.",
    labelNames: ["version"],
    registers,
  }).set({ version }, 1);
  const calls = new Counter({
    name: "jumptab_calls_total",
    help: "Calls that are over, by method (those that the relay does not know are other) and gRPC status.",
    labelNames: ["method", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "jumptab_call_duration_seconds",
    help: "From a call's head to its end, with the wait for its page.",
    labelNames: ["method"],
    buckets: DURATION_BUCKETS_S,
    registers,
  });
  const parked = new Counter({
    name: "jumptab_calls_parked_total",
    help: "Calls that had to wait for their page.",
    registers,
  });
  // Counted as plain numbers: this is where every chunk passes.
  const bytes = { in: 0, out: 0 };
  new Counter({
    name: "jumptab_call_bytes_total",
    help: "Bytes of bodies: in is from clients to exporters.",
    labelNames: ["direction"],
    registers,
    collect() {
      this.reset();
      this.inc({ direction: "in" }, bytes.in);
      this.inc({ direction: "out" }, bytes.out);
    },
  });
  const resumes = new Histogram({
    name: "jumptab_resume_away_seconds",
    help: "How long pages were away that came back to their tunnel.",
    buckets: AWAY_BUCKETS_S,
    registers,
  });
  const resumeCount = new Counter({
    name: "jumptab_resumes_total",
    help: "Pages that came back to their tunnel, with nothing lost.",
    registers,
  });
  const replayed = new Counter({
    name: "jumptab_replayed_bytes_total",
    help: "Bytes that were sent to pages again after they came back.",
    registers,
  });
  const refusals = new Counter({
    name: "jumptab_refusals_total",
    help: "Clients and pages that were not let in, by reason.",
    labelNames: ["reason"],
    registers,
  });
  const fetches = new Counter({
    name: "jumptab_fetches_total",
    help: "Transfers by URL that are over, by method and outcome.",
    labelNames: ["method", "outcome"],
    registers,
  });
  const fetched = new Counter({
    name: "jumptab_fetch_bytes_total",
    help: "Bytes of files by URL: GET is from servers to exporters.",
    labelNames: ["method"],
    registers,
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    callEnded({ method, code, ms }) {
      calls.inc({ method, status: statusName(code) });
      durations.observe({ method }, ms / 1000);
    },
    callParked: () => parked.inc(),
    received(count) {
      bytes.in += count;
    },
    sent(count) {
      bytes.out += count;
    },
    resumed({ awayMs, bytes: count }) {
      resumeCount.inc();
      resumes.observe(awayMs / 1000);
      replayed.inc(count);
    },
    refused: (reason) => refusals.inc({ reason }),
    fetchEnded({ method, outcome, bytes: count }) {
      fetches.inc({ method, outcome });
      fetched.inc({ method }, count);
    },
  };
}

const REASON_OF_CLOSE: Readonly<Record<number, RefusalReason>> = {
  [CloseCode.goingAway]: "shutting_down",
  [CloseCode.protocolError]: "protocol",
  [CloseCode.unauthorized]: "attach_token",
  [CloseCode.forbidden]: "forbidden",
  [CloseCode.helloTimeout]: "hello_timeout",
  [CloseCode.conflict]: "conflict",
  [CloseCode.nameTaken]: "conflict",
  [CloseCode.limit]: "limit",
};

/** Why a page hears this close code from us; undefined when that is no refusal. */
export function refusalOfClose(code: number): RefusalReason | undefined {
  return REASON_OF_CLOSE[code];
}
