/**
 * Finds the exporter that a call is for and puts it into that tunnel, lets it wait for a page that is on its way back with
 * its body unread, or says in one sentence why not. Every call ends with a status, one line in the log and in the counters.
 * Above: dispatch.ts hands in calls. Below: exporters.ts, parking.ts, tunnel-call.ts. Knows no sockets.
 */

import { GrpcStatus, StreamReset, type TunnelStream } from "../proto/tunnel/index.ts";
import { answerRpcError } from "./answer-rpc-error.ts";
import { answerAwayStatus } from "./answer-status.ts";
import { awaySentence } from "./away-sentence.ts";
import { callTimeoutMs } from "./call-timeout.ts";
import { callId } from "./correlation.ts";
import type { AttachedExporter, Departed, Exporters, Found } from "./exporters.ts";
import { FailurePenalty } from "./failure-penalty.ts";
import { statusName } from "./grpc-status-name.ts";
import { CALL_HEADER, forwardedRequestHeaders, PASSPHRASE_HEADER } from "./headers.ts";
import type { BodySink, HttpExchange } from "./http-exchange.ts";
import { EXPECTED_BACK_MS, HTTP2_STREAM_WINDOW_BYTES, PARK_MS, STATUS_PARK_MS } from "./limits.ts";
import type { Logger } from "./logging.ts";
import { isWorthWaitingFor, type MethodName, methodName } from "./methods.ts";
import { type RefusalReason, type RelayMetrics, silentMetrics } from "./metrics.ts";
import { Parking, type ParkingOptions } from "./parking.ts";
import { Rarely } from "./rarely.ts";
import type { RpcProtocol } from "./rpc-protocol.ts";
import { type CallEnd, TunnelCall } from "./tunnel-call.ts";

export const INVALID_PASSPHRASE = "invalid or missing passphrase";
export const SHUTTING_DOWN = "the relay is shutting down";

export interface GatewayOptions {
  readonly exporters: Exporters;
  readonly log: Logger;
  readonly metrics?: RelayMetrics;
  /** Where a person opens the page; part of the sentence that says that none is attached. */
  readonly pageAddress: () => string;
  /** `run`: the configuration whose exporter the relay starts itself; nobody opens a page then. */
  readonly unattendedFile?: string | undefined;
  /** `--unsafe-no-auth`: nobody has a passphrase, and no sentence speaks of one. */
  readonly noAuth: boolean;
  /** How long a call waits for an exporter that the relay starts itself; 0: it starts none. */
  readonly startMs: number;
  /** How long after the relay's start any call waits: pages that it had before are on their way. */
  readonly returningMs?: number;
  /** How long a call waits for a page that is expected back. */
  readonly parkMs?: number;
  /** How long a GetStatus does: then it is answered here. */
  readonly statusParkMs?: number;
  readonly parking?: ParkingOptions;
  /** Counts wrong passphrases, also those that come in other ways. */
  readonly failures?: FailurePenalty;
  /** Headers that a browser of another origin needs on this answer; empty for everybody else. */
  readonly corsHeaders: (exchange: HttpExchange) => readonly (readonly [string, string])[];
}

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #calls = new Set<Call>();
  readonly #parking: Parking;
  /** Until then, pages of a relay that was here before may dial again. */
  readonly #returningUntil: number;
  /** Until then, an exporter that the relay starts itself may still be on its first start. */
  readonly #startingUntil: number;
  readonly #failures: FailurePenalty;
  readonly #rarely = new Rarely();
  /** How many calls each exporter has had. */
  readonly #numbers = new WeakMap<AttachedExporter, number>();
  #endText = SHUTTING_DOWN;
  /** Which new calls are refused; those that run may go on. `some`: those that are worth waiting for (methods.ts). */
  #refused: "none" | "some" | "all" = "none";

  constructor(options: GatewayOptions) {
    this.#options = options;
    const now = performance.now();
    this.#returningUntil = now + (options.returningMs ?? 0);
    this.#startingUntil = options.startMs === 0 ? now : now + EXPECTED_BACK_MS;
    this.#parking = new Parking(options.parking);
    this.#failures = options.failures ?? new FailurePenalty();
    options.exporters.onChange(() => this.#parking.wake());
  }

  /** Calls that are in a tunnel, and calls that wait for a page. */
  get stats(): { calls: number; waiting: number } {
    return { calls: this.#calls.size, waiting: this.#parking.stats.calls };
  }

  /** What those that wait may hold. */
  get waitingBytes(): number {
    return this.#parking.stats.bytes;
  }

  /** For how long from now pages of a relay that was here before may still dial again. */
  get returningMs(): number {
    return Math.max(0, Math.ceil(this.#returningUntil - performance.now()));
  }

  handle(exchange: HttpExchange, protocol: RpcProtocol): void {
    const incoming: Incoming = {
      exchange,
      protocol,
      method: methodName(exchange.path),
      presented: exchange.header(PASSPHRASE_HEADER),
      startedAt: performance.now(),
      over: false,
    };
    const waitMs = this.#settle(incoming);
    if (waitMs > 0) this.#park(incoming, waitMs);
  }

  /**
   * New calls and those that wait for a page end with UNAVAILABLE from here on.
   *
   * @param options With `watched`, clients may still ask for the status and the log: they see how the exporter ends.
   */
  refuseNew({ watched = false } = {}): void {
    this.#refused = watched && this.#refused !== "all" ? "some" : "all";
    this.#parking.wake();
    if (!watched) this.#failures.answerAll();
  }

  /**
   * Refuse new calls, and wait for those that run.
   *
   * @param options `watched` as `refuseNew` has it.
   * @returns when none is left that is worth waiting for (methods.ts), or after `maxMs`, or when the signal is aborted.
   */
  async drain(
    maxMs: number,
    { signal, watched = false }: { signal?: AbortSignal; watched?: boolean } = {},
  ): Promise<void> {
    this.refuseNew({ watched });
    const running = [...this.#calls].filter(({ incoming }) => isWorthWaitingFor(incoming.method));
    if (running.length === 0) return;
    const seconds = maxMs / 1000;
    this.#options.log.info("waiting for calls to end", { calls: running.length, seconds });
    const { promise: given, resolve: give } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#options.log.warning("calls are cut that did not end in time", {
        calls: this.#calls.size,
        seconds,
      });
      this.#endText = `${SHUTTING_DOWN}, and this call did not end within ${seconds} s`;
      give();
    }, maxMs);
    signal?.addEventListener("abort", () => give(), { once: true });
    if (signal?.aborted === true) give();
    await Promise.race([given, Promise.all(running.map(({ inTunnel }) => inTunnel.ended))]);
    clearTimeout(timer);
  }

  /** End every call with UNAVAILABLE; later ones end so at once. */
  shutdown(): void {
    this.refuseNew();
    for (const { inTunnel } of [...this.#calls]) inTunnel.reset(GrpcStatus.unavailable, this.#endText);
  }

  /** Put a call into its tunnel, or answer it. @returns 0, or for how long it is worth waiting instead. */
  #settle(incoming: Incoming): number {
    if (this.#refused === "all" || (this.#refused === "some" && isWorthWaitingFor(incoming.method))) {
      this.#refuse(incoming, GrpcStatus.unavailable, SHUTTING_DOWN, "shutting_down");
      return 0;
    }
    const found = this.#options.exporters.find(incoming.presented);
    const waitMs = this.#worthWaitingMs(found);
    if (found.kind === "exporter") return this.#forward(incoming, found) ? 0 : waitMs;
    if (found.kind === "away" && asksForStatus(incoming)) {
      // Who asks for the status may hear that there is nobody: all others wait for as long as anybody tries to change that.
      if (this.#isExpected(found)) return waitMs;
      this.#answerStatus(incoming, found);
      return 0;
    }
    if (waitMs > 0) return waitMs;
    if (found.kind === "unauthenticated") this.#refuseUnauthenticated(incoming);
    else this.#refuseAway(incoming, found.departed);
    return 0;
  }

  #worthWaitingMs(found: Found): number {
    const { startMs, parkMs = PARK_MS } = this.#options;
    if (found.kind === "exporter") return Math.max(parkMs, startMs);
    // A relay that was restarted knows none of its pages yet: what looks wrong now may be right in a moment.
    const { returningMs } = this;
    if (found.kind === "unauthenticated") return returningMs;
    return Math.max(found.expectedBack ? parkMs : 0, startMs, returningMs);
  }

  /** Whether the page is on its way, as far as one can tell. */
  #isExpected(found: Away): boolean {
    const now = performance.now();
    return found.expectedBack || now < this.#returningUntil || now < this.#startingUntil;
  }

  /** @returns false when the tunnel takes no call just now, and nothing has been sent. */
  #forward(incoming: Incoming, { exporter, credential }: There): boolean {
    const { exchange, protocol } = incoming;
    let stream: TunnelStream;
    try {
      stream = exporter.tunnel.open({
        method: exchange.method,
        path: exchange.path,
        h: forwardedRequestHeaders(exchange.headers, exchange.client, credential),
      });
    } catch (error) {
      if (!(error instanceof StreamReset)) throw error;
      if (error.code === GrpcStatus.unavailable) return false;
      this.#refuse(incoming, error.code, error.message, "limit");
      return true;
    }
    const number = (this.#numbers.get(exporter) ?? 0) + 1;
    this.#numbers.set(exporter, number);
    const id = callId(exporter.id, number);
    const { corsHeaders, metrics = silentMetrics } = this.#options;
    const headers = [...corsHeaders(exchange), [CALL_HEADER, id] as const];
    const call: Call = {
      incoming,
      id,
      inTunnel: new TunnelCall({ exchange, protocol, stream, headers, metrics }),
    };
    this.#calls.add(call);
    void call.inTunnel.ended.then((end) => this.#ended(call, end));
    return true;
  }

  #ended(call: Call, end: CallEnd): void {
    this.#calls.delete(call);
    const { incoming, id } = call;
    if (end.failure !== undefined) {
      const method = pathOf(incoming.exchange);
      this.#options.log.error("a response could not be sent", { call: id, method, reason: end.failure });
    }
    this.#record(incoming, end, id);
  }

  /** A call is over: one line, and the counters, once. */
  #record(incoming: Incoming, end: CallEnd, id?: string): void {
    if (incoming.over) return;
    incoming.over = true;
    const { exchange, method, startedAt } = incoming;
    const { log, metrics = silentMetrics } = this.#options;
    const ms = performance.now() - startedAt;
    metrics.callEnded({ method, code: end.code, ms });
    log.debug("call", {
      call: id,
      method: pathOf(exchange),
      status: statusName(end.code),
      ms: Math.round(ms * 10) / 10,
      bytesIn: end.bytesIn,
      bytesOut: end.bytesOut,
      client: exchange.address,
    });
  }

  /** Let a call wait for its page: as long as it is worth it, and not longer than the client itself does. */
  #park(incoming: Incoming, maxMs: number): void {
    const { exchange, protocol } = incoming;
    const { statusParkMs = STATUS_PARK_MS } = this.#options;
    const worthMs = asksForStatus(incoming) ? Math.min(maxMs, statusParkMs) : maxMs;
    const timeoutMs = callTimeoutMs(protocol, (name) => exchange.header(name));
    const waitMs = Math.min(worthMs, timeoutMs ?? worthMs);
    const leaveParking = this.#parking.park({
      address: exchange.address,
      bytes: mayHoldBytes(exchange),
      waitMs,
      settle: () => this.#guard(incoming, () => this.#settle(incoming) === 0),
      expire: () => {
        this.#guard(incoming, () => {
          if (timeoutMs !== undefined && timeoutMs <= worthMs) this.#refuseTooLate(incoming, waitMs);
          else this.#refuseStillAway(incoming, waitMs);
          return true;
        });
      },
    });
    if (leaveParking === undefined) {
      const { calls } = this.#parking.stats;
      const text = `${calls} calls wait for their pages already, and there is no room for more: try again in a moment`;
      if (this.#rarely.due("parking")) {
        this.#options.log.warning("no room for more calls that wait for their pages (said once a minute)", {
          ...this.#parking.stats,
        });
      }
      this.#refuse(incoming, GrpcStatus.unavailable, text, "limit");
      return;
    }
    this.#options.metrics?.callParked();
    this.#options.log.debug("a call waits for its page", { method: pathOf(exchange), waitMs });
    exchange.onGone(() => {
      leaveParking();
      this.#givenUp(incoming);
    });
  }

  /** What runs for a call out of a timer or of somebody else's news must not break those: only this call ends. */
  #guard(incoming: Incoming, run: () => boolean): boolean {
    const { exchange } = incoming;
    try {
      return run();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log.error("a request failed", { method: pathOf(exchange), reason });
      exchange.abort();
      this.#record(incoming, { code: GrpcStatus.internal, bytesIn: 0, bytesOut: 0 });
      return true;
    }
  }

  /** The answer may be late, when there are many of one address; a right passphrase never waits for it. */
  #refuseUnauthenticated(incoming: Incoming): void {
    const { exchange } = incoming;
    this.#options.metrics?.refused("passphrase");
    exchange.receive(THROWN_AWAY);
    const { logAs, forget } = this.#failures.failed(exchange.address, () => {
      this.#guard(incoming, () => {
        this.#refuse(incoming, GrpcStatus.unauthenticated, INVALID_PASSPHRASE);
        return true;
      });
    });
    exchange.onGone(() => {
      forget();
      this.#givenUp(incoming);
    });
    if (logAs === undefined) return;
    this.#options.log.warning(`authentication failed: ${INVALID_PASSPHRASE} for method ${pathOf(exchange)}`, {
      address: exchange.address,
      ...(logAs > 1 && { times: logAs }),
    });
  }

  /** The client's own time is over. It mostly knows, and has left; a clock may differ by a little. */
  #refuseTooLate(incoming: Incoming, waitedMs: number): void {
    const text = `the exporter's page is away, and did not come back within the ${waitedMs / 1000} s that this call had`;
    this.#refuse(incoming, GrpcStatus.deadlineExceeded, text, "no_page");
  }

  #refuseStillAway(incoming: Incoming, waitedMs: number): void {
    const found = this.#options.exporters.find(incoming.presented);
    if (found.kind === "unauthenticated") {
      this.#refuseUnauthenticated(incoming);
    } else if (found.kind === "away" && asksForStatus(incoming)) {
      this.#answerStatus(incoming, found);
    } else if (found.kind === "away") {
      this.#refuseAway(incoming, found.departed, waitedMs);
    } else {
      const text = `the exporter's page has taken no call for ${waitedMs / 1000} s: look at its tab, or try again`;
      this.#refuse(incoming, GrpcStatus.unavailable, text, "no_page");
    }
  }

  /** FAILED_PRECONDITION: of all statuses it is the one that clients print as one clean line. */
  #refuseAway(incoming: Incoming, departed: Departed | undefined, waitedMs?: number): void {
    const text = this.#awaySentence(departed, waitedMs);
    this.#refuse(incoming, GrpcStatus.failedPrecondition, text, "no_page");
  }

  #awaySentence(departed: Departed | undefined, waitedMs?: number): string {
    const { pageAddress, unattendedFile, noAuth } = this.#options;
    return awaySentence(departed, { pageAddress: pageAddress(), unattendedFile, noAuth }, waitedMs);
  }

  /** A status is asked for by those who wait for another one: they get it in place of an error. */
  #answerStatus(incoming: Incoming, found: Away): void {
    const { exchange, protocol } = incoming;
    const status = { expectedBack: this.#isExpected(found), message: this.#awaySentence(found.departed) };
    const bytesOut = answerAwayStatus(exchange, protocol, status, this.#options.corsHeaders(exchange));
    if (bytesOut === undefined) this.#refuseAway(incoming, found.departed);
    else this.#record(incoming, { code: OK, bytesIn: 0, bytesOut });
  }

  /** The client has left before it had an answer. It may leave once more after one: that is nobody's news. */
  #givenUp(incoming: Incoming): void {
    this.#record(incoming, { code: GrpcStatus.cancelled, bytesIn: 0, bytesOut: 0 });
  }

  /** Answer a call that never was in a tunnel. */
  #refuse(incoming: Incoming, code: number, text: string, reason?: RefusalReason): void {
    const { exchange, protocol } = incoming;
    answerRpcError(exchange, protocol, { code, text }, this.#options.corsHeaders(exchange));
    if (reason !== undefined) this.#options.metrics?.refused(reason);
    this.#record(incoming, { code, bytesIn: 0, bytesOut: 0 });
  }
}

type There = Extract<Found, { kind: "exporter" }>;
type Away = Extract<Found, { kind: "away" }>;

const OK = 0;

function asksForStatus({ method }: Incoming): boolean {
  return method === "GetStatus";
}

/** For the body of a call whose answer may be late and does not depend on it. */
const THROWN_AWAY: BodySink = {
  data: () => undefined,
  end: () => undefined,
};

/** A call that is in no tunnel yet. */
interface Incoming {
  readonly exchange: HttpExchange;
  readonly protocol: RpcProtocol;
  readonly method: MethodName;
  /** The passphrase header, as it came. */
  readonly presented: string | undefined;
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** Has been recorded. */
  over: boolean;
}

interface Call {
  readonly incoming: Incoming;
  readonly id: string;
  readonly inTunnel: TunnelCall;
}

/** The most that a call holds while nobody reads its body: its head, and what the client may send before it gets more window. */
function mayHoldBytes(exchange: HttpExchange): number {
  let bytes = exchange.path.length;
  for (const [name, value] of exchange.headers) bytes += name.length + value.length;
  const length = exchange.header("content-length") ?? "";
  const body = /^\d+$/.test(length) ? Number(length) : HTTP2_STREAM_WINDOW_BYTES;
  return bytes + Math.min(body, HTTP2_STREAM_WINDOW_BYTES);
}

/** For logs: the path without its query, of a bounded length. */
function pathOf({ path }: HttpExchange): string {
  return path.split("?", 1)[0]?.slice(0, 200) ?? "";
}
